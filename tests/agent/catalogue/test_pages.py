"""The catalogue for people: in their language, with nothing in it that only the agent reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from agent.catalogue import pages
from agent.cli.catalogue import checks_app
from agent.model.terms import Severity
from agent.support import console
from agent.support.errors import ConfigError

HEADINGS = ("Limits", "Params", "Sources", "What to do", "Rollback", "Risk", "unless", "medium", "critical", "tenant")


@pytest.fixture(params=["en", "zh-CN"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OB_HEALTH_LANG", request.param)
    return str(request.param)


def test_a_page_has_no_raw_placeholder(language: str) -> None:
    rendered = [pages.render_check(spec, rule) for spec, rule in pages._load_checks_and_rules()[0]]
    assert not [found for page in rendered for found in re.findall(r"\{\w+(?:!\w)?\}", page)]


def test_what_a_finding_fills_in_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    assert "ALTER SYSTEM MINOR FREEZE <TENANT = name, from sys>;" in pages.explain_check("CAP001")
    assert "ALTER TABLE <schema>.<plain_table> ADD " in pages.explain_check("SCH001")
    assert "ALTER SYSTEM SET enable_rebalance = 'True';" in pages.explain_check("PAR001")


def test_every_part_of_a_page_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "zh-CN")
    for code in ("CAP001", "PAR001", "BAK001"):
        page = pages.explain_check(code)
        headings = "".join(line for line in page.splitlines() if line.startswith(("**", "`")))
        headings = re.sub(r"\[[^\]]*\]\(https:[^)]*\)", "", headings)
        assert not [word for word in HEADINGS if word in headings], page
    assert "**阈值**：中 ≥ 70%, 高 ≥ 80%, 严重 ≥ 90%" in pages.explain_check("CAP001")


CODES = [spec.code for spec, _ in pages._load_checks_and_rules()[0]]


def test_a_file_gets_a_whole_line_for_each_check(language: str) -> None:
    lines = CliRunner().invoke(checks_app, ["list"]).output.splitlines()
    assert [line[:6] for line in lines[1:]] == CODES
    assert not [line for line in lines if "…" in line or line != line.rstrip()]
    limits = next(line for line in lines if line.startswith("CAP001"))
    assert limits.endswith("critical ≥ 90%" if language == "en" else "严重 ≥ 90%")


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_a_terminal_gets_what_fits_on_a_line(language: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PAGER", "1")
    monkeypatch.setattr(console, "out", Console(width=columns, force_terminal=True, color_system=None))
    lines = CliRunner().invoke(checks_app, ["list"]).output.splitlines()
    assert [line[:6] for line in lines[1:]] == CODES
    assert max(map(cell_len, lines)) <= columns
    assert ("limits" in lines[0] or "阈值" in lines[0]) == (columns >= 120)


def codes_of(*arguments: str) -> list[str]:
    result = CliRunner().invoke(checks_app, ["list", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return [item["code"] for item in json.loads(result.output)]


def test_filters_choose_by_every_word_given() -> None:
    everything = json.loads(CliRunner().invoke(checks_app, ["list", "--json"]).output)
    ranks = [severity.value for severity in Severity]

    def fitting(test: Callable[[dict[str, Any]], bool]) -> list[str]:
        return [item["code"] for item in everything if test(item)]

    assert codes_of() == CODES
    assert codes_of("--category", "sql,backup") == fitting(lambda item: item["category"] in ("sql", "backup"))
    for severity in ranks:
        worse = [item["code"] for item in everything if ranks.index(item["worst_severity"]) >= ranks.index(severity)]
        assert codes_of("--severity", severity) == worse
    assert codes_of("--code", "cap00") == fitting(lambda item: item["code"].startswith("CAP00"))
    assert codes_of("--kind", "sys") == fitting(lambda item: "sys" in item["tenants"])
    both = codes_of("--category", "capacity", "--severity", "critical")
    assert both == fitting(lambda item: item["category"] == "capacity" and item["worst_severity"] == "critical")
    for words in ("MEMSTORE", "接近上限", "memstore_nearly", "freeze"):
        assert "CAP001" in codes_of("--text", words) != CODES
    assert codes_of("--text", "no check says this") == []


def test_nothing_found_is_said(language: str) -> None:
    output = CliRunner().invoke(checks_app, ["list", "--code", "XYZ"]).output
    assert output.startswith("No check matches" if language == "en" else "没有符合条件的检查项")


@pytest.mark.parametrize(
    ("option", "given", "meant"),
    [("--category", "capcity", "capacity"), ("--severity", "hihg", "high"), ("--kind", "use", "user")],
)
def test_a_word_that_nobody_knows_is_refused(option: str, given: str, meant: str) -> None:
    error = CliRunner().invoke(checks_app, ["list", option, given]).exception
    assert isinstance(error, ConfigError) and error.text.args["given"] == given
    assert [problem.args["words"] for problem in error.problems] == [meant]


def test_a_check_is_named_by_code_or_name_and_a_typo_is_answered() -> None:
    assert pages.explain_check("CAP001") == pages.explain_check("capacity.memstore_nearly_full")
    for given, meant in (("CAP01", "CAP0"), ("capacity.memstore_nearly_ful", "capacity.memstore_nearly_full")):
        with pytest.raises(ConfigError) as caught:
            pages.explain_check(given)
        assert meant in str(caught.value.problems[0].args["words"])


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_page_on_a_terminal_is_laid_out_within_its_width(
    language: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PAGER", "1")
    monkeypatch.setattr(console, "out", Console(width=columns, force_terminal=True, color_system=None))
    shown = CliRunner().invoke(checks_app, ["explain", "cap001"]).output
    shown = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\\\", "", shown)  # links
    assert "**" not in shown and "```" not in shown and "##" not in shown
    assert max(map(cell_len, shown.splitlines())) <= columns
    page = re.sub(r"\(https:[^)]*\)", "", pages.explain_check("CAP001"))  # behind their names
    letters = re.compile(r"[A-Za-z]{4,}")
    assert set(letters.findall(shown)) >= set(letters.findall(page)) - {"https", "sql"}, "no word is broken"


def test_a_file_gets_a_line_for_each_paragraph(language: str) -> None:
    output = CliRunner().invoke(checks_app, ["explain", "CAP001"]).output
    assert output == pages.explain_check("CAP001")
    assert not re.search(r"[^\n`;]\n[^\n`]", re.sub(r"(?s)```.*?```", "", output)), "nothing is wrapped"


def test_what_machines_read_is_the_same_in_every_language(language: str) -> None:
    records = json.loads(CliRunner().invoke(checks_app, ["list", "--json"]).output)
    assert next(item["limits"] for item in records if item["code"] == "CAP001").startswith("medium ≥ 70%")
