"""Which statements a session sends over and over: the shapes of the audit ring by how often in a second it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.api import Rows, Scalar, name_shape
from agent.facts.plan_tree import Plan
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape
from checks.sql.diagnosis import count_rows
from checks.sql.ring import require_executions, text_of

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Burst:
    """A shape that its sessions send many times a second. ``share_pct`` is its part of the tenant's executions."""

    row: SqlShape
    per_second: float
    share_pct: float

    @property
    def name(self) -> str:
        """The stable name of the shape as a resource."""
        return name_shape(self.row.sql_id, self.row.tenant_id)

    def list_evidence(self, plans: Rows[CachedPlan] | None) -> dict[str, Scalar]:
        """Return what every finding on a burst says."""
        return {
            "database": self.row.db_name,
            "executions_count": self.row.executions,
            "average_us": self.row.elapsed_us / self.row.executions,
            "share_pct": self.share_pct,
            "statement": text_of(plans, self.row.sql_id),
        }


def list_bursts(
    shapes: Rows[SqlShape], returns: Rows[AuditReturn], min_executions: int, min_share_pct: float
) -> Iterator[Burst | str]:
    """Yield the frequent shapes with a share of the tenant's executions; the name alone of one whose rate is unknown.

    A session that does nothing else for a second sends a statement hundreds of times; one that serves users sends other
    statements in between, so that none of them has a large share. Raises NotAssessed if the ring holds fewer.
    """
    require_executions(sum(row.executions for row in shapes), min_executions)
    for row in shapes:
        everything = sum(found.planned for found in returns if found.tenant_id == row.tenant_id)
        share_pct = min(100.0, 100 * row.executions / max(everything, 1))
        if not row.sql_id or row.executions < min_executions or share_pct < min_share_pct:
            continue
        if row.session_seconds:
            yield Burst(row, row.executions / row.session_seconds, share_pct)
        else:
            yield name_shape(row.sql_id, row.tenant_id)


def recurs(row: SqlShape, min_span_s: int, min_bursts: int, most_busy_pct: float) -> bool | None:
    """Whether a shape is sent in bursts again and again: in several transactions, with pauses, or for a long time.

    What is sent in one go, and not again, may fill a cache at the start of an application. None if the ring does not
    tell.
    """
    if (row.transactions or 0) >= min_bursts and (row.tx_executions or 0) > (row.transactions or 0):
        return True
    if row.first_us is None or row.last_us is None:
        return None
    span_s = (row.last_us - row.first_us) / _SECOND_US
    if span_s >= min_span_s:
        return True
    if row.seconds is None or row.transactions is None or row.tx_executions is None:
        return None
    return row.seconds >= min_bursts and span_s * most_busy_pct >= 100 * row.seconds


def may_fill_cache(row: SqlShape, table_rows: int, max_off_pct: float) -> bool:
    """Whether a shape was sent about as often as its table has rows, as who reads each of them once does."""
    return abs(row.executions - table_rows) * 100 <= table_rows * max_off_pct


def count_in_a_row(burst: Burst, min_per_second: float, min_busy_pct: float, min_bursts: int) -> float:
    """Return how often a shape is sent in a transaction, or in a second by who does nothing else; 0 if it is not.

    Who does nothing else sends it often, or waits most of the second for its results: a slow server answers less often.
    """
    row = burst.row
    is_often = row.transactions and row.transactions >= min_bursts
    by_transaction = (row.tx_executions or 0) / row.transactions if row.transactions and is_often else 0.0
    busy_pct = 100 * burst.per_second * row.elapsed_us / row.executions / _SECOND_US
    alone = burst.per_second >= min_per_second or busy_pct >= min_busy_pct
    return max(by_transaction, burst.per_second if alone else 0.0)


def inserts_rows(plan: Plan) -> bool:
    """Whether a plan inserts rows that come with the statement, and not from a table."""
    return not plan.accesses and "INSERT" in plan.changes


def reads_one_table(plan: Plan, most_rows: int) -> bool:
    """Whether a plan reads a few rows of one table and changes none."""
    return len(plan.accesses) == 1 and not plan.changes and count_rows(plan.accesses[0]) <= most_rows
