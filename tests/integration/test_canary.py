"""A known password in a real engagement: every command is run with it, and it is found nowhere afterwards."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.__main__ import build_command
from agent.collection.grants import list_grants
from agent.facts import list_sources
from agent.kernel.start import Kernel
from agent.report.pdf.render_pdf import find_chromium
from tests.agent.signing import KEY, SIGNER, authorized
from tests.canary import Ran, Scanner, run
from tests.integration.reading import give
from tests.sshd import needs_sshd, serving

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
CANARY = "Kn4ry-8uF2qZ-wX7dT1"
ACCOUNT = "hx_canary"
VARIABLE = "HX_CANARY"
REPOSITORY = Path(__file__).parents[2]
URL = f"mysql+pymysql://reader:{CANARY}@127.0.0.1:1/history"
# What each command is run with, one after the other, and how it ends. {names} are files of the stage.
SCENARIOS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "assess": (
        (0, "--bundle {bundle} -e {env} -o {out}/bundle -f json"),
        (2, "--bundle {bundle} -e {env} -o {out}/bundle -f json"),
        (2, "--bundle {encrypted} -e {env} -o {out}/bundle --identity env:" + VARIABLE),
        (0, "-e {env} -o {out}/env -f html,docx,xlsx,json -l en"),
        (0, "-e {file} -o {out}/file -f json,html"),
        (0, "-e {command} -o {out}/command -f json"),
        (5, "-e {lost} -o {out}/lost -f json"),
        (2, "-e {literal} -o {out}/literal"),
        (3, "-e {unsigned} -o {out}/unsigned"),
        (4, "-e {failing} -o {out}/failing -f json"),
    ),
    "collect": (
        (0, "-e {env} -o {out}/collect"),
        (0, "-e {env} --bundle {out}/redacted.obb -k {key} --encrypt-to {public} --redact-key {names}"),
        (2, "-e {env} --bundle {out}/none.obb -k {names}"),
        (4, "-e {failing} --bundle {out}/none.obb -k {key}"),
    ),
    "evaluate": ((0, "-s {snapshot} -e {env} -o {out}/again -f json"), (2, "-s {env} -e {env} -o {out}/again")),
    "render": ((0, "-a {document} -o {out}/render -f {printed} -l en"), (4, "-a none -o {out}/render")),
    "preflight": ((0, "-e {command}"), (4, "-e {failing}")),
    "grants": ((0, "--host 10.1.2.3"), (2, "--kind none")),
    "init": ((0, "canary --dir {out}"), (2, "canary --dir {out}")),
    "demo": ((143, "-o {out}/demo -f json"),),
    "authorize request": (
        (0, "-e {env} --asked-by TAM -o {out}/request.yaml"),
        (2, "-e {literal} -o {out}/other.yaml"),
    ),
    "authorize sign": ((0, "{request} -k {key}"), (2, "{request} -k {env}")),
    "authorize verify": ((0, "-e {env}"), (3, "-e {unsigned}")),
    "checks list": ((0, ""),),
    "checks explain": ((0, "CAP001"), (2, "XXX999")),
    "checks docs": ((0, "--dir {out}/docs"),),
    "rules validate": ((0, "-e {env}"), (2, "--rules {env}")),
    "history list": ((0, "--history {history}"), (4, "")),
    "history show": ((2, "--history {history} none"), (4, "none")),
    "history purge": ((0, "--history {history}"), (4, "")),
    "history trend": ((0, "--history {history}"), (4, "")),
    "history diff": ((2, "none other --history {history}"), (4, "none other")),
    "history restate": ((0, "-e {env} --history {history}"), (2, "-e {literal}")),
    "history track-record": ((0, "--history {history}"), (4, "")),
    "history export": ((0, "--history {history}"), (4, "")),
    "history prune": ((0, "--before 2000-01-01 --history {history}"), (2, "--history {history}")),
    "history verify": ((0, "--history {history}"), (4, "")),
    "deliver": ((2, "-a none -e {env}"), (2, "-a none -e {literal}")),
    "report sign": ((2, "{out} -k {env}"),),
    "report verify": ((2, "{out}/none"),),
    "sample": ((3, "-e {env} -o {out}/samples"), (2, "-e {literal} -o {out}/samples")),
    "fleet assess": (
        (0, "{fleet} -o {out}/fleet -f json"),
        (2, "{literal} -o {out}/none"),
    ),
    "fleet list": ((0, "{env} {failing}"), (2, "{literal}")),
    "fleet status": ((0, "{env} {failing}"), (2, "{literal}")),
    "fleet site": ((0, "-o {out}/site --history {history}"), (4, "-o {out}/none")),
    "schedule list": ((0, "-e {env}"), (4, "-e {lost}")),
    "schedule run": ((0, "-e {scheduled} -e {failing} -o {out}/scheduled -f json"),),
    "journal verify": ((0, "{journal}"), (2, "{env}")),
    "service add": (
        (0, "question -e {env} title=x asked=2026-01-01T00:00:00Z asked_by=x"),
        (2, "question -e {env} title=x"),
    ),
    "service list": ((0, "-e {env}"), (2, "-e {literal}")),
    "document questions": ((0, "-e {env} -o {out}/documents -f html,docx"), (2, "-e {literal} -o {out}/none")),
    "document quarter": ((0, "-e {env} -o {out}/documents -f html"), (2, "-e {env} -o {out}/none --period 99")),
    "document closing": ((0, "-e {env} -o {out}/documents -f html"), (2, "-e {literal} -o {out}/none")),
    "incident collect": (
        (0, "-e {env} -o {out}/incident --from 2026-01-01T00:00 --to 2026-01-02T00:00"),
        (3, "-e {unsigned} -o {out}/unsigned-incident --from 2026-01-01T00:00 --to 2026-01-02T00:00"),
        (4, "-e {failing} -o {out}/failing-incident --from 2026-01-01T00:00 --to 2026-01-02T00:00"),
    ),
    "incident report": ((2, "none -e {env} -o {out}/incident"),),
    "readiness": ((2, "-e {env} -o {out}/readiness --period none"),),
    "completion": ((0, "bash"), (2, "none")),
    "help": ((0, "exit-codes"), (2, "none")),
    "snapshot key": ((0, "{out}/key"), (2, "{out}/key")),
    "snapshot redact": ((0, "{snapshot} --key {names} -o {out}/redacted.obh"), (2, "{env} --key {names} -o {out}/x")),
    "snapshot restore": ((0, "{redacted} --key {names} -o {out}/restored.obh"), (2, "{env} --key {names} -o {out}/x")),
    "sql list": ((0, "-s {snapshot}"), (2, "-s {env}")),
    "sql show": ((2, "0000 -s {snapshot}"), (2, "0000 -s {env}")),
    "verify": ((2, "-s {env}"),),
    "what-if": ((2, "-s {snapshot}"), (2, "-s {env} --index a.b(c)")),
}


def commands() -> list[str]:
    """Every command that there is, as it is typed."""
    return sorted(_walk(typer.main.get_command(build_command()), ()))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, inner in command.commands.items():
            yield from _walk(inner, (*path, name))
    else:
        yield " ".join(path)


@dataclass
class Stage:
    """A place where everything that a command writes lies in ``root``."""

    root: Path
    scanner: Scanner
    files: dict[str, str]

    def run(self, words: str, **more: str) -> Ran:
        """One command; ``schedule run`` is ended once it waits for the next day, ``demo`` once it has its kernel.

        The demo goes on with a password of its own making, which is none of ours.
        """
        environment = {**self.environment, **more}
        if "{command}" in words:
            del environment[VARIABLE], environment["OB_HEALTH_HISTORY"]  # a program has it, which is a child
        command = [sys.executable, "-m", "agent", *shlex.split(words.format_map(self.files))]
        enough = {"schedule run": self._is_waiting, "demo": self._has_kernel}
        ends = next((end for name, end in enough.items() if words.startswith(name)), lambda: False)
        return run(self.scanner, command, environment, ends)

    def _is_waiting(self) -> bool:
        """All targets of the schedule were tried: one assessed, those that fail have a journal."""
        place = self.root / "out" / "scheduled"
        return len(list(place.rglob("assessment.json"))) == 1 and len(list(place.rglob("journal-*.jsonl"))) == 4

    def _has_kernel(self) -> bool:
        return any((self.root / "tmp").glob("ob-health-kernel-*/data/*"))

    @property
    def environment(self) -> dict[str, str]:
        places = {"HOME": "home", "TMPDIR": "tmp", "XDG_DATA_HOME": "home/data", "XDG_CACHE_HOME": "home/cache"}
        places |= {"XDG_CONFIG_HOME": "home/config", "XDG_STATE_HOME": "home/state", "XDG_RUNTIME_DIR": "home/run"}
        own = {name: str(self.root / place) for name, place in places.items()}
        words = {"OB_HEALTH_LANG": "en", "COLUMNS": "200", VARIABLE: CANARY, "OB_HEALTH_HISTORY": URL}
        words["OB_HEALTH_DEBUG"] = "1"  # so that all is said that can be said
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), **own, **words}


def engagement(folder: Path, port: int, password: str, *, more: str = "", signed: bool = True) -> Path:
    """An engagement in a folder of its own, with a history of its own unless ``more`` names one."""
    folder.mkdir(parents=True)
    path = folder / "engagement.yaml"
    history = "" if "history:" in more else f"history: sqlite:///{folder}/history.sqlite\n"
    today = datetime.now(UTC).date() - timedelta(days=1)
    path.write_text(
        f"""customer: {{name: {folder.name}}}
