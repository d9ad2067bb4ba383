"""The way through an SSH jump host: a real sshd in front of the real kernel."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collection.connect import Budget, ReadOnlySession
from agent.collection.journal import Journal, JournalState, locate_journal, verify_journal
from agent.engagement import targets
from agent.facts import list_sources
from agent.kernel.start import Kernel
from agent.model.snapshot import Unavailable
from agent.model.terms import UnavailableKind
from agent.support.errors import ConfigError, ConnectError, HealthAgentError, StatementError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load
from tests.agent.signing import authorized
from tests.integration.reading import PASSWORD, read, reader
from tests.report_files import find_report
from tests.sshd import HOST, JumpServer, make_key, needs_sshd, saying, serving
from tests.waiting import eventually

pytestmark = [pytest.mark.kernel, needs_sshd]
READER = "hx_jumper"
ASK = "SELECT COUNT(*) FROM oceanbase.GV$OB_UNITS"


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    with reader(kernel, READER) as user:
        yield user


@pytest.fixture
def jump(tmp_path: Path) -> Iterator[JumpServer]:
    with serving(tmp_path / "jump") as server:
        yield server


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reader's password, and nobody's own keys."""
    monkeypatch.setenv("ORDERS_PASSWORD", PASSWORD)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def engagement(kernel: Kernel, jump: JumpServer, **changes: object) -> str:
    """An engagement whose target lies behind the jump host; a change of None leaves the key out."""
    keys: dict[str, object] = {
        "via": jump.url,
        "via_key": jump.key,
        "via_known_hosts": jump.known_hosts,
        "host": kernel.host,
        "port": kernel.port,
        "user": READER,
        "password": "env:ORDERS_PASSWORD",
        "tls": "{mode: disabled}",
    }
    written = {**keys, **changes}
    head = MINIMAL.split("    host:")[0]
    return head + "".join(f"    {key}: {value}\n" for key, value in written.items() if value is not None)


def opened(
    directory: Path, kernel: Kernel, jump: JumpServer, journal: Journal | None = None, **changes: object
) -> ReadOnlySession:
    loaded = load(directory, engagement(kernel, jump, **changes))
    return ReadOnlySession(targets.build_endpoint(loaded, "orders"), Budget(), "tunnel", journal)


def refusal(
    directory: Path, kernel: Kernel, jump: JumpServer, kind: type[HealthAgentError] = ConnectError, **changes: object
) -> str:
    with pytest.raises(kind) as error:
        opened(directory, kernel, jump, None, **changes)
    said = render_text(error.value.text, "en")
    assert "orders" in said and PASSWORD not in said
    eventually(lambda: not tunnels())
    return said


def tunnels() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("via ssh://")]


def listening() -> set[str]:
    """Sockets of this process at which somebody else could come in."""
    own = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(os.readlink(entry).removeprefix("socket:[").removesuffix("]"))
    tcp = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    unix = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    open_doors = {row[9] for row in tcp if row[3] == "0A"} | {row[6] for row in unix if row[3] == "00010000"}
    return own & open_doors


