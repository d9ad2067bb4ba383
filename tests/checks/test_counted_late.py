"""What the server has not counted yet is unknown: a table of which it may be so is neither found nor called well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.judgement.assessed import was_judged
from agent.model.result import CheckResult
from agent.model.terms import Outcome
from tests.checks.cases import schema_layout, statistics
from tests.harness import NOW, run_check, snapshot_of


def _judge_young(hours: float, changed: int) -> CheckResult:
    """STA001 of a table without statistics that is so old."""
    table = replace(statistics._table(0), create_time=NOW - timedelta(hours=hours))
    changes = [statistics._changes(changed)] if changed else []
    return run_check("STA001", snapshot_of([statistics._statistics(), table, *changes]))


def test_a_table_created_just_now_may_have_rows_that_nobody_counted() -> None:
    for hours in (0, 0.2, 0.9):
        for changed in (0, 7, 49_999):
            result = _judge_young(hours, changed)
            assert result.outcome is Outcome.PASS and not was_judged(result, "shop.t"), (hours, changed)
        assert _judge_young(hours, 50_000).outcome is Outcome.FINDING
    for hours in (1, 1.1, 30):
        assert was_judged(_judge_young(hours, 0), "shop.t"), "the server has counted since: there is nothing"


def test_rows_counted_after_the_statistics_may_be_those_of_the_filling() -> None:
    for rows, changed, added in ((80, 1, 1), (80, 79, 79), (10_000, 9_744, 9_744)):
        result = _judge_copy(rows, changed, added)
        assert result.outcome is Outcome.PASS and not was_judged(result, "shop.tmp_t"), (rows, changed, added)
    for rows, changed, added in ((80, 81, 81), (0, 5, 5), (80, 3, 1), (80, 80, -80)):
        assert was_judged(_judge_copy(rows, changed, added), "shop.tmp_t"), (rows, changed, added)
    assert _judge_copy(80, 80, 80).outcome is _judge_copy(80, 0, 0).outcome is Outcome.FINDING


def _judge_copy(rows: int, changed: int, added: int) -> CheckResult:
    """SCH044 of an old scratch table of so many rows by statistics, and so many changes since."""
    gathered = replace(schema_layout._counted(rows), table_name="tmp_t", last_analyzed=NOW)
    changes = [schema_layout._filled("tmp_t", changed, added)] if changed else []
    return run_check("SCH044", snapshot_of([schema_layout._copy("tmp_t"), gathered, *changes]))
