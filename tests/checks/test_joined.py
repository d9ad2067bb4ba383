"""The shipped rules join signs of one statement and of one table, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.facts.schema import NotableColumn, Table
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.joining import join_findings
from agent.model.result import CheckResult
from agent.model.snapshot import Unavailable
from agent.model.terms import Outcome, Severity, Text, UnavailableKind
from tests.checks.cases.schema import _table as table_of
from tests.checks.cases.schema import _text as text_in
from tests.checks.cases.sql_texts import _plan as plan_of
from tests.checks.cases.sql_texts import _shape as shape_of
from tests.harness import rules_of_cases, shipped, snapshot_of

SCANS = ("SQL003", "SQL004", "SQL017", "SQL019")
# These say why a statement reads too much. Without a plan they say nothing.
OF_PLANS = tuple(f"SQL0{number}" for number in (*range(22, 29), 31, 47))
CHARSETS = ("SCH006", "SCH019")
LATIN, BINARY = "latin1_swedish_ci", "utf8mb4_bin"


def judge(codes: Sequence[str], facts: Sequence[Any]) -> dict[str, CheckResult]:
    specs = [shipped()[0].checks[code] for code in codes]
    return {
        result.code: result for result in join_findings(evaluate_checks(specs, rules_of_cases(), snapshot_of(facts)))
    }


def tell(results: dict[str, CheckResult]) -> dict[str, list[tuple[str, list[str]]]]:
    """Check -> its findings: the resource, and the checks of the signs."""
    return {
        code: [(one.resource, [sign.code for sign in one.signs]) for one in result.findings]
        for code, result in results.items()
        if result.findings
    }


def test_joined_checks_have_one_cause_one_category_and_one_who_acts() -> None:
    specs, rules = shipped()[0].checks, shipped()[1].rules
    joins: dict[str, set[tuple[Any, ...]]] = {}
    for code, rule in rules.items():
        if rule.join:
            spec = specs[code]
            joins.setdefault(rule.join, set()).add((rule.group, spec.category, spec.actor, spec.tenants))
    assert {word: len(kinds) for word, kinds in joins.items()} == {"limited_charset": 1, "unselective_access": 1}
    members = {word: tuple(sorted(c for c, rule in rules.items() if rule.join == word)) for word in joins}
    assert members == {"limited_charset": CHARSETS, "unselective_access": (*SCANS, *OF_PLANS)}


def test_four_signs_of_one_statement_are_one_finding() -> None:
    text = "SELECT a FROM t WHERE DATE(made) = ? ORDER BY a LIMIT ?, ?"
    results = judge(SCANS, [shape_of(read=3_000_000, returned=0, full_scans=10), plan_of(text)])
    assert tell(results) == {"SQL003": [("SQL A", list(SCANS))]}
    assert [result.outcome for result in results.values()] == [Outcome.FINDING, *[Outcome.JOINED] * 3]
    (one,) = results["SQL003"].findings
    severities = {sign.code: sign.finding.severity for sign in one.signs}
    assert one.severity is max(severities.values(), key=lambda severity: severity.rank) is Severity.HIGH


@pytest.mark.parametrize(
    ("text", "parts", "leader", "signs"),
    [
        ("SELECT a FROM t WHERE b = ?", {"full_scans": 10}, "SQL003", ["SQL003", "SQL004"]),
        ("SELECT a FROM t ORDER BY a LIMIT ?, ?", {}, "SQL004", ["SQL004", "SQL017"]),
        ("SELECT a FROM t WHERE DATE(made) = ?", {}, "SQL004", ["SQL004", "SQL019"]),
        ("SELECT a FROM t WHERE b = ?", {}, "SQL004", []),
    ],
)
def test_the_lowest_code_that_found_something_leads(
    text: str, parts: dict[str, int], leader: str, signs: list[str]
) -> None:
    results = judge(SCANS, [shape_of(read=3_000_000, returned=0, **parts), plan_of(text)])
    assert tell(results) == {leader: [("SQL A", signs)]}


def tables(**collations: str) -> list[Table]:
    return [table_of(name, collation=collation) for name, collation in collations.items()]


def columns(*names: str) -> list[NotableColumn]:
    return [text_in("latin1", table=name) for name in names]


def test_a_table_with_a_limited_character_set_is_one_finding() -> None:
    facts = [*tables(a=LATIN, b=BINARY, c=BINARY), *columns("a")]
    assert tell(judge(CHARSETS, facts)) == {"SCH006": [("shop.a", ["SCH006", "SCH019"])]}


def test_each_of_several_tables_tells_what_they_make_of_their_database() -> None:
    facts = [*tables(a=LATIN, b="latin1_bin", c=BINARY), *columns("a", "b")]
    both = ["SCH006", "SCH019"]
    assert tell(judge(CHARSETS, facts)) == {"SCH006": [("shop.a", both), ("shop.b", both)]}


@pytest.mark.parametrize(
    "facts",
    [
        [*tables(a=LATIN, b=BINARY, c="utf8mb4_general_ci"), *columns("a")],  # the others differ as well
        [*tables(a=LATIN, b=LATIN, c=BINARY), *columns("a")],  # b holds no text, so that nothing else tells of it
    ],
)
def test_where_more_than_the_character_set_differs_the_database_stays_a_finding(facts: list[Any]) -> None:
    assert tell(judge(CHARSETS, facts)) == {"SCH006": [("shop.a", [])], "SCH019": [("shop", [])]}


def test_a_mixture_that_no_check_tells_of_by_table_stays_a_finding() -> None:
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away"))
    mixed = tables(a=LATIN, b=BINARY)
    assert tell(judge(CHARSETS, [*mixed, (NotableColumn, gone)])) == {"SCH019": [("shop", [])]}
    assert tell(judge(CHARSETS, [*tables(a=BINARY, b="utf8mb4_general_ci")])) == {"SCH019": [("shop", [])]}
