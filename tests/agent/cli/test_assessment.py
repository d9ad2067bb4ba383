"""``ob-health render``: an old assessment again, of any agent, in the house style of an engagement."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.archive.history.store import History
from agent.cli.app import build_app
from agent.support.errors import ConfigError, HealthAgentError
from agent.support.i18n import render_text as say
from tests.agent.engagements import MINIMAL
from tests.agent.report import sample
from tests.agent.report.pages import text_of
from tests.report_files import find_report, plain

HOUSE = 'report: {accent: "#7a1f5c", wording: {en: {Scope: What was in scope}}}\n'


def run(*arguments: object) -> str:
    result = CliRunner().invoke(build_app(), ["render", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def saved(folder: Path, document: Any) -> Path:
    path = folder / "assessment.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def engagement(folder: Path, more: str = "") -> Path:
    path = folder / "engagement.yaml"
    path.write_text(MINIMAL + HOUSE + more, "utf-8")
    return path


def test_a_file_in_the_house_style(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("-a", saved(tmp_path, sample.rich()), "-e", engagement(tmp_path, "language: [en]\n"), "-o", out, "-f", "html")
    assert [plain(path.name) for path in out.iterdir()] == ["report.en.html"], "the engagement's languages"
    html = find_report(out, "report.en.html").read_text("utf-8")
    assert "--house: #7a1f5c" in html and "What was in scope" in html


def test_without_an_engagement_both_languages_and_our_own_style(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("-a", saved(tmp_path, sample.rich()), "-o", out, "-f", "html")
    assert sorted(plain(path.name) for path in out.iterdir()) == ["report.en.html", "report.zh-CN.html"]
    assert "What was in scope" not in find_report(out, "report.en.html").read_text("utf-8")


def test_the_engagement_says_where_history_is(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path}/history.sqlite"
    with History.open(place) as history:
        history.save(sample.rich())
    run("-a", "20261003", "-e", engagement(tmp_path, f"history: {place}\n"), "-o", tmp_path / "out", "-f", "json")
    document = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    assert datetime.fromisoformat(document["as_of"]) == sample.NOW


def of_an_older_agent() -> Any:
    """As agents wrote it that knew of no roadmap, figures, statements, receipts and signatures."""
    document = sample.rich()
    for member in ("business", "roadmap", "figures", "statements", "colophon", "unlocks", "receipt", "timezone"):
        document.pop(member, None)
    document["cost"] = {name: document["cost"][name] for name in ("statements", "database_ms", "longest_ms", "rows")}
    for member in ("bridge", "categories_was"):
        document["comparison"].pop(member, None)
    signed = ("reference", "approver", "until", "data_classes")
    document["authorization"] = {name: document["authorization"][name] for name in signed}
    return document


def test_an_assessment_of_an_older_agent(tmp_path: Path) -> None:
    path, out = saved(tmp_path, of_an_older_agent()), tmp_path / "out"
    run("-a", path, "-e", engagement(tmp_path), "-o", out, "-f", "html", "-l", "en")
    text = text_of(find_report(out, "report.en.html").read_text("utf-8"))
    assert "Health score 42.2 / 100" in text and "Top risks" in text
    assert "Roadmap" not in text and "Statements executed" not in text


def test_unknown_names_are_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        run("-a", "nothing", "-o", tmp_path / "out", "-f", "paper")
    assert "unknown report format: paper" in say(caught.value.text, "en")


def test_an_id_that_is_none_is_one_message(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path}/history.sqlite"
    with pytest.raises(HealthAgentError) as caught:
        run("-a", "nothing", "-o", tmp_path / "out", "--history", place)
    assert "There is no history at" in say(caught.value.text, "en") and not (tmp_path / "history.sqlite").exists()
    History.open(place).close()
    with pytest.raises(HealthAgentError) as caught:
        run("-a", "nothing", "-o", tmp_path / "out", "--history", place)
    assert "holds no assessment" in say(caught.value.text, "en") and caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["nothing.json", "folder/20261003"])
def test_a_file_that_is_not_there_is_no_id(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        run("-a", tmp_path / name, "-o", tmp_path / "out")
    assert f"{name} cannot be read (No such file or directory)" in say(caught.value.text, "en")


def test_options_of_a_bundle_that_do_not_go_together_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    file = engagement(tmp_path, f"history: sqlite:///{tmp_path}/history.sqlite\n")
    for words, told in (
        ("collect", "Give --out DIR, or --bundle FILE"),
        ("collect --bundle {0}/a.obb", "Give --sign-key KEY"),
        ("collect -o {0}/out -k {0}/key", "are for a bundle"),
        ("collect -o {0}/out --encrypt-to age1x", "are for a bundle"),
        ("collect -o {0}/out --redact-key {0}/key", "are for a bundle"),
        ("assess -o {0}/out --identity env:HOME", "Give both, or neither"),
    ):
        result = CliRunner().invoke(build_app(), [*words.format(tmp_path).split(), "-e", str(file)])
        said = result.output
        if isinstance(result.exception, HealthAgentError):
            said += say(result.exception.text, "en")
        elif isinstance(result.exception, Exception):
            said += str(result.exception)
        assert result.exit_code and told in said, (words, said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engagement.yaml"]
