"""SQL020: frequent statements that read much from disk."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape, params
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import bound_rate, count_surely, list_frequent, list_loads
from checks.sql.pages import AUDIT, SQLSTAT
from checks.sql.ring import text_of


@params
class DiskParams(Params):
    min_executions_count: int


@check(
    code="SQL020",
    name="sql.disk_reads_high",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Frequent statement reads much from disk",
    consequence="The statement is slow, and slows others down by its disk reads.",
    finding="{resource} in {database} reads from disk {value} times per execution (limit {limit}; {executions_count} "
    "executions of {average_us} on average).",
    remediation=Remediation(
        advice="Let the statement read fewer blocks: an index that fits the conditions and covers the columns, a "
        "smaller range, partition pruning. Then consider more memory for the cache.",
        no_rollback="Nothing is changed before the cause is known.",
        pre_check="EXPLAIN the statement and compare the rows read with the rows returned in GV$OB_SQL_AUDIT.",
        post_check="DISK_READS per execution falls in GV$OB_SQL_AUDIT.",
        risk="Another index costs disk and makes writes slower.",
    ),
    sources=(
        SQLSTAT,
        AUDIT,
    ),
)
def disk_reads_high(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None,
    limits: DiskParams,
) -> Iterator[Measurement | Unjudged]:
    """Data that is not in the block cache costs a disk access, and cloud disks have a fixed number of accesses per
    second for all requests. A statement that needs thousands each time is slow itself and slows down other statements
    and compaction."""
    loads = list_loads(shapes, totals, history, plans)
    counted = count_surely(loads, limits.min_executions_count)
    for row in list_frequent(loads, limits.min_executions_count):
        if row.disk_reads is None:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
            continue
        evidence: dict[str, Scalar] = {
            "database": row.database,
            "executions_count": row.executions,
            "average_us": row.average_us,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(
            name_shape(row.sql_id, row.tenant_id),
            row.disk_reads // row.most_executions,
            evidence,
            row.record,
            may_be=bound_rate(row, row.disk_reads, counted),
        )
