"""SQL048: statements that change very many rows at once, or in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Observes,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    name_shape,
    params,
)
from agent.facts.sql import CHANGING, CachedPlan, SqlShape, SqlTotal
from agent.facts.sqltext import writes_every_row
from checks.sql.loads import list_loads
from checks.sql.pages import AUDIT, SQL_RULES, SQLSTAT
from checks.sql.ring import text_of

# The audit ring does not tell the kind; what it counts are rows that were changed.
_MAY_CHANGE = CHANGING | {None}


@params
class LargeChangeParams(Params):
    min_rows_count: int


@check(
    code="SQL048",
    name="sql.large_change",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Statement changes too many rows in one transaction",
    consequence="Others wait for the locked rows, and a failure near the end takes as long again.",
    finding="{resource} in {database} changed {value} rows in one transaction (limit {limit}); executions: "
    "{executions_count}. {statement}",
    remediation=Remediation(
        advice="Split the change: pick the keys of some thousand rows, change and commit them, and continue after the "
        "last key, in off-peak hours. To remove old rows, partition by time and drop partitions; to load data, use "
        "LOAD DATA or direct load.",
        no_rollback="The statement is changed in the application.",
        pre_check="GV$OB_SQL_AUDIT shows AFFECTED_ROWS, account and client of the execution by its SQL_ID.",
        post_check="AFFECTED_ROWS of an execution in GV$OB_SQL_AUDIT is the size of a batch.",
        risk="The batches are not atomic together: the application must be able to continue after a failed one.",
    ),
    sources=(SQL_RULES, AUDIT, SQLSTAT),
)
def large_change(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    plans: Rows[CachedPlan] | None,
    limits: LargeChangeParams,
) -> Iterator[Measurement | Unjudged]:
    """All rows that a transaction changes stay locked and take memstore until it commits, and a failure near the end
    rolls everything back, which takes as long again.

    Statements without a condition are judged by SQL014.
    """
    everything = {plan.sql_id for plan in plans or () if writes_every_row(plan.statement)}
    ring = {(row.tenant_id, row.sql_id): row for row in shapes or () if row.executions > 0}
    for load in list_loads(shapes, totals, None):
        row = ring.get((load.tenant_id, load.sql_id))
        if load.sql_id in everything or load.sql_type not in _MAY_CHANGE:
            continue
        in_ring = load.record is Observes.AUDIT_RING
        together = row.rows_affected if row and in_ring else load.rows_used
        rows = _count_in_ring(row) if row and in_ring else together // load.executions
        resource = name_shape(load.sql_id, load.tenant_id)
        if rows < limits.min_rows_count:
            # An average may hide one large change among small ones; what all changed together may not reach so far.
            if not (row and _is_largest_known(row)) and together >= limits.min_rows_count:
                yield Unjudged(resource)
        elif not in_ring and load.sql_type is None:  # nobody knows whether it reads them
            yield Unjudged(resource)
        else:
            evidence: dict[str, Scalar] = {
                "database": load.database,
                "executions_count": load.executions,
                "statement": text_of(plans, load.sql_id),
            }
            yield Measurement(resource, rows, evidence, load.record)


def _is_largest_known(row: SqlShape) -> bool:
    return None not in (row.max_rows_affected, row.transactions, row.tx_rows_affected)


def _count_in_ring(row: SqlShape) -> int:
    """Return the most rows that one execution changed, or a transaction on average if that is more."""
    largest = row.max_rows_affected if row.max_rows_affected is not None else row.rows_affected // row.executions
    return max(largest, (row.tx_rows_affected or 0) // row.transactions if row.transactions else 0)
