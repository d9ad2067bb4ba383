"""The summary on the console says first what would raise the coverage most."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from agent.archive.upgrade import upgrade_document
from agent.cli.app import build_app
from agent.support import console
from tests.agent.report import sample


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    lines = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=lines, width=200))
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    return lines


def summary(document: Any, said: io.StringIO) -> list[str]:
    console.print_summary(document, ())
    return said.getvalue().splitlines()


def test_the_best_unlock_is_the_first_line_of_advice(said: io.StringIO) -> None:
    document = sample.rich()
    best = document["unlocks"][0]
    lines = summary(document, said)
    assert lines[1] == f"  +{best['coverage_pct']:.1f}% coverage: Attest `last_backup` in the engagement file."


def test_what_nothing_is_known_to_unlock_is_no_advice(said: io.StringIO) -> None:
    document = sample.rich()
    document["unlocks"] = [{"needs": [], "codes": ["BAK001"], "coverage_pct": 40.0}]
    assert not [line for line in summary(document, said) if "coverage:" in line]


@pytest.mark.parametrize(("given", "warned"), [("fr", True), ("en_US", False), ("zh-CN", False), ("", False)])
def test_a_language_that_nobody_knows_is_said_once(given: str, warned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", given)
    output = CliRunner().invoke(build_app(), ["grants", "--kind", "none"]).output
    assert output.count("there is no language fr; known are zh-CN, en.") == warned


def test_an_assessment_from_before_there_were_unlocks_is_summed_up(said: io.StringIO) -> None:
    document = sample.rich()
    del document["unlocks"]
    assert "coverage" in summary(upgrade_document(document), said)[0]