@pytest.mark.usefixtures("account")
def test_it_reads_through_the_jump_host_and_leaves_nothing_open(
    kernel: Kernel, jump: JumpServer, tmp_path: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", jump.known_hosts], check=True, capture_output=True)
    doors = listening()
    with Journal(tmp_path / "journal.jsonl", "tunnel", "orders") as journal:
        with opened(tmp_path, kernel, jump, journal) as session:
            assert session.fetch(ASK, "units") == [(1,)]
            assert tunnels() and jump.sessions()
            assert listening() == doors == set(), "nobody else can use the way"
        eventually(lambda: not tunnels() and not jump.sessions())
    lines = [json.loads(line) for line in (tmp_path / "journal.jsonl").read_text().splitlines()]
    assert [(line["event"], line.get("via")) for line in lines][:2] == [("opened", None), ("through", jump.url)]
    assert verify_journal(tmp_path / "journal.jsonl").state is JournalState.INTACT


@pytest.mark.slow
@pytest.mark.usefixtures("account")
def test_the_keys_of_the_ssh_agent_are_tried(
    kernel: Kernel, jump: JumpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ssh_agent(tmp_path / "agent.sock") as where:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(where))
        assert "refused the keys" in refusal(tmp_path, kernel, jump, via_key=None)
        subprocess.run(["ssh-add", "-q", jump.key], check=True, capture_output=True)
        with opened(tmp_path, kernel, jump, via_key=None) as session:
            assert session.fetch(ASK, "units") == [(1,)]


@contextlib.contextmanager
def ssh_agent(where: Path) -> Iterator[Path]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", where], stdout=subprocess.DEVNULL)
    try:
        eventually(where.exists)
        yield where
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize("file", ["empty", "missing", "other"])
def test_an_unknown_host_key_is_refused(kernel: Kernel, jump: JumpServer, tmp_path: Path, file: str) -> None:
    known = jump.known_hosts
    if file == "missing":
        (tmp_path / ".ssh").mkdir()
        said = refusal(tmp_path, kernel, jump, via_known_hosts=None)
        known = tmp_path / ".ssh" / "known_hosts"
    else:
        known.write_text(known.read_text().replace(HOST, "192.0.2.7") if file == "other" else "")
        said = refusal(tmp_path, kernel, jump)
    assert f"the key of the jump host {jump.url} is not known here: {jump.fingerprint}." in said
    assert f"ssh-keyscan -p {jump.port} {HOST} >> {known}" in said
    assert "Accepted" not in jump.log, "nobody logged in"


@pytest.mark.usefixtures("account")
def test_the_way_to_add_a_host_key_that_the_message_names_works(
    kernel: Kernel, jump: JumpServer, tmp_path: Path
) -> None:
    jump.known_hosts.write_text("")
    command = refusal(tmp_path, kernel, jump).rpartition("add it: ")[2]
    subprocess.run(command, shell=True, check=True, capture_output=True)
    opened(tmp_path, kernel, jump).__exit__(None, None, None)


def test_a_changed_host_key_is_refused(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    another = make_key(tmp_path / "another").with_suffix(".pub").read_text().split()[1]
    kind = jump.known_hosts.read_text().split()[1]
    jump.known_hosts.write_text(f"[{HOST}]:{jump.port} {kind} {another}\n")
    said = refusal(tmp_path, kernel, jump)
    assert f"is another one than {jump.known_hosts} holds: {jump.fingerprint}" in said
    assert f"ssh-keygen -R '[{HOST}]:{jump.port}' -f {jump.known_hosts}" in said
    assert "Accepted" not in jump.log


def test_a_revoked_host_key_is_refused(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    jump.known_hosts.write_text(jump.known_hosts.read_text() + "@revoked " + jump.known_hosts.read_text())
    assert "revoked" in refusal(tmp_path, kernel, jump)
    assert "Accepted" not in jump.log


def test_a_wrong_key_is_refused(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    wrong = make_key(tmp_path / "wrong")
    assert f"jump host {jump.url} refused the keys offered" in refusal(tmp_path, kernel, jump, via_key=wrong)
    assert "Accepted" not in jump.log


def test_key_and_known_hosts_files_that_cannot_be_used(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    locked = make_key(tmp_path / "locked", passphrase="secret phrase")
    assert "ssh-agent" in refusal(tmp_path, kernel, jump, ConfigError, via_key=locked)
    public = jump.key.with_suffix(".pub")
    public.chmod(0o600)
    assert f"via_key {public} cannot be used" in refusal(tmp_path, kernel, jump, ConfigError, via_key=public)
    jump.key.chmod(0o640)
    assert f"chmod 600 {jump.key}" in refusal(tmp_path, kernel, jump, ConfigError)
    jump.key.chmod(0o600)
    jump.known_hosts.write_bytes(b"\xff\xfe no known hosts\n")
    assert str(jump.known_hosts) in refusal(tmp_path, kernel, jump, ConfigError)


def test_a_jump_host_that_is_none_or_cannot_be_reached(
    kernel: Kernel, jump: JumpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_JUMP_TIMEOUT_S", 3.0)
    jump.stop()
    assert f"the jump host {jump.url} cannot be used" in refusal(tmp_path, kernel, jump)
    with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert "cannot be used" in refusal(tmp_path, kernel, jump, via=f"ssh://tam@{HOST}:{port}")
    assert "cannot be used" in refusal(tmp_path, kernel, jump, via="ssh://tam@no-such-host.invalid")


def test_a_jump_host_that_says_nothing(
    kernel: Kernel, jump: JumpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "_JUMP_TIMEOUT_S", 1.0)
    with saying(b"") as port:
        assert "cannot be used" in refusal(tmp_path, kernel, jump, via=f"ssh://tam@{HOST}:{port}")


def test_a_database_that_the_jump_host_cannot_reach(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        said = refusal(tmp_path, kernel, jump, port=port)
    assert f"the jump host {jump.url} cannot reach {HOST}:{port} (Connect" in said and "whitelist" in said
    eventually(lambda: not jump.sessions())


@pytest.mark.usefixtures("account")
def test_a_wrong_password_behind_the_jump_host(
    kernel: Kernel, jump: JumpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_PASSWORD", "wrong")
    assert "refused the account" in refusal(tmp_path, kernel, jump)
    eventually(lambda: not jump.sessions())


@pytest.mark.slow
@pytest.mark.usefixtures("account")
def test_a_way_that_breaks_is_opened_again_once(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    with opened(tmp_path, kernel, jump) as session:
        jump.cut()
        with pytest.raises(StatementError) as error:
            session.fetch(ASK, "units")
        assert error.value.kind is UnavailableKind.LOST
        assert session.fetch(ASK, "units") == [(1,)]
        assert session.connections == 2
    eventually(lambda: not tunnels() and not jump.sessions())


@pytest.mark.slow
@pytest.mark.usefixtures("account")
def test_a_jump_host_that_dies_half_way_leaves_a_partial_snapshot(
    kernel: Kernel, jump: JumpServer, tmp_path: Path
) -> None:
    def die(source: str, done: int, total: int) -> None:
        if done == total // 2:
            jump.stop()

    with opened(tmp_path, kernel, jump) as session:
        snapshot = read(session, list_sources(), progress=die)
    found = list(snapshot.facts.values())
    lost = [fact for fact in found if isinstance(fact, Unavailable) and fact.kind is UnavailableKind.LOST]
    assert lost and len(lost) < len(found) - 5, "what was read before is kept"
    eventually(lambda: not tunnels())


def test_without_the_package_the_message_names_it(
    kernel: Kernel, jump: JumpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "agent.collection.tunnel", raising=False)
    monkeypatch.delattr("agent.collection.tunnel", raising=False)
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(ConfigError) as error:
        opened(tmp_path, kernel, jump)
    assert "[ssh]'" in render_text(error.value.text, "en")


@pytest.mark.slow
@pytest.mark.usefixtures("account")
def test_journal_and_report_name_the_jump_host(kernel: Kernel, jump: JumpServer, tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    today = datetime.now(UTC).date().isoformat()
    content = engagement(kernel, jump).replace("2026-01-31", today).replace("tier: premier", "tier: 顶级版")
    path.write_text(content + f"history: sqlite:///{tmp_path}/history.sqlite\n", encoding="utf-8")
    command: list[str | Path] = [sys.executable, "-m", "agent", "assess", "-e", authorized(path)]
    command += ["-o", tmp_path / "o", "-f", "json,html"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LANG": "C"})
    assert done.returncode == 0, done.stderr
    out = tmp_path / "o" / "orders"
    document = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    said = f"The target was reached through the SSH jump host {jump.url}."
    assert said in [note["en"] for note in document["notes"]]
    assert said in find_report(out, "report.en.html").read_text(encoding="utf-8")
    assert f'"via":"{jump.url}"' in locate_journal(out, document["assessment_id"]).read_text()
