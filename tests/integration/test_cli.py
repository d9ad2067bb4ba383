"""The command line as a TAM uses it, on the real kernel: exit codes, files, messages, nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agent.demo.run_demo import ACCOUNT, PASSWORD_VARIABLE, demo_password, make_account
from agent.kernel.start import Kernel
from agent.model.terms import DataClass
from tests.agent.signing import authorized
from tests.report_files import find_report, plain

pytestmark = pytest.mark.kernel
TODAY = datetime.now(UTC).date()
SCHEMA = Path(__file__).parents[2] / "agent" / "archive" / "assessment.schema.json"


@dataclass
class Place:
    """A working directory with an engagement of one target called ``shop``."""

    directory: Path
    port: int

    def engagement(self, *, extra: str = "", targets: str = "", signed: bool = True, **request: Any) -> Path:
        """``request`` are changes of what the customer signs."""
        path = self.directory / "engagement.yaml"
        path.write_text(
            f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {TODAY - timedelta(days=10)}, months: 12}}
schedule: {{major_compaction: none}}
targets:
  shop:
    {{host: 127.0.0.1, port: {self.port}, user: {ACCOUNT}, password: "env:{PASSWORD_VARIABLE}",
     tls: {{mode: disabled}}}}
{targets}
history: sqlite:///{self.directory}/history.sqlite
{extra}
""",
            encoding="utf-8",
        )
        return authorized(path, **request) if signed else path

    def run(self, *arguments: str | Path, language: str = "en") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "OB_HEALTH_LANG": language, "COLUMNS": "200"}
        command = [sys.executable, "-m", "agent", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[None]:
    """The account of the printed script, for this module."""
    with demo_password():
        make_account(kernel)
        yield
        kernel.run([f"DROP USER '{ACCOUNT}'@'{kernel.host}'"])


@pytest.fixture
def place(kernel: Kernel, account: None, tmp_path: Path) -> Place:
    return Place(tmp_path, kernel.port)


def document(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_assess_writes_everything_and_says_what(place: Place) -> None:
    done = place.run("assess", "-e", place.engagement(), "-o", place.directory / "out", "-f", "html,json")
    assert done.returncode == 0, done.stderr
    out = place.directory / "out" / "shop"
    assessment = document(out / "assessment.json")
    assert {plain(path.name) for path in out.iterdir()} == {
        "snapshot.obh",
        "assessment.json",
        "report.zh-CN.html",
        "report.en.html",
        f"journal-{assessment['assessment_id']}.jsonl",
    }
    jsonschema.validate(assessment, json.loads(SCHEMA.read_text()))
    assert "coverage" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    again = place.run("assess", "-e", place.engagement(), "-o", place.directory / "out2", "-f", "json")
    assert again.returncode == 0
    compared = document(place.directory / "out2" / "shop" / "assessment.json")["comparison"]
    assert isinstance(compared, dict) and compared["baseline_id"] == assessment["assessment_id"]
    listed = place.run("history", "list", "--history", f"sqlite:///{place.directory}/history.sqlite")
    assert str(assessment["assessment_id"]) in listed.stdout
    shown = place.run(
        "history", "show", str(assessment["assessment_id"]), "--history", f"sqlite:///{place.directory}/history.sqlite"
    )
    assert shown.returncode == 0 and "shop" in shown.stdout
    rendered = place.run(
        "render",
        "-a",
        str(assessment["assessment_id"]),
        "--history",
        f"sqlite:///{place.directory}/history.sqlite",
        "-o",
        place.directory / "r",
        "-f",
        "html",
        "-l",
        "en",
    )
    assert rendered.returncode == 0, rendered.stderr
    one, other = (find_report(folder, "report.en.html") for folder in (place.directory / "r", out))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_collect_then_evaluate_gives_the_same_verdict(place: Place) -> None:
    engagement = place.engagement()
    collected = place.run("collect", "-e", engagement, "-o", place.directory / "c")
    assert collected.returncode == 0, collected.stderr
    saved = place.directory / "c" / "shop" / "snapshot.obh"
    verdicts = []
    for name in ("one", "two"):
        out = place.directory / name
        done = place.run("evaluate", "-s", saved, "-e", engagement, "-o", out, "-f", "json")
        assert done.returncode == 0, done.stderr
        found = document(out / "assessment.json")
        verdicts.append((found["results"], found["score"]))
    assert verdicts[0] == verdicts[1]


def test_fail_on_is_an_exit_code(place: Place) -> None:
    engagement = place.engagement()
    low = place.run("assess", "-e", engagement, "-o", place.directory / "o", "-f", "json", "--fail-on", "low")
    assert low.returncode == 1, low.stderr
    wrong = place.run("assess", "-e", engagement, "-o", place.directory / "o", "--fail-on", "awful")
    assert wrong.returncode == 2 and "awful" in wrong.stderr


def test_one_failing_target_never_stops_another(place: Place) -> None:
    closed = (
        f'  gone: {{host: 127.0.0.1, port: 1, user: x, password: "env:{PASSWORD_VARIABLE}", tls: {{mode: disabled}}}}'
    )
    done = place.run("assess", "-e", place.engagement(targets=closed), "-o", place.directory / "o", "-f", "json")
    assert done.returncode == 4
    assert (place.directory / "o" / "shop" / "assessment.json").is_file()
    assert "gone: 127.0.0.1:1 cannot be reached" in done.stderr


def test_outside_the_authorization_nothing_is_connected(place: Place) -> None:
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"signed": False}, "names no authorization"),
        ({"not_after": ended}, "expired"),
    )
    for change, word in changes:
        done = place.run("assess", "-e", place.engagement(**change), "-o", place.directory / "o")
        assert done.returncode == 3 and word in done.stderr, done.stderr
        (journal,) = (place.directory / "o" / "shop").iterdir()
        assert word in journal.read_text() and '"event":"sent"' not in journal.read_text()
        journal.unlink()