service: {{tier: 顶级版, start: {today}, months: 12}}
targets:
  shop:
    {{host: 127.0.0.1, port: {port}, user: {ACCOUNT}, password: "{password}", tls: {{mode: disabled}}}}
{more}
{history}""",
        encoding="utf-8",
    )
    return authorized(path) if signed else path


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[None]:
    kernel.run([f"DROP USER IF EXISTS {ACCOUNT}", f"CREATE USER {ACCOUNT} IDENTIFIED BY '{CANARY}'"])
    give(kernel, list_grants(list(list_sources()), ACCOUNT, "%"))
    yield
    kernel.run([f"DROP USER {ACCOUNT}"])


def kept(path: Path) -> Path:
    """A file that only its owner reads, with the password in its first line."""
    path.touch(0o600)
    path.write_text(CANARY + "\n")
    return path


def engagements(root: Path, port: int) -> dict[str, Path]:
    """One for each way to get at the password, and those that cannot be assessed."""
    variable, tls = f"env:{VARIABLE}", "tls: {mode: disabled}"
    failing = (
        f'  gone: {{host: 127.0.0.1, port: 1, user: {ACCOUNT}, password: "{variable}", {tls}}}\n'
        f'  refused: {{host: 127.0.0.1, port: {port}, user: nobody, password: "{variable}", {tls}}}'
    )
    return {
        "env": engagement(root / "env", port, variable),
        "file": engagement(root / "file", port, f"file:{root}/kept"),
        "command": engagement(root / "command", port, f"command:head -n 1 {root}/kept"),
        "scheduled": engagement(root / "scheduled", port, variable),
        "fleet": engagement(root / "fleet", port, variable),
        "lost": engagement(root / "lost", port, variable, more="history: env:OB_HEALTH_HISTORY"),
        "literal": engagement(root / "literal", port, CANARY, signed=False),
        "unsigned": engagement(root / "unsigned", port, variable, signed=False),
        "failing": engagement(root / "failing", 1, variable, more=failing),
    }


@pytest.fixture(scope="module")
def stage(kernel: Kernel, account: None, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    root = tmp_path_factory.mktemp("stage")
    for name in ("home", "tmp", "out"):
        (root / name).mkdir()
    written = engagements(root, kernel.port)
    spared = frozenset({kept(root / "kept"), written["literal"]})
    key = root / "customer.key"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    key.chmod(0o600)
    (root / "encrypted.obb").write_bytes(b"age-encryption.org/v1\n")
    (root / "request.yaml").write_text((root / "env" / "authorization.yaml").read_text())
    made = root / "made" / "shop"
    files = {name: str(path) for name, path in written.items()} | {
        "out": str(root / "out"),
        "key": str(key),
        "public": shlex.quote(SIGNER),
        "bundle": str(root / "collected.obb"),
        "encrypted": str(root / "encrypted.obb"),
        "request": str(root / "request.yaml"),
        "names": str(root / "names"),
        "printed": "html,pdf" if find_chromium() else "html",
        "redacted": str(root / "redacted.obh"),
        "snapshot": str(made / "snapshot.obh"),
        "document": str(made / "assessment.json"),
        "history": f"sqlite:///{root}/made/history.sqlite",
        "root": str(root),
    }
    ready = Stage(root, Scanner(CANARY, root, spared), files)
    for words in (
        "assess -e {env} -o {root}/made -f json",
        "snapshot key {names}",
        "snapshot redact {snapshot} --key {names} -o {redacted}",
        "collect -e {env} --bundle {bundle} -k {key}",
    ):
        done = ready.run(words)
        assert (done.code, done.leaks) == (0, ()), done.said
    (journal,) = made.glob("journal-*.jsonl")
    files["journal"] = str(journal)
    shutil.copy(root / "env" / "history.sqlite", root / "made" / "history.sqlite")
    return ready


def test_every_command_has_its_scenario() -> None:
    assert sorted(SCENARIOS) == commands(), "a new command needs one, too"


# They read what another of their group reads, too.
ALIKE = {
    "history diff", "history export", "history list", "history prune", "history purge", "history restate",
    "history show", "history track-record", "history trend",
    "document closing", "document quarter", "incident report", "readiness",
    "report sign", "report verify", "service list", "fleet list",
    "sql show", "snapshot restore", "what-if",
    "checks list", "checks docs", "help",
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in ALIKE else name for name in commands()]
)
def test_a_password_stays_where_it_belongs(stage: Stage, name: str) -> None:
    for code, words in SCENARIOS[name]:
        done = stage.run(f"{name} {words}")
        assert done.code == code, f"{words}: {done.said}"
        assert done.leaks == (), words
        assert "Traceback" not in done.said


def customized(stage: Stage, name: str, body: str) -> dict[str, str]:
    """Variables by which Python runs this code before the agent's."""
    folder = stage.root / name
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(body)
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(REPOSITORY)))}


