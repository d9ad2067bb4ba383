"""SQL014: UPDATE or DELETE of every row of a table."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
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
from agent.facts.shape_load import collect_loads
from agent.facts.sql import CHANGING_STATEMENTS, CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.sqltext import writes_every_row
from agent.facts.statement_texts import collect_texts
from checks.sql.changed_rows import build_key, collect_rows_changed
from checks.sql.loads import list_textless
from checks.sql.pages import CACHED_PLANS, SQL_RULES
from checks.sql.ring import text_of


@params
class WriteParams(Params):
    min_rows_count: int


@check(
    code="SQL014",
    name="sql.write_without_where",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="UPDATE or DELETE without a condition",
    consequence="All rows are changed at once: others wait, and a forgotten condition destroys data.",
    finding="{resource} changes every row of its table: it has neither LIMIT nor a condition that tells rows apart, "
    "and changed {value} rows each time (limit {limit}; executions: {executions_count}). {statement}",
    remediation=Remediation(
        advice="Check with the owner whether all rows are meant. Use TRUNCATE TABLE to empty a table; change many "
        "rows in batches by key, so that no transaction gets large.",
        pre_check="Find account and client of the statement in GV$OB_SQL_AUDIT by its SQL_ID.",
        post_check="The statement is gone from GV$OB_PLAN_CACHE_PLAN_STAT once its plan has aged out.",
        risk="TRUNCATE TABLE cannot be rolled back.",
    ),
    sources=(SQL_RULES, CACHED_PLANS),
)
def write_without_where(
    *,
    plans: Rows[CachedPlan],
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    shapes: Rows[SqlShape] | None,
    texts: Rows[RepositoryText] | None,
    limits: WriteParams,
) -> Iterator[Measurement | Unjudged]:
    """Changing all rows in one statement is one large transaction: it locks the whole table, fills the memstore and
    takes as long to roll back. In an application it is usually a missing condition; a condition that is the same
    for all rows, such as 1 = 1, counts as none.

    Tables of a few rows, such as a counter or a heartbeat, are meant to be changed this way.
    """
    everything = (plans, totals, history, shapes)
    numbered = all(row.tenant_id is not None for rows in everything for row in rows or ())
    changed = collect_rows_changed((*(totals or ()), *(history or ())), shapes or (), numbered=numbered)
    loads = collect_loads(shapes, totals, history, plans)
    known_texts = collect_texts(plans, texts)
    writing = {sql_id for sql_id, text in known_texts.items() if writes_every_row(text)}
    cached = {plan.sql_id for plan in plans}
    # A shape has one text in all tenants: where one of them lost its plan, the other's tells.
    sent = [(load.tenant_id, load.sql_id) for load in loads if numbered or load.sql_id not in cached]
    writers = dict.fromkeys(shape for shape in (*_list_shapes(plans), *sent) if shape[1] in writing)
    known = [(shape, changed[key]) for shape in writers if (key := build_key(*shape, numbered=numbered)) in changed]
    if writers and totals is None and not known:
        raise NotAssessed("It is not known how many rows the statements without a condition change.")
    found = {shape for shape, _ in known}
    yield from (
        Unjudged(name_shape(sql_id, tenant_id)) for tenant_id, sql_id in writers if (tenant_id, sql_id) not in found
    )
    for (tenant_id, sql_id), (rows_changed, executions) in known:
        evidence: dict[str, Scalar] = {"executions_count": executions, "statement": text_of(plans, sql_id, texts)}
        yield Measurement(name_shape(sql_id, tenant_id), rows_changed // executions, evidence)
    yield from list_textless(loads, plans, texts, CHANGING_STATEMENTS, min_rows=limits.min_rows_count)


def _list_shapes(plans: Rows[CachedPlan]) -> list[tuple[int | None, str]]:
    return [(plan.tenant_id, plan.sql_id) for plan in plans]
