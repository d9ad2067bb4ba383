"""What the customer signed is what happens: refused runs connect to nothing, and a run sends what was signed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.cli.actions.assess import AssessOptions, assess_all
from agent.collection import journal
from agent.demo.run_demo import ACCOUNT, PASSWORD_VARIABLE, demo_password, make_account
from agent.engagement.loading import load_engagement
from agent.kernel.start import Kernel
from tests.agent.signing import BLOCK, DOCUMENT, OTHER_KEY, authorized, needs_openssh, request_text, signed, ssh_keygen
from tests.report_files import find_report

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
OTHER_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(NOW.weekday() + 3) % 7]
Change = Callable[[Path], object]


def engagement_at(directory: Path, port: int) -> Path:
    path = directory / "engagement.yaml"
    path.write_text(
        f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {(NOW - 10 * DAY).date()}, months: 12}}
targets:
  shop: {{host: 127.0.0.1, port: {port}, user: {ACCOUNT}, password: "env:{PASSWORD_VARIABLE}", tls: {{mode: disabled}}}}
""",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def doorbell() -> Iterator[socket.socket]:
    """A server that nobody may ring at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def edited(old: str, new: str) -> Change:
    def change(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text)
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


def request_of(**changes: Any) -> Change:
    """Signed, but for something else."""
    return lambda path: signed(path.with_name(DOCUMENT), request_text(load_engagement(path), **changes))


def with_document(change: Callable[[Path], object]) -> Change:
    return lambda path: change(path.with_name(DOCUMENT))


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def revocation(path: Path) -> None:
    signed(path.with_name("stop.yaml"), "form: ob-health revocation 1\nrevokes: T-1\nreason: The audit is over.\n")
    edited("authorization: {", "authorization: {revocation: stop.yaml, ")(path)


REFUSED: dict[str, tuple[Change, str]] = {
    "unsigned": (with_document(lambda path: path.with_name(DOCUMENT + ".sig").unlink()), "cannot be read"),
    "no authorization": (edited(BLOCK, ""), "names no authorization"),
    "altered by one byte": (with_document(altered), "is not what the customer signed"),
    "wrong key": (with_document(lambda path: signed(path, path.read_text(), OTHER_KEY)), "was signed with the key"),
    "expired": (request_of(not_after=NOW - timedelta(seconds=1)), "expired at"),
    "not yet valid": (request_of(not_before=NOW + DAY), "is valid only from"),
    "revoked by a line": (edited("authorization: {", "authorization: {revoked: by phone, "), "been revoked: by phone"),
    "revoked by the signer": (revocation, "has been revoked by its signer: The audit is over"),
    "outside the window": (
        request_of(window={"days": [OTHER_DAY], "timezone": "Asia/Shanghai"}), "in this window only"
    ),
    "wrong customer": (edited("name: acme", "name: bolt"), "is of the customer acme, not of bolt"),
    "tenant not named": (edited("  shop:", "  stock:"), "does not name target stock"),
    "account not named": (edited(f"user: {ACCOUNT}", "user: root"), f"another user for target shop: {ACCOUNT}, not"),
    "more load than signed": (edited("tls: {", "limits: {max_rows: 999999}, tls: {"), "allows max_rows up to 200000"),
    "another tier": (edited("顶级版", "gold"), "belongs to the service tier"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_one_message_a_journal_entry_and_no_connection(
    name: str, tmp_path: Path, doorbell: socket.socket, capsys: pytest.CaptureFixture[str]
) -> None:
    change, words = REFUSED[name]
    path = authorized(engagement_at(tmp_path, doorbell.getsockname()[1]))
    change(path)
    engagement = load_engagement(path)
    (target,) = engagement.targets
    code = assess_all(engagement, None, AssessOptions(out=tmp_path / "out", formats=["json"], languages=["en"]), NOW)
    message = capsys.readouterr().err
    assert code == 3 and words in message and len(message.strip().splitlines()) == 1, message
    with pytest.raises(BlockingIOError):
        doorbell.accept()
    (file,) = (tmp_path / "out" / target).iterdir()
    assert journal.verify_journal(file).state is journal.JournalState.INTACT
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["event"] for event in events] == ["opened", "refused", "closed"]
    assert words in events[1]["reason"]


def test_the_doorbell_rings_when_everything_is_signed(
    tmp_path: Path, doorbell: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "x")
    path = authorized(engagement_at(tmp_path, doorbell.getsockname()[1]))
    doorbell.listen(1)
    doorbell.settimeout(30)
    run = subprocess.Popen(
        [sys.executable, "-m", "agent", "preflight", "-e", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        doorbell.accept()[0].close()
    finally:
        run.communicate(timeout=60)
    assert run.returncode == 4


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[None]:
    with demo_password():
        make_account(kernel)
        yield
        kernel.run([f"DROP USER '{ACCOUNT}'@'{kernel.host}'"])


def command(*arguments: str | Path, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "OB_HEALTH_LANG": "en",
            "COLUMNS": "300",
            "OB_HEALTH_HISTORY": f"sqlite:///{directory}/h.db",
        },
    )


@pytest.mark.slow
@pytest.mark.kernel
@needs_openssh
def test_from_the_request_to_the_report_with_stock_openssh(kernel: Kernel, account: None, tmp_path: Path) -> None:
    path, document = engagement_at(tmp_path, kernel.port), tmp_path / "authorization.yaml"
    wishes = ("--asked-by", "Zhao", "--approver", "Wang", "--hours", "00:00-24:00")
    asked = command("authorize", "request", "-e", path, *wishes, directory=tmp_path)
    assert asked.returncode == 0, asked.stderr
    ssh_keygen("-q", "-t", "ecdsa", "-N", "", "-C", "dba@acme", "-f", tmp_path / "key")
    ssh_keygen("-Y", "sign", "-n", "ob-health", "-f", tmp_path / "key", document)
    pinned = (tmp_path / "key.pub").read_text().strip()
    path.write_text(f"{path.read_text()}authorization: {{document: {document.name}, signer: {pinned}}}\n")
    verified = command("authorize", "verify", "-e", path, directory=tmp_path)
    assert verified.returncode == 0 and "shop: authorization OBH-" in verified.stdout, verified.stderr
    done = command("assess", "-e", path, "-o", tmp_path / "out", "-f", "html,json", "-l", "en", directory=tmp_path)
    assert done.returncode == 0, done.stderr
    written = [path for place in (tmp_path / "out", tmp_path / "h.db") for path in (place, *place.rglob("*"))]
    open_to_others = [path for path in written if path.stat().st_mode & 0o077]
    assert len(written) > 5 and not open_to_others, "facts of a customer are for their owner alone"
    found = json.loads((tmp_path / "out" / "shop" / "assessment.json").read_text())
    assert found["authorization"]["signer"] == ssh_keygen("-l", "-f", tmp_path / "key").split()[1]
    html = find_report(tmp_path / "out" / "shop", "report.en.html").read_text()
    assert found["authorization"]["signer"] in html and found["authorization"]["sha256"] in html
    within_the_signed(document, journal.locate_journal(tmp_path / "out" / "shop", found["assessment_id"]))


def within_the_signed(document: Path, written: Path) -> None:
    """Every statement in the journal is a signed one of our own, or reads signed views of a signed source."""
    request = yaml.safe_load(document.read_text(encoding="utf-8"))
    own = [re.sub(r"<[a-z ]+>", ".+", re.escape(sql).replace(r"\ ", " ")) for sql in request["statements"].values()]
    views = {source["name"]: source["views"] for source in request["sources"]}
    rows = {source["name"]: source["rows"] for source in request["sources"]}
    sent = [line for line in map(json.loads, written.read_text().splitlines()) if line["event"] == "sent"]
    assert len(sent) > 30
    for line in sent:
        plain = re.sub(r"/\*.*?\*/ ?", "", line["statement"]).replace("`", "")
        if line["source"] in views:
            read = set(re.findall(r"(?:FROM|JOIN) ([\w.$]+)", plain))
            assert read <= set(views[line["source"]]), line
            assert int(plain.rpartition("LIMIT ")[2]) <= rows[line["source"]] + 1, line
        else:
            assert any(re.fullmatch(pattern.replace("`", ""), plain) for pattern in own), line


@pytest.mark.slow
@pytest.mark.kernel
def test_outside_the_service_the_report_prints_the_reason(kernel: Kernel, account: None, tmp_path: Path) -> None:
    path = authorized(engagement_at(tmp_path, kernel.port))
    edited("months: 12", "months: 6")(path)
    reason = "Agreed by mail on Monday"
    arguments = ("assess", "-e", path, "-o", tmp_path, "-f", "html,json", "-l", "en")
    done = command(*arguments, "--outside-service", reason, directory=tmp_path)
    assert done.returncode == 0, done.stderr
    html = find_report(tmp_path / "shop", "report.en.html").read_text()
    assert "Outside the service, because" in html and reason in html
    assert json.loads((tmp_path / "shop" / "assessment.json").read_text())["period"] is None


@pytest.mark.kernel
def test_a_source_that_was_not_signed_is_not_sent(kernel: Kernel, account: None, tmp_path: Path) -> None:
    path = engagement_at(tmp_path, kernel.port)
    request = yaml.safe_load(request_text(load_engagement(path)))
    request["sources"] = [source for source in request["sources"] if source["name"] != "Memstore"]
    request["statements"].pop("receipt")
    signed(tmp_path / DOCUMENT, yaml.safe_dump(request))
    path.write_text(path.read_text() + BLOCK)
    done = command("assess", "-e", path, "-o", tmp_path / "out", "-f", "json", directory=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "shop" / "assessment.json").read_text())
    written = journal.locate_journal(tmp_path / "out" / "shop", found["assessment_id"]).read_text()
    assert "GV$OB_MEMSTORE" not in written and '"source":"receipt"' not in written
    (unread,) = [record for record in found["sources"] if record["source"] == "Memstore"]
    assert unread["status"] == "not_granted"
    assert "does not cover the source Memstore: not listed" in unread["reason"]["en"]
    (result,) = [item for item in found["results"] if item["code"] == "CAP001"]
    assert result["outcome"] == "not_assessed" and "Memstore" in result["unlock"]["en"]
