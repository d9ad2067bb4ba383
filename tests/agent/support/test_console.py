"""The summary on the console says first what would raise the coverage most."""

from __future__ import annotations

import io
from pathlib import Path
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


# What the summary counts


def with_findings(document: Any, count: int) -> Any:
    """So many checks with a finding, each costing less than the one before."""
    model = next(item for item in document["results"] if item["findings"] and item["points_lost"] > 0)
    document["results"] = [
        {**model, "code": f"CAP{number:03}", "points_lost": 50.0 / (number + 1)} for number in range(count)
    ]
    return document


@pytest.mark.parametrize("count", [0, 1, 3, 4, 11])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_is_not_shown_is_counted(
    count: int, language: str, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", language)
    document = with_findings(sample.rich(), count)
    files = [Path("out/snapshot.obh"), Path("out/assessment.json"), Path("out/report.en.html"), Path("out/report.pdf")]
    console.print_summary(document, files)
    lines = said.getvalue().splitlines()
    assert len([line for line in lines if "CAP0" in line]) == min(count, 3)
    counted = [line for line in lines if f"3 of {count}" in line or f"共 {count} 个检查项" in line]
    assert len(counted) == (count > 3)
    assert all("out/report.en.html" in line for line in counted)


def test_without_files_the_command_that_writes_them_is_named(said: io.StringIO) -> None:
    document = with_findings(sample.rich(), 5)
    console.print_summary(document, ())
    assert f"all in ob-health render -a {document['assessment_id']} -o DIR" in said.getvalue()


def test_muted_findings_are_not_counted(said: io.StringIO) -> None:
    document = with_findings(sample.rich(), 5)
    for item in document["results"][2:]:
        item["findings"] = [{**finding, "muted": True} for finding in item["findings"]]
    console.print_summary(document, ())
    assert " of 5 " not in said.getvalue() and "CAP002" not in said.getvalue()


def test_customer_and_target_are_named(said: io.StringIO) -> None:
    document = sample.rich()
    assert summary(document, said)[0].startswith(f"{document['customer']} · {document['target']['name']}  ")