@pytest.mark.slow
def test_a_class_that_is_not_granted_is_not_read(place: Place) -> None:
    engagement = place.engagement(data_classes=[DataClass.SETTINGS, DataClass.STATISTICS])
    done = place.run("assess", "-e", engagement, "-o", place.directory / "o", "-f", "json")
    assert done.returncode == 0, done.stderr
    found = document(place.directory / "o" / "shop" / "assessment.json")
    results = {item["code"]: item for item in found["results"]}  # type: ignore[attr-defined]
    assert results["SEC003"]["outcome"] == "not_assessed"
    assert "accounts" in results["SEC003"]["reason"]["en"]


@pytest.mark.long
def test_if_due_assesses_once_per_quarter(place: Place) -> None:
    engagement = place.engagement()
    first = place.run("assess", "-e", engagement, "-o", place.directory / "a", "-f", "json", "--if-due")
    assert first.returncode == 0 and (place.directory / "a" / "shop" / "assessment.json").is_file(), first.stderr
    second = place.run("assess", "-e", engagement, "-o", place.directory / "b", "-f", "json", "--if-due")
    assert second.returncode == 0 and not (place.directory / "b").exists(), second.stderr
    quiet = place.run("assess", "-q", "-e", engagement, "-o", place.directory / "b", "-f", "json", "--if-due")
    assert quiet.returncode == 0 and not quiet.stdout + quiet.stderr, "cron sends no mail when nothing is due"
    listed = place.run("schedule", "list", "-e", engagement)
    assert listed.returncode == 0 and f"{TODAY}" in listed.stdout


def test_wrong_password_is_said_without_the_password(place: Place) -> None:
    (place.directory / "pw").write_text("not-the-password")
    (place.directory / "pw").chmod(0o600)
    text = place.engagement().read_text().replace(f"env:{PASSWORD_VARIABLE}", f"file:{place.directory}/pw")
    (place.directory / "engagement.yaml").write_text(text)
    done = place.run("assess", "-e", place.directory / "engagement.yaml", "-o", place.directory / "o")
    assert done.returncode == 4
    assert "refused the account" in done.stderr and "not-the-password" not in done.stderr + done.stdout


