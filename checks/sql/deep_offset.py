"""SQL017: paging by OFFSET that reads far more rows than it returns."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape, params
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.sqltext import counts_found_rows, skips_rows
from agent.facts.statement_texts import collect_texts
from checks.sql.loads import list_doubtful, list_frequent, list_loads, list_uncounted
from checks.sql.pages import ORDER_AND_LIMIT, SQLSTAT
from checks.sql.plan_rows import add_planned_rows
from checks.sql.ring import text_of


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
    consequence="The further a user or an export pages, the slower it becomes.",
    finding="{resource} in {database} pages by OFFSET and reads {value} rows per execution to return {returned_count} "
    "(limit {limit}; {average_us} on average). {statement}",
    remediation=Remediation(
        advice="Page by key: remember the last key of the previous page and read what follows it, WHERE id > ? ORDER "
        "BY id LIMIT n. If page numbers are needed, read only the keys by OFFSET from an index, join the rows "
        "afterwards, and limit the number of pages.",
        no_rollback="The statement is changed in the application.",
        pre_check="The sort order of the pages is unique; otherwise add the primary key to it.",
        post_check="The rows read per execution in GV$OB_SQL_AUDIT stay near the size of a page.",
        risk="Pages by key cannot jump to an arbitrary page.",
    ),
    sources=(
        ORDER_AND_LIMIT,
        SQLSTAT,
    ),
)
def deep_offset(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep] | None,
    texts: Rows[RepositoryText] | None,
    limits: OffsetParams,
) -> Iterator[Measurement | Unjudged]:
    """OFFSET reads and drops all rows before the page, so each further page costs more. Users hardly go that far, but
    crawlers, exports and batch jobs read all pages.

    Statements with SQL_CALC_FOUND_ROWS also read all rows for the first page, and are excluded.
    """
    known = collect_texts(plans, texts)
    paging = {sql_id for sql_id, text in known.items() if skips_rows(text) and not counts_found_rows(text)}
    loads = add_planned_rows(list_loads(shapes, totals, history, plans), steps)
    frequent = list(list_frequent(loads, limits.min_executions_count, limits.min_average_ms))
    for row in frequent:
        if row.rows_read is None or row.rows_read < limits.min_read_ratio * max(row.rows_used, 1):
            continue
        if row.sql_id not in known:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
        elif row.sql_id in paging:
            evidence: dict[str, Scalar] = {
                "database": row.database,
                "executions_count": row.executions,
                "returned_count": round(row.rows_used / row.executions),
                "average_us": row.average_us,
                "statement": text_of(plans, row.sql_id, texts),
            }
            yield Measurement(
                name_shape(row.sql_id, row.tenant_id), row.rows_read // row.executions, evidence, row.record
            )
    doubtful = list_doubtful(loads, limits.min_executions_count, limits.min_average_ms)
    yield from list_uncounted([*frequent, *doubtful], lambda row: row.sql_id in paging or row.sql_id not in known)
