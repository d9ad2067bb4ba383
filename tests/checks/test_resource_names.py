"""Over all checks: two different objects never share a resource, whatever characters their names hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from agent.facts.texts import TextContent, classify_text
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.rule import Fixed, Ruleset
from agent.model.terms import Outcome, Severity
from tests.checks.figures import cases_of
from tests.harness import Case, run_check, shipped, snapshot_of

CHECKS = shipped()[0].checks
NAMES = frozenset({
    TextContent.DATABASE, TextContent.TABLE, TextContent.COLUMN, TextContent.INDEX, TextContent.SEQUENCE,
    TextContent.OUTLINE, TextContent.ACCOUNT, TextContent.ZONE, TextContent.TENANT, TextContent.JOB,
    TextContent.PERIOD, TextContent.HOST,
})  # fmt: skip
# What joins parts of names, and what might be mistaken for that.
JOINTS = (".", "@", "`", "`.`", "``", " ", "' '", '"."', ", ", " of tenant ", " (", ":", "\t", "\u200b", "。")
# The fast tier has those that ever led to one name for two objects.
FEW_JOINTS = (".", "`.`", " of tenant ")
# A case of more rows is about their number; renaming them all over and over shows nothing more about names.
MOST_ROWS = 1000
_NAMED: dict[type, tuple[tuple[str, TextContent], ...]] = {}
# These words say something to the checks themselves.
KNOWN = frozenset({"root", "%", "PRIMARY", "sys", ""})


def _cases(code: str) -> list[Case]:
    """A few cases with findings; those from sys name more, and so do those with most kinds of rows."""
    found = [case for case in cases_of()[code] if case.found]
    fewest = sorted(found, key=lambda case: len(case.facts))
    handy = [case for case in found if len(case.facts) <= MOST_ROWS] or fewest[:1]
    by_kinds = sorted(handy, key=lambda case: (case.tenant_kind, -len(set(map(type, case.facts)))))
    return [*by_kinds[:2], *handy[-1:]]


def _names_of_type(row: type) -> tuple[tuple[str, TextContent], ...]:
    """The fields of a row type that may hold a name, each with what it names."""
    if row not in _NAMED:
        fields = dataclasses.fields(row) if dataclasses.is_dataclass(row) else ()
        kinds = ((field.name, classify_text(row.__name__, field.name)) for field in fields)
        _NAMED[row] = tuple((name, kind) for name, kind in kinds if kind in NAMES)
    return _NAMED[row]


def _renamed(facts: Sequence[Any], change: Callable[[TextContent, str], str]) -> list[Any]:
    """The rows with their names changed."""
    changed = []
    for row in facts:
        names: dict[str, str] = {}
        for name, kind in _names_of_type(type(row)):
            value = getattr(row, name)
            if isinstance(value, str) and value not in KNOWN:
                names[name] = change(kind, value)
        changed.append(dataclasses.replace(row, **names) if names else row)
    return changed


def _kinds_in(facts: Sequence[Any]) -> list[TextContent]:
    found: set[TextContent] = set()

    def keep(kind: TextContent, value: str) -> str:
        found.add(kind)
        return value

    _renamed(facts, keep)
    return sorted(found)


def _run(case: Case, facts: Sequence[Any]) -> CheckResult:
    return run_check(case.code, snapshot_of(facts, kind=case.tenant_kind, version=case.version))


def _names_of(result: CheckResult) -> set[str]:
    return {*(finding.resource for finding in result.findings), *result.unjudged}


def _names_in(case: Case) -> set[str]:
    """The names of all that a check measures in a case, also of what is well by its rule."""
    found, ruleset = shipped()
    rule = replace(ruleset.rules[case.code], judge=Fixed(Severity.LOW), variants=())
    everything = Ruleset(rules={case.code: rule}, sha256="")
    facts = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
    (measured,) = evaluate_checks([found.checks[case.code]], everything, facts)
    return _names_of(measured) | _names_of(_run(case, case.facts))


def _pairs(case: Case, joints: Sequence[str]) -> Iterator[tuple[list[Any], list[Any]]]:
    """The facts twice, with names whose parts meet at another place: ``x.m`` and ``y``, ``x`` and ``m.y``."""
    for one, two in combinations(_kinds_in(case.facts), 2):
        for first, second in ((one, two), (two, one)):
            for joint in joints:
                yield (
                    _renamed(case.facts, lambda kind, value: f"{value}{joint}m" if kind is first else value),  # noqa: B023
                    _renamed(case.facts, lambda kind, value: f"m{joint}{value}" if kind is second else value),  # noqa: B023
                )


@pytest.mark.parametrize("joints", [FEW_JOINTS, pytest.param(JOINTS, marks=pytest.mark.long)], ids=["few", "all"])
@pytest.mark.parametrize("code", CHECKS)
def test_two_objects_never_share_a_resource(code: str, joints: Sequence[str]) -> None:
    for case in _cases(code):
        ours = _names_in(case)
        for here, there in _pairs(case, joints if len(case.facts) <= MOST_ROWS else FEW_JOINTS):
            one, two = _run(case, here), _run(case, there)
            both = _names_of(one) & _names_of(two)
            assert both <= ours, (case.label, both)
            assert Outcome.ERROR not in (one.outcome, two.outcome), (one.reason, two.reason)


@pytest.mark.parametrize(
    "joints",
    [("\t", ".", "`"), pytest.param(("\t", "\n", "\x1b", "\u200b", " ", ".", "\\t", "`"), marks=pytest.mark.long)],
)
@pytest.mark.parametrize("code", CHECKS)
def test_names_of_one_kind_stay_apart_and_printable(code: str, joints: Sequence[str]) -> None:
    for case in _cases(code):
        ours = _names_in(case)
        for kind in _kinds_in(case.facts):
            seen: dict[str, str] = {}
            for joint in joints:
                changed = _renamed(case.facts, lambda what, value: f"{value}{joint}m" if what is kind else value)  # noqa: B023
                result = _run(case, changed)
                assert result.outcome is not Outcome.ERROR, result.reason
                for name in _names_of(result) - ours:
                    assert name.isprintable()
                    assert seen.setdefault(name, joint) == joint, (case.label, name)


@pytest.mark.parametrize("code", CHECKS)
def test_ordinary_names_are_written_as_they_always_were(code: str) -> None:
    """Case by case: no name of a case has an earlier form, so fingerprints, history and mutes go on."""
    finer = {"SCH014", "TXN001", "TXN002", "TXN005", "TXN007"}  # of other objects than tables, and seen from sys
    for case in cases_of()[code]:
        former = _run(case, case.facts).former
        assert not former or code in finer, former
