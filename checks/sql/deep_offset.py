"""SQL017: paging by OFFSET that reads far more rows than it returns."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, check, params
from agent.facts.sql import CachedPlan, SqlShape
from agent.facts.sqltext import skips_rows
from checks.sql.ring import average_us, frequent, shape_name, text_of


@params
class OffsetParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_read_ratio: int


@check(
    code="SQL017",
    name="sql.deep_offset",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Paging with a large OFFSET",
    finding="{resource} in {database} pages by OFFSET and reads {value} rows per execution to return {returned_count} "
    "(limit {limit}; {average_us} on average). {statement}",
    remediation=Remediation(
        advice="Page by key: remember the last key of the page before and ask for what follows it, WHERE id > ? ORDER "
        "BY id LIMIT n. Where page numbers must stay, read only the keys by OFFSET from an index and join the rows "
        "afterwards, and cap the number of pages.",
        no_rollback="The statement is changed in the application.",
        pre_check="The order of the pages is unique; otherwise add the primary key to it.",
        post_check="The rows read per execution in GV$OB_SQL_AUDIT stay near the size of a page.",
        risk="Pages by key cannot jump to an arbitrary page.",
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def deep_offset(shapes: Rows[SqlShape], plans: Rows[CachedPlan], limits: OffsetParams) -> Iterator[Measurement]:
    """OFFSET reads all rows before the page and throws them away, so each further page costs more than the one before.
    Users hardly go that far, but crawlers, exports and batch jobs do, and they go through all pages."""
    paging = {plan.sql_id for plan in plans if skips_rows(plan.statement)}
    for row in frequent(shapes, limits.min_executions_count, limits.min_average_ms):
        if row.sql_id in paging and row.rows_read >= limits.min_read_ratio * row.rows_returned:
            evidence: dict[str, Scalar] = {
                "database": row.db_name,
                "returned_count": row.rows_returned / row.executions,
                "average_us": average_us(row),
                "statement": text_of(plans, row.sql_id),
            }
            yield Measurement(shape_name(row.sql_id, row.tenant_id), row.rows_read / row.executions, evidence)
