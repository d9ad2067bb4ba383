"""What installs an extra is said for each way of installing. It is never a bare name: a stranger may register that."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

import agent
from agent.support import installation
from agent.support.i18n import LANGUAGES, render_text

ROOT = Path(agent.__file__).parent.parent


class Installed:
    """A distribution of which pip wrote down so much."""

    def __init__(self, origin: str | None) -> None:
        self._origin = origin

    def read_text(self, name: str) -> str | None:
        return self._origin if name == "direct_url.json" else None


def words_of(monkeypatch: pytest.MonkeyPatch, *origins: Any, place: Path = ROOT, extra: str = "ssh") -> list[str]:
    """The arguments after ``pip install`` in the sentence, as a shell reads them."""
    found = [Installed(each if each is None or isinstance(each, str) else json.dumps(each)) for each in origins]
    monkeypatch.setattr(installation, "distributions", lambda name: found if name == "oceanbase-health-agent" else [])
    monkeypatch.setattr(agent, "__file__", str(place / "agent" / "__init__.py"))
    text = installation.advise_install(extra)
    command = str(text.args["command"])
    assert all(command in render_text(text, language) for language in LANGUAGES)
    words = shlex.split(command)
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    return words[4:]


def directory(path: Path, **more: Any) -> dict[str, Any]:
    return {"url": path.as_uri(), "dir_info": more}


@pytest.mark.parametrize("name", ["clone", "a clone; with 'quotes'", "名 称"])
def test_a_clone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = tmp_path / name
    clone.mkdir()
    assert words_of(monkeypatch, directory(clone, editable=True)) == ["-e", f"{clone}[ssh]"]
    assert words_of(monkeypatch, directory(clone)) == [f"{clone}[ssh]"]


def test_a_wheel_and_one_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "oceanbase_health_agent-9.9-py3-none-any.whl"
    origin = {"url": wheel.as_uri(), "archive_info": {"hashes": {}}}
    general = [f"./oceanbase_health_agent-{agent.__version__}-py3-none-any.whl[report]"]
    assert words_of(monkeypatch, origin, extra="report", place=tmp_path) == general
    wheel.touch()
    assert words_of(monkeypatch, origin, extra="report", place=tmp_path) == [f"{wheel}[report]"]


def test_a_repository_and_an_address_without_their_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    commit = {"vcs": "git", "commit_id": "c0ffee"}
    origin = {"url": "https://li:s3cret@git.example.com/agent.git", "vcs_info": commit}
    assert words_of(monkeypatch, origin) == [
        "oceanbase-health-agent[ssh] @ git+https://git.example.com/agent.git@c0ffee"
    ]
    origin = {"url": "https://li:s3cret@example.com/a.whl", "archive_info": {}}
    assert words_of(monkeypatch, origin) == ["oceanbase-health-agent[ssh] @ https://example.com/a.whl"]


@pytest.mark.parametrize("noted", [None, "", "{", "[]", "{}"])
def test_nothing_written_down(noted: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``pip install --target``, a zipped application and an old ``develop`` leave it."""
    assert words_of(monkeypatch, noted, place=ROOT) == ["-e", f"{ROOT}[ssh]"], "it runs out of a checkout"
    assert words_of(monkeypatch, noted, place=tmp_path)[0].startswith("./oceanbase_health_agent-")
    assert words_of(monkeypatch, place=tmp_path)[0].startswith("./oceanbase_health_agent-")


def test_a_second_distribution_may_know_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words_of(monkeypatch, None, directory(tmp_path, editable=True)) == ["-e", f"{tmp_path}[ssh]"]


BARE = re.compile(r"pip3? install[^\n`]*oceanbase[-_]health[-_]agent(?![\w.-]*\.whl|\[\w+\] @)")


def test_no_text_of_ours_tells_pip_the_bare_name() -> None:
    assert BARE.search("pip install 'oceanbase-health-agent[ssh]'") and BARE.search(
        "pip install -U oceanbase-health-agent"
    )
    pages = [*(ROOT / "agent").rglob("*.py"), *(ROOT / "agent").rglob("*.po"), *(ROOT / "docs").rglob("*.md")]
    pages += [*ROOT.glob("*.md"), *(ROOT / "report_templates").glob("*.j2")]
    assert [str(page) for page in pages if BARE.search(page.read_text("utf-8"))] == []
