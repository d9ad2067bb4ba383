"""What the shell offers after TAB: words of commands and options, and names that only the files know."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agent.archive.history.store import History
from agent.catalogue.registry import load_registry
from agent.cli.completion import FORMATS, SHELLS
from agent.model.terms import Category, DataClass, Severity, TenantKind
from agent.report.render import FORMATS as RENDERED
from agent.support.i18n import LANGUAGES
from tests.agent.archive.history.documents import document
from tests.agent.cli.typed import make_environment, run_here
from tests.agent.engagements import MINIMAL

IDS = ["20261003-101112-abcdef", "20260703-101112-abcdef"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "engagement.yaml").write_text(MINIMAL, "utf-8")
    (tmp_path / "other.yaml").write_text(MINIMAL.replace("orders:", "stock:"), "utf-8")
    with History.open(str(tmp_path / "history.db")) as history:
        for name in IDS:
            history.save(document(name, band="good"))
    return tmp_path


def offered(folder: Path, line: str) -> list[str]:
    """The words that bash offers at the end of a line."""
    words = line.split(" ")
    variables = {
        "_OB_HEALTH_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    ended = run_here(folder, **variables)
    assert ended.code == 0 and not ended.err, ended
    return ended.out.decode().split()


def test_commands_and_options(folder: Path) -> None:
    assert {"assess", "checks", "help"} <= set(offered(folder, "ob-health "))
    assert offered(folder, "ob-health chec") == ["checks"]
    assert offered(folder, "ob-health checks ex") == ["explain"]
    assert offered(folder, "ob-health assess --form") == ["--format"]
    assert {"--quiet", "--debug", "--help"} <= set(offered(folder, "ob-health assess --"))


def test_lists_of_words(folder: Path) -> None:
    assert offered(folder, "ob-health assess -f ") == list(FORMATS)
    assert set(FORMATS) == set(RENDERED)
    assert offered(folder, "ob-health assess -f html,x") == ["html,xlsx"]
    assert "html,html" not in offered(folder, "ob-health assess -f html,")
    assert offered(folder, "ob-health assess --lang ") == list(LANGUAGES) == offered(folder, "ob-health grants --lang ")
    assert offered(folder, "ob-health assess --fail-on ") == list(Severity)
    assert offered(folder, "ob-health checks list --category ") == list(Category)
    assert offered(folder, "ob-health checks list --kind ") == list(TenantKind)
    assert offered(folder, "ob-health grants --data-classes ") == list(DataClass)
    assert offered(folder, "ob-health completion ") == list(SHELLS)
    assert {"exit-codes", "assess"} <= set(offered(folder, "ob-health help "))


def test_names_that_files_know(folder: Path) -> None:
    assert offered(folder, "ob-health assess -t ") == ["orders"]
    assert offered(folder, "ob-health assess -e other.yaml -t ") == ["stock"]
    assert sorted(offered(folder, "ob-health history show ")) == sorted(IDS)
    assert offered(folder, "ob-health history show 202610") == IDS[:1]
    assert offered(folder, "ob-health render -a 202607") == IDS[1:]


def test_codes_of_checks(folder: Path) -> None:
    found = [code for code in load_registry().checks if code.startswith("SEC")]
    assert offered(folder, "ob-health checks explain SEC") == found and len(found) > 10


@pytest.mark.parametrize(
    "content", ["", "targets: [", "targets: {a: 1}\nx: !!python/object:os.system 1", "- 1", "\xff"]
)
def test_a_broken_file_offers_nothing_and_says_nothing(content: str, folder: Path) -> None:
    (folder / "engagement.yaml").write_text(content, "latin-1")
    assert offered(folder, "ob-health assess -t ") == []
    (folder / "history.db").write_bytes(b"none")
    assert offered(folder, "ob-health history show ") == []
    (folder / "history.db").unlink()
    assert offered(folder, "ob-health history show ") == []
    assert not (folder / "history.db").exists(), "asking makes no history"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_us(shell: str, folder: Path) -> None:
    script = run_here(folder, "completion", shell).out.decode()
    assert "_OB_HEALTH_COMPLETE" in script and "ob-health" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_by_the_script(folder: Path) -> None:
    (folder / "bin").mkdir()
    program = folder / "bin" / "ob-health"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m agent "$@"\n')
    program.chmod(0o755)
    (folder / "script").write_bytes(run_here(folder, "completion", "bash").out)
    asked = "COMP_WORDS=(ob-health assess -f x); COMP_CWORD=3; _ob_health_completion ob-health"
    line = f'source ./script; {asked}; echo "$COMPREPLY"'
    environment = make_environment(folder)
    environment["PATH"] = f"{folder / 'bin'}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", line], cwd=folder, env=environment, capture_output=True, check=False, timeout=300
    )
    assert done.stdout == b"xlsx\n", done
