"""Whether a statement changes or locks a single row, which it reaches by a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.api import Rows, Scalar
from agent.facts.plan_tree import Plan, Way
from agent.facts.sql import CachedPlan, SqlShape
from checks.sql.ring import average_us, text_of

_REPLACING = frozenset({"INSERT_UP", "REPLACE"})  # by the key of the new row; what it replaces counts as changed, too


@dataclass(frozen=True, slots=True)
class OnlyRow:
    """Whether it is one row, and of which table; None where the plan names none."""

    is_one: bool
    table: str | None


def find_only_row(row: SqlShape, plans: Sequence[Plan]) -> OnlyRow | None:
    """Return what a shape changes or locks by its plans; None if no plan is known."""
    if not plans or row.max_rows_affected is None:
        return None
    replaces = all(plan.changes & _REPLACING for plan in plans)
    by_key = all(plan.changes and _reaches_by_key(plan) for plan in plans)
    few = max(row.max_rows_affected, row.max_rows_returned) <= (2 if replaces else 1)
    named = [(step.object_owner, step.object_name) for plan in plans for step in plan.steps if step.object_name]
    return OnlyRow(by_key and few, ".".join(named[0]) if named else None)


def _reaches_by_key(plan: Plan) -> bool:
    ways = {access.way for access in plan.accesses}
    return ways == {Way.GET} if ways else bool(plan.changes & _REPLACING)


def list_evidence(row: SqlShape, only: OnlyRow, plans: Rows[CachedPlan] | None) -> dict[str, Scalar]:
    """Return what a finding on a row that sessions wait for says."""
    return {
        "database": row.db_name,
        "table": only.table,
        "executions_count": row.executions,
        "sessions_count": row.sessions,
        "wait_us": row.lock_wait_us,
        "elapsed_us": row.elapsed_us,
        "average_us": average_us(row),
        "statement": text_of(plans, row.sql_id),
    }
