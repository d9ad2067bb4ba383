"""The catalogue for people: in their language, with nothing in it that only the agent reads."""

from __future__ import annotations

import json
import re

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.catalogue import pages
from agent.cli.catalogue import checks_app
from agent.support import console

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
    assert "ALTER SYSTEM SET enable_rebalance = True;" in pages.explain_check("PAR001")


def test_every_part_of_a_page_is_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "zh-CN")
    for code in ("CAP001", "PAR001", "BAK001"):
        page = pages.explain_check(code)
        headings = "".join(line for line in page.splitlines() if line.startswith(("**", "`")))
        assert not [word for word in HEADINGS if word in headings], page
    assert "**阈值**：中 ≥ 70%, 高 ≥ 80%, 严重 ≥ 90%" in pages.explain_check("CAP001")


def test_the_table_is_whole_in_a_narrow_terminal(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "out", Console(width=80))
    output = CliRunner().invoke(checks_app, ["list"]).output
    assert "…" not in output and all(len(line) <= 80 for line in output.splitlines())
    assert set(re.findall(r"(?m)^[A-Z]{3}\d{3}", output)) == {
        spec.code for spec, _ in pages._load_checks_and_rules()[0]
    }
    assert ("medium ≥" in output) == (language == "en")


def test_what_machines_read_is_the_same_in_every_language(language: str) -> None:
    records = json.loads(CliRunner().invoke(checks_app, ["list", "--json"]).output)
    assert next(item["limits"] for item in records if item["code"] == "CAP001").startswith("medium ≥ 70%")