def test_a_traceback_shows_no_password(stage: Stage) -> None:
    body = """from agent.collection import preflight
def broken(session, *rest):
    secret = session.endpoint.password()
    plain = "".join(secret)
    assert len(plain) > 8 and f"{secret} {secret!r}" == "*** Secret('***')"
    raise RuntimeError(f"unexpected {plain} %s" % (session.endpoint,)) from ValueError(plain)
preflight.inspect_target = broken
"""
    for words in ("assess -e {env} -o {out}/broken-env -f json", "assess -e {command} -o {out}/broken -f json"):
        name = "broken-env" if "{env}" in words else "broken-command"
        done = stage.run(words, **customized(stage, name, body), PYTHONDEVMODE="1", PYTHONFAULTHANDLER="1")
        assert done.code == 4 and "builtins.RuntimeError" in done.said and "in broken" in done.said, done.said
        assert done.leaks == ()


LOUD = "import logging\nlogging.basicConfig(level=logging.DEBUG)\n"


def test_logs_at_the_lowest_level_show_no_password(stage: Stage) -> None:
    loud = customized(stage, "loud", LOUD)
    assert "DEBUG:" in stage.run("assess -e {lost} -o {out}/loud -f json", **loud, PYTHONASYNCIODEBUG="1").said
    for words in ("assess -e {env} -o {out}/loud -f json", "assess -e {failing} -o {out}/loud -f json"):
        assert stage.run(words, **loud, PYTHONASYNCIODEBUG="1").leaks == ()


@needs_sshd
def test_neither_do_those_of_a_jump_host(stage: Stage, kernel: Kernel, tmp_path: Path) -> None:
    with serving(tmp_path / "jump") as jump:
        path = engagement(stage.root / "jump", kernel.port, f"env:{VARIABLE}", signed=False)
        way = f"via: {jump.url}, via_key: {jump.key}, via_known_hosts: {jump.known_hosts}"
        path.write_text(path.read_text(encoding="utf-8").replace("{host:", f"{{{way}, host:"), encoding="utf-8")
        stage.files["jump"] = str(authorized(path))
        loud = customized(stage, "loud-jump", LOUD)
        done = stage.run("assess -e {jump} -o {out}/jump -f json", **loud, PYTHONASYNCIODEBUG="1")
        assert done.code == 0 and "DEBUG:asyncssh" in done.said, done.said
        assert done.leaks == ()
        lines = [line for line in jump.key.read_text().splitlines() if not line.startswith("-")]
        assert not any(line in done.said for line in lines)
