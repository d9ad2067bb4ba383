"""What a command does not use is not imported: each runs in a process of its own, which tells what it has loaded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent.archive.snapshot import save_snapshot
from agent.report.json.render_json import render_json
from tests.agent.cli.typed import make_environment
from tests.agent.engagements import MINIMAL
from tests.agent.report import sample
from tests.harness import snapshot_of

pytestmark = pytest.mark.slow

_SCRIPT = """
import atexit, os, sys
watched, sys.argv = sys.argv[1].split(), ["ob-health", *sys.argv[2:]]
atexit.register(lambda: os.write(2, ("@" + " ".join(name for name in watched if name in sys.modules)).encode()))
from agent.__main__ import main
main()
"""
PAGES = frozenset({"agent.report.html.render_html", "agent.report.charts.svg"})
WORD_AND_LISTS = frozenset({"matplotlib", "docx", "docxtpl", "openpyxl", "lxml", "pikepdf", "PIL"})
NUMBERS = frozenset({"numpy", "scipy"})
REACHING_OUT = frozenset({"asyncssh", "apprise", "httpx", "keyring"})
STATEMENTS = frozenset({"pymysql", "agent.collection.statements", "agent.collection.connect"})
HISTORY = frozenset({"agent.archive.history.store", "alembic", "sqlalchemy.orm"})
SERVICE = frozenset({"schedule", "icalendar", "tenacity", "prometheus_client"})
PARSING = frozenset({"sqlglot"})
DATABASES = STATEMENTS | HISTORY | frozenset({"sqlalchemy"})
LINE = frozenset({"agent.pipeline", "agent.judgement.evaluate"})
FILES = frozenset({"agent.engagement.engagement_file", "agent.catalogue.registry", "yaml", "jinja2", "zstandard"})
ALWAYS = frozenset({"pylibseekdb", "agent.kernel.guard", "asyncio.base_events", "rich.table", "agent.model.document"})
EVERYTHING = PAGES | WORD_AND_LISTS | NUMBERS | REACHING_OUT | SERVICE | PARSING | DATABASES | LINE | FILES
OTHERS = PAGES | WORD_AND_LISTS | NUMBERS | REACHING_OUT | SERVICE
# What is typed, and what must not be imported for it.
COMMANDS: Mapping[str, frozenset[str]] = {
    "--help": EVERYTHING | ALWAYS | {"agent.cli.assessment", "pydantic", "babel"},
    "--version": EVERYTHING | ALWAYS | {"agent.cli.assessment", "babel"},
    "assess --help": EVERYTHING | ALWAYS | {"agent.cli.actions.assess", "agent.cli.history", "babel"},
    "history --help": EVERYTHING | ALWAYS | {"agent.cli.assessment", "babel"},
    "completion bash": EVERYTHING | ALWAYS,
    "init new": OTHERS | DATABASES | PARSING | LINE | {"agent.catalogue.registry", "jinja2"},
    "checks list": OTHERS | DATABASES | {"agent.pipeline", "jinja2", "zstandard"},
    "grants --user reader": OTHERS | HISTORY | {"agent.pipeline", "zstandard"},
    "authorize verify": OTHERS,
    "journal verify {journal}": EVERYTHING,
    "snapshot key {folder}/key": EVERYTHING,
    "sql list -s {snapshot}": OTHERS | DATABASES | {"agent.pipeline", "jinja2"},
    "history list": OTHERS | STATEMENTS | PARSING | {"agent.pipeline", "agent.catalogue.registry"},
    "evaluate -s {snapshot} -o {folder}/out -f json": OTHERS,
    "evaluate -s {snapshot} -o {folder}/out -f html": OTHERS - PAGES,
    "render -a {document} -o {folder}/out -f html": OTHERS - PAGES,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("imports")
    (made / "engagement.yaml").write_text(MINIMAL, "utf-8")
    (made / "journal.jsonl").write_text("", "utf-8")
    save_snapshot(snapshot_of([]), made / "snapshot.obh")
    (made / "assessment.json").write_bytes(render_json(sample.healthy()))
    return made


def list_loaded(folder: Path, typed: str, watched: frozenset[str]) -> set[str]:
    """Which of the watched modules the command has loaded when it ends."""
    places = {
        "folder": folder,
        "snapshot": folder / "snapshot.obh",
        "journal": folder / "journal.jsonl",
        "document": folder / "assessment.json",
    }
    words = [word.format(**places) for word in typed.split()]
    ended = subprocess.run(
        [sys.executable, "-c", _SCRIPT, " ".join(sorted(watched)), *words],
        cwd=folder,
        env=make_environment(folder, PYTHONPATH=str(Path(__file__).parents[3]), OB_HEALTH_LANG="en"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said, at, loaded = ended.stderr.rpartition("@")
    assert at and "defect" not in said, ended
    return {*loaded.split()}


@pytest.mark.parametrize("typed", COMMANDS)
def test_nothing_crept_in(typed: str, folder: Path) -> None:
    assert list_loaded(folder, typed, COMMANDS[typed]) == set(), "imported, and not used by the command"


def test_what_is_used_is_seen(folder: Path) -> None:
    """The test can fail."""
    used = frozenset({"agent.pipeline", "agent.judgement.evaluate", "sqlglot"})
    assert list_loaded(folder, "evaluate -s {snapshot} -o {folder}/out -f json", used) == used
