"""How a third party proves its checks: the agent's contract, and cases of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from ob_health_example.facts import Database

from agent.catalogue import registry, rules
from agent.catalogue.contract import find_problems, find_result_problems, find_translation_problems
from agent.facts.schema import TableStatistics
from agent.judgement.evaluate import evaluate_checks
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, Severity, TenantKind, Version

NOW = datetime(2026, 11, 23, tzinfo=UTC)
REGISTRY = registry.load_registry()
RULESET = rules.load_rules(REGISTRY.checks)
MINE = ("OPS950", "SCH950")


def judged(code: str, rows: Sequence[Any]) -> CheckResult:
    facts: dict[type, Any] = {Database: (), TableStatistics: ()}
    for row in rows:
        facts[type(row)] += (row,)
    snapshot = Snapshot(target="shop", tenant_kind=TenantKind.USER, version=Version(4, 2, 5, 1), as_of=NOW, facts=facts)
    (result,) = evaluate_checks([REGISTRY.checks[code]], RULESET, snapshot, REGISTRY.translations)
    return result


def table(name: str, rows: int | None, width: int | None) -> TableStatistics:
    return TableStatistics(
        owner="shop",
        table_name=name,
        num_rows=rows,
        avg_row_len=width,
        last_analyzed=NOW,
        stattype_locked=None,
    )


@pytest.mark.parametrize("code", MINE)
def test_keeps_the_contract_in_all_languages(code: str) -> None:
    spec = REGISTRY.checks[code]
    assert find_problems(spec, RULESET.rules[code], "ob_health_example", REGISTRY.translations) == []
    assert find_translation_problems(spec, REGISTRY.translations) == []


@pytest.mark.parametrize(
    ("code", "rows", "found"),
    [
        ("OPS950", [Database(database_name="shop", read_only="NO")], []),
        (
            "OPS950",
            [Database(database_name="shop", read_only="NO"), Database(database_name="old", read_only="YES")],
            [("old", Severity.LOW)],
        ),
        ("SCH950", [], []),
        ("SCH950", [table("small", 9_999, 1 << 20), table("slim", 10_000, 8_191)], []),
        (
            "SCH950",
            [table("t", 10_000, 8_192), table("u", 10_000, 65_536)],
            [("shop.u", Severity.MEDIUM), ("shop.t", Severity.LOW)],
        ),
        ("SCH950", [table("t", 10_000, 8_192), table("unknown", None, 1 << 20)], [("shop.t", Severity.LOW)]),
    ],
)  # fmt: skip
def test_cases(code: str, rows: Sequence[Any], found: list[tuple[str, Severity]]) -> None:
    result = judged(code, rows)
    assert [(finding.resource, finding.severity) for finding in result.findings] == found
    assert result.outcome is (Outcome.FINDING if found else Outcome.PASS)
    assert find_result_problems(result, REGISTRY.translations) == []


def test_statistics_that_were_never_gathered_are_no_pass() -> None:
    assert judged("SCH950", [table("t", None, None)]).outcome is Outcome.NOT_ASSESSED
    assert judged("SCH950", [table("t", 10_000, None), table("small", 1, 1)]).outcome is Outcome.NOT_ASSESSED
