"""SQL019: conditions that wrap a column into a function, so that no index narrows what is read."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape, params
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.sqltext import find_wrapped_column, gathers_what_it_picks
from agent.facts.statement_texts import collect_texts
from checks.sql.loads import list_doubtful, list_frequent, list_loads, list_uncounted
from checks.sql.pages import AUDIT, SQL_RULES
from checks.sql.plan_rows import add_planned_rows
from checks.sql.ring import text_of


@params
class WrappedParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_read_per_used_count: int


@check(
    code="SQL019",
    name="sql.function_on_column",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Function on a column makes the statement read too many rows",
    consequence="The statement becomes slower as the table grows, although there is an index.",
    finding="{resource} in {database} compares {condition} and reads {value} rows per execution (limit {limit}; "
    "{executions_count} executions of {average_us} on average, {rows_used_count} rows used in all). {statement}",
    remediation=Remediation(
        advice="Keep functions off the column and move the calculation to the other side: created >= ? AND created < "
        "? instead of DATE(created) = ?. If that is not possible, index a generated column or the expression.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the rewritten statement on a copy: TABLE RANGE SCAN appears if the column has an index.",
        post_check="The rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="The range must be equivalent to the function; mind time zones and NULL.",
    ),
    sources=(
        SQL_RULES,
        AUDIT,
    ),
)
def function_on_column(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep] | None,
    texts: Rows[RepositoryText] | None,
    limits: WrappedParams,
) -> Iterator[Measurement | Unjudged]:
    """An index is sorted by the column, not by the result of a function, so every row is read and computed before it
    can be compared. Although there is an index, such a statement becomes slower as the table grows.

    The SQL audit marks full scans of a table, but not those of an index: there, statements count that read far more
    rows than they return or change, except sums over the rows of another condition, which may need them all.
    """
    known = collect_texts(plans, texts)
    wrapped = {sql_id: found for sql_id, text in known.items() if (found := find_wrapped_column(text))}
    summing = {sql_id for sql_id in wrapped if gathers_what_it_picks(known[sql_id])}
    loads = add_planned_rows(list_loads(shapes, totals, history, plans), steps)
    frequent = list(list_frequent(loads, limits.min_executions_count, limits.min_average_ms))
    for row in frequent:
        if row.rows_read is None:
            continue
        used = max(row.rows_used, row.executions)
        wasteful = row.rows_read >= limits.min_read_per_used_count * used and row.sql_id not in summing
        if not (wasteful or (row.full_scans or 0) >= limits.min_executions_count):
            continue
        if row.sql_id not in known:
            yield Unjudged(name_shape(row.sql_id, row.tenant_id))
        elif row.sql_id in wrapped:
            evidence: dict[str, Scalar] = {
                "database": row.database,
                "condition": wrapped[row.sql_id],
                "executions_count": row.executions,
                "average_us": row.average_us,
                "rows_used_count": used,
                "statement": text_of(plans, row.sql_id, texts),
            }
            yield Measurement(
                name_shape(row.sql_id, row.tenant_id), row.rows_read // row.executions, evidence, row.record
            )
    doubtful = list_doubtful(loads, limits.min_executions_count, limits.min_average_ms)
    yield from list_uncounted([*frequent, *doubtful], lambda row: row.sql_id in wrapped or row.sql_id not in known)
