"""A statement whose executions nobody counted is neither found slow nor passed where it may be either.

Without its cached plan SQLSTAT tells executions and retries apart, and not which retries were executions of their own.
"""

from __future__ import annotations

from typing import Any

import pytest

from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.model.terms import Outcome
from tests.agent.facts.rows import filled
from tests.checks.test_cases import CASES
from tests.harness import run_check, shipped, snapshot_of

_LOADS = (SqlShape, SqlTotal, RepositoryShape, CachedPlan)
_RETRIES = 999_999
# Each check that asks whether a statement is slow, with the facts of its first finding. SQL051 compares two records.
_ASKING = {
    code: next(case.facts for case in CASES if case.code == code and case.found)
    for code, rule in shipped()[1].rules.items()
    if rule.params_values.get("min_average_ms") and code != "SQL051"
}


def _replace_loads(facts: Any, elapsed_us: int) -> list[Any]:
    """The facts with the repository alone, which counted one execution and very many retries."""
    sql_id = next(row.sql_id for row in facts if isinstance(row, _LOADS))
    other = {"plan_hash": 1, "first_snap": 9, "last_snap": 9}
    many = {"rows_read": 10**12, "rows_processed": 1, "disk_reads": 0, "wait_us": 0, "remote_executions": 0}
    kept = filled(
        RepositoryShape, sql_id=sql_id, executions=1, retries=_RETRIES, elapsed_us=elapsed_us, **other, **many
    )
    return [*(row for row in facts if not isinstance(row, _LOADS)), kept]


def test_there_are_such_checks() -> None:
    assert len(_ASKING) >= 15


@pytest.mark.parametrize("code", _ASKING)
def test_slow_by_both_bounds_or_not_known(code: str) -> None:
    def judge(elapsed_us: int) -> Outcome:
        return run_check(code, snapshot_of(_replace_loads(_ASKING[code], elapsed_us))).outcome

    assert judge(1) is Outcome.PASS  # a microsecond of one execution
    assert judge(100 * (_RETRIES + 1)) is Outcome.NOT_ASSESSED  # 0.1 ms of a million, or 100 s of one
    assert judge(10**7 * (_RETRIES + 1)) is not Outcome.PASS  # ten seconds of a million
