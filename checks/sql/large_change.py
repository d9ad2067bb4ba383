"""SQL048: statements that change very many rows at once, or in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Observes, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, params
from agent.facts.sql import DATA_STATEMENTS, CachedPlan, SqlShape, SqlTotal
from agent.facts.sqltext import writes_every_row
from checks.sql.loads import list_loads
from checks.sql.pages import AUDIT, SQL_RULES, SQLSTAT
from checks.sql.ring import shape_name, text_of

_CHANGING = DATA_STATEMENTS - {1}  # all but SELECT


@params
class LargeChangeParams(Params):
    min_rows_count: int


@check(
    code="SQL048",
    name="sql.large_change",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Statement changes very many rows in one transaction",
    finding="{resource} in {database} changed {value} rows in one transaction (limit {limit}); executions: "
    "{executions_count}. {statement}",
    remediation=Remediation(
        advice="Split the change: pick the keys of some thousand rows, change these, commit, and go on behind the last "
        "key, in a quiet hour. To drop old rows use partitions by time and drop a partition; to fill a table use "
        "LOAD DATA or a direct load.",
        no_rollback="The statement is changed in the application.",
        pre_check="GV$OB_SQL_AUDIT shows AFFECTED_ROWS, account and client of the execution by its SQL_ID.",
        post_check="AFFECTED_ROWS of an execution in GV$OB_SQL_AUDIT is the size of a batch.",
        risk="Batches are not atomic together: the application must be able to go on after one that failed.",
    ),
    sources=(SQL_RULES, AUDIT, SQLSTAT),
)
def large_change(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    plans: Rows[CachedPlan] | None,
    limits: LargeChangeParams,
) -> Iterator[Measurement | Unjudged]:
    """All rows that a transaction changes stay locked until it commits, they fill the memstore meanwhile, and a failure
    near the end rolls everything back, which takes as long again. Statements without a condition are left to SQL014."""
    everything = {plan.sql_id for plan in plans or () if writes_every_row(plan.statement)}
    rows_of = {(row.tenant_id, row.sql_id): _count_in_ring(row) for row in shapes or () if row.executions > 0}
    for load in list_loads(shapes, totals, None):
        if load.sql_id in everything:
            continue
        if load.record is Observes.AUDIT_RING:
            rows = rows_of[load.tenant_id, load.sql_id]
        else:
            rows = load.rows_used // load.executions
            if rows >= limits.min_rows_count and load.sql_type is None:  # nobody knows whether it reads them
                yield Unjudged(shape_name(load.sql_id, load.tenant_id))
            rows = rows if load.sql_type in _CHANGING else 0
        if rows >= limits.min_rows_count:
            evidence: dict[str, Scalar] = {
                "database": load.database,
                "executions_count": load.executions,
                "statement": text_of(plans, load.sql_id),
            }
            yield Measurement(shape_name(load.sql_id, load.tenant_id), rows, evidence, load.record)


def _count_in_ring(row: SqlShape) -> int:
    """Return the most rows that one execution changed, or a transaction on average if that is more."""
    largest = row.max_rows_affected if row.max_rows_affected is not None else row.rows_affected // row.executions
    return max(largest, row.rows_affected // row.transactions if row.transactions else 0)