def test_messages_in_chinese(place: Place) -> None:
    done = place.run("assess", "-e", place.engagement(signed=False), "-o", place.directory / "o", language="zh-CN")
    assert done.returncode == 3 and "授权" in done.stderr


@pytest.mark.slow
def test_preflight_names_the_grant(place: Place, kernel: Kernel) -> None:
    done = place.run("preflight", "-e", place.engagement())
    assert done.returncode == 0, done.stderr
    assert "OceanBase 4.3.5.3" in done.stdout
    kernel.run([f"REVOKE SELECT ON oceanbase.`GV$OB_UNITS` FROM '{ACCOUNT}'@'{kernel.host}'"])
    try:
        less = place.run("preflight", "-e", place.engagement())
        assert "GRANT SELECT ON oceanbase.`GV$OB_UNITS`" in " ".join(less.stdout.split())
    finally:
        kernel.run([f"GRANT SELECT ON oceanbase.`GV$OB_UNITS` TO '{ACCOUNT}'@'{kernel.host}'"])


def test_unknown_format_before_anything_is_connected(place: Place) -> None:
    done = place.run("assess", "-e", place.engagement(), "-o", place.directory / "o", "-f", "docx2")
    assert done.returncode == 2 and "docx2" in done.stderr and not (place.directory / "o").exists()


def test_broken_yaml_is_one_message(place: Place) -> None:
    path = place.engagement()
    path.write_text(path.read_text().replace("customer: {name: acme}", "customer: {name: acme"))
    done = place.run("assess", "-e", path, "-o", place.directory / "o")
    assert done.returncode == 2 and "engagement.yaml" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.long
def test_grants_script_and_catalogue(place: Place) -> None:
    assert "CREATE USER 'ob_health'@'10.1.2.3'" in place.run("grants", "--host", "10.1.2.3").stdout
    assert len(json.loads(place.run("checks", "list", "--json").stdout)) >= 45
    explained = place.run("checks", "explain", "cap001")
    assert explained.returncode == 0 and "Memstore" in explained.stdout
    assert place.run("checks", "explain", "XXX999").returncode == 2
    assert place.run("rules", "validate").returncode == 0
    assert place.run("--version").stdout.strip()
    helped = place.run("--help")
    assert all(word in helped.stdout for word in ("assess", "demo", "grants", "schedule"))
    assert place.run("no-such-command").returncode == 2


def test_init_scaffolds_an_engagement_that_does_not_authorize_yet(place: Place) -> None:
    made = place.run("init", "acme", "--dir", place.directory)
    assert made.returncode == 0, made.stderr
    done = place.run("assess", "-e", place.directory / "acme" / "engagement.yaml", "-o", place.directory / "o")
    assert done.returncode == 3
    assert place.run("init", "acme", "--dir", place.directory).returncode == 2


@pytest.mark.long
def test_mute_hides_exactly_one_finding(place: Place) -> None:
    plain = place.run("assess", "-e", place.engagement(), "-o", place.directory / "a", "-f", "json")
    assert plain.returncode == 0
    before = document(place.directory / "a" / "shop" / "assessment.json")
    findings = [(r["code"], f) for r in before["results"] for f in r["findings"]]  # type: ignore[attr-defined]
    code, muted = findings[0]
    until = TODAY + timedelta(days=20)
    mute = f"mutes: [{{fingerprint: {muted['fingerprint']}, owner: tam, reason: agreed, until: {until}}}]"
    again = place.run("assess", "-e", place.engagement(extra=mute), "-o", place.directory / "b", "-f", "json")
    assert again.returncode == 0, again.stderr
    after = document(place.directory / "b" / "shop" / "assessment.json")
    hidden = [f["fingerprint"] for r in after["results"] for f in r["findings"] if f["muted"]]  # type: ignore[attr-defined]
    assert hidden == [muted["fingerprint"]], code
