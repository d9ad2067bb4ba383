"""The example of a third party, installed as pip installs it, and run end to end on the real kernel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.kernel.start import Kernel
from tests.integration.reading import reader
from tests.report_files import find_report

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "tests" / "plugin_example"
DATABASE = "plugin_example"
ACCOUNT = "plugin_reader"
TODAY = datetime.now(UTC).date()
PLANT = (
    f"CREATE DATABASE {DATABASE}",
    f"CREATE TABLE {DATABASE}.wide (id INT PRIMARY KEY, body TEXT)",
    f"INSERT INTO {DATABASE}.wide VALUES " + ", ".join(f"({number}, REPEAT('x', 9000))" for number in range(20)),
    f"CALL DBMS_STATS.GATHER_TABLE_STATS('{DATABASE}', 'wide')",
    f"ALTER DATABASE {DATABASE} READ ONLY",
)


@dataclass(frozen=True)
class Installed:
    """The directory that the example was installed to; commands see it and nothing of its source."""

    packages: Path

    def run(self, *command: str | Path, with_it: bool = True, language: str = "en") -> subprocess.CompletedProcess[str]:
        paths = [str(self.packages), str(ROOT)] if with_it else [str(ROOT)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "OB_HEALTH_LANG": language,
            "COLUMNS": "200",
        }
        arguments = [sys.executable, "-m", *map(str, command)]
        return subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built from a copy, so that nothing is left in the source tree."""
    place = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLE, place / "source", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--target", str(place / "packages"), str(place / "source")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Installed(place / "packages")


@pytest.mark.slow
def test_its_own_tests_pass(installed: Installed) -> None:
    done = installed.run("pytest", "-q", "-p", "no:cacheprovider", EXAMPLE / "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout and "skipped" not in done.stdout


def test_the_catalogue_shows_it(installed: Installed) -> None:
    listed = installed.run("agent", "checks", "list", "--json")
    assert (listed.returncode, listed.stderr) == (0, "")
    records = {record["code"]: record for record in json.loads(listed.stdout)}
    assert records["OPS950"]["sources"] == ["oceanbase.DBA_OB_DATABASES"]
    assert records["SCH950"]["limits"] == "low ≥ 8 KiB, medium ≥ 64 KiB"
    assert "数据库遗留在只读状态" in installed.run("agent", "checks", "explain", "OPS950", language="zh-CN").stdout


def test_a_broken_one_is_a_line_and_not_a_crash(installed: Installed, tmp_path: Path) -> None:
    shutil.copytree(installed.packages, tmp_path / "packages")
    package = tmp_path / "packages" / "ob_health_example"
    (package / "facts.py").write_text("import no_such_module\n")
    listed = Installed(tmp_path / "packages").run("agent", "checks", "list", "--json")
    assert listed.returncode == 0
    codes = {record["code"] for record in json.loads(listed.stdout)}
    assert "OPS950" not in codes and {"SCH950", "CAP001"} <= codes
    assert "ob_health_example.facts could not be loaded: ModuleNotFoundError" in listed.stderr


@pytest.fixture(scope="module")
def planted(installed: Installed, kernel: Kernel) -> Iterator[Kernel]:
    """The faults, and an account with exactly the printed grants: the agent's own and the one for the plug-in."""
    script = installed.run("agent", "grants", "--user", ACCOUNT, "--host", "%").stdout
    (line,) = [line for line in script.splitlines() if "DBA_OB_DATABASES" in line]
    with reader(kernel, ACCOUNT):
        kernel.run([*PLANT, line.partition(";")[0]])
        yield kernel
        kernel.run([f"ALTER DATABASE {DATABASE} READ WRITE", f"DROP DATABASE {DATABASE}"])


def engagement(directory: Path, *, rules: str) -> Path:
    path = directory / "engagement.yaml"
    path.write_text(
        f"""customer: {{name: acme}}
service: {{tier: gold, start: {TODAY - timedelta(days=10)}, months: 12}}
targets:
  shop: {{host: 127.0.0.1, port: 2881, user: {ACCOUNT}, password: "env:NOT_NEEDED"}}
history: sqlite:///{directory}/history.sqlite
{rules}
""",
        encoding="utf-8",
    )
    return path


def with_checks_of_its_own(directory: Path) -> Path:
    """Two more checks without code, one of them broken, and an override of a rule that the plug-in brought."""
    text = (EXAMPLE / "src" / "ob_health_example" / "rows_too_wide.check.yaml").read_text(encoding="utf-8")
    text = text.replace("code: SCH950", "code: SCH951").replace("rows_too_wide", "rows_too_wide_here")
    (directory / "ours.check.yaml").write_text(text, encoding="utf-8")
    (directory / "broken.check.yaml").write_text(text.replace("avg_row_len", "avg_row_length"), encoding="utf-8")
    change = "{params: {min_rows_count: 10}}"
    rules = f"""rules:
  checks: [ours.check.yaml, broken.check.yaml]
  overrides:
    - {{code: SCH950, owner: tam, reason: small tables, until: {TODAY + timedelta(days=9)}, change: {change}}}"""
    return engagement(directory, rules=rules)


def evaluated(installed: Installed, snapshot: Path, given: Path, *, with_it: bool = True) -> dict[str, Any]:
    """assessment.json of a snapshot."""
    out = given.parent / "out"
    command = ("agent", "evaluate", "-s", snapshot, "-e", given, "-o", out, "-f", "html,json")
    done = installed.run(*command, with_it=with_it)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    return {**document, "results": {item["code"]: item for item in document["results"]}}


def collected(installed: Installed, kernel: Kernel, path: Path) -> Path:
    done = installed.run("tests.integration.read_with_plugins", kernel.host, str(kernel.port), ACCOUNT, path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.kernel
def test_it_finds_what_is_planted_and_its_own_cure_mends_it(
    installed: Installed, planted: Kernel, tmp_path: Path
) -> None:
    given = with_checks_of_its_own(tmp_path)
    snapshot = collected(installed, planted, tmp_path / "faulty.obh")
    found = evaluated(installed, snapshot, given)
    results = found["results"]
    (read_only,) = [item for item in results["OPS950"]["findings"] if item["resource"] == DATABASE]
    assert read_only["texts"]["zh-CN"] == f"数据库 {DATABASE} 处于只读状态。"
    assert f"{DATABASE}.wide" in [item["resource"] for item in results["SCH950"]["findings"]]
    assert results["SCH950"]["overridden"] and results["SCH950"]["texts"]["zh-CN"]["title"] == "表的行过宽"
    assert results["SCH951"]["findings"] == [], "20 rows are too few without the override"
    assert any("broken.check.yaml:9: value: there is no field" in note["en"] for note in found["notes"])
    assert "数据库遗留在只读状态" in find_report(tmp_path / "out", "report.zh-CN.html").read_text(encoding="utf-8")

    planted.run(read_only["sql"])
    mended = evaluated(installed, collected(installed, planted, tmp_path / "mended.obh"), given)
    assert DATABASE not in [item["resource"] for item in mended["results"]["OPS950"]["findings"]]

    (tmp_path / "plain").mkdir()
    without = evaluated(installed, snapshot, engagement(tmp_path / "plain", rules=""), with_it=False)
    assert not {"OPS950", "SCH950", "SCH951"} & set(without["results"])
    assert "ob_health_example.facts:Database" in json.dumps(without["problems"])
