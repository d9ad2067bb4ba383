"""The short form of ``make accuracy``: one sighted file, assessed once; and that case files and matching are sound."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from agent.model.terms import Severity
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.accuracy.cases import HERE, About, Fault, Kind, list_paths, load_cases, load_kinds
from tests.accuracy.judging import Told, concerns, split_name
from tests.accuracy.measure import Figures, measure_cases
from tests.accuracy.planting import Planted, put_days
from tests.harness import shipped

OF_ONE_FILE_PCT = 90.0  # of so few faults each one weighs much; the aim is for all files together
CASE = """
schema: s
about: a schema
setup: CREATE DATABASE s
faults: [{kind: KIND, where: s.t, severity: low, plant: [], because: so}]
lookalikes: []
"""


@pytest.mark.slow
@pytest.mark.kernel
def test_one_file_is_found_and_no_lookalike_is_accused() -> None:
    # Not imported here: the library does not live with the others that a test process has loaded.
    if importlib.util.find_spec("pylibseekdb") is None:
        pytest.skip("the embedded kernel is not installed (pip install '.[kernel]')")
    kinds = load_kinds()
    figures = Figures(measured=[measure_cases(load_cases(HERE / "sighted" / "shop.yaml", kinds), kinds, thrice=False)])
    assert figures.lines("not planted") == []
    assert figures.lines("false alarms") == []
    assert figures.recall_pct >= OF_ONE_FILE_PCT, figures.lines("misses")


@pytest.mark.parametrize("path", list_paths(), ids=lambda path: path.stem)
def test_each_file_can_be_used(path: Path) -> None:
    assert load_cases(path, load_kinds()).file.faults


def test_each_code_of_a_kind_is_a_check_and_each_kind_has_one_or_says_why() -> None:
    kinds = load_kinds()
    assert {code for kind in kinds.values() for code in (*kind.codes, *kind.also)} <= set(shipped()[0].checks)
    assert [word for word, kind in kinds.items() if bool(kind.codes) == bool(kind.none)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CASE.replace("KIND", "no such thing"), "no such kind in kinds.yaml: no such thing"),
        (CASE.replace("KIND", "broken view").replace("because", "reason"), "unknown key"),
    ],
    ids=["unknown kind", "unknown key"],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_cases(path, load_kinds())
    told = [render_text(problem, "en") for problem in refused.value.problems]
    assert any(said in line and f"{path}:5" in line for line in told), told


@pytest.mark.parametrize(
    ("about", "where", "resource", "same"),
    [
        (About.OBJECT, "s.t", "s.t", True),
        (About.OBJECT, "s.t", "s.t.index", True),
        (About.OBJECT, "s.t.column", "s.t", True),
        (About.OBJECT, "s.t", "s.t2", False),
        (About.OBJECT, "s.`a.b`", "s.`a.b`", True),
        (About.OBJECT, "s.a.b", "s.`a.b`", False),
        (About.OBJECT, "s.t", "event s.t", True),
        (About.OBJECT, "outline", "s.outline", True),
        (About.TABLE, "s.t.column", "s.t.constraint", True),
        (About.TABLE, "s.t.column", "s.u.constraint", False),
        (About.ACCOUNT, "'app'@'10.%'", "app@10.%", True),
        (About.ACCOUNT, "'app'@'10.%'", "app2@10.%", False),
        (About.TENANT, "any_setting", "tenant", True),
    ],
)
def test_a_finding_is_matched_by_the_parts_of_its_name(about: About, where: str, resource: str, same: bool) -> None:
    fault = Fault(where=where, kind="k", severity=Severity.LOW, because="so")
    told = Told("SCH001", resource, Severity.LOW, "whole")
    assert concerns(told, Planted(place=fault), Kind(about=about)) is same


def test_a_name_in_backticks_is_read_back_into_its_parts() -> None:
    assert split_name("s.`a.b`.`c``d`") == ("s", "a.b", "c`d")


def test_days_are_counted_from_today() -> None:
    earlier, later = put_days("{day-1}|{day+1}").split("|")
    assert earlier < later
