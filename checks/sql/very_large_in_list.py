"""SQL018: IN lists and chains of OR with very many values."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, Unjudged, check, name_shape
from agent.facts.shape_load import collect_loads
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.sqltext import count_longest_list
from agent.facts.statement_texts import collect_texts
from checks.sql.loads import list_textless
from checks.sql.pages import SQL_RULES
from checks.sql.ring import text_of


@check(
    code="SQL018",
    name="sql.very_large_in_list",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Too many values in an IN list or chain of OR",
    consequence="Such statements are slow, and push the plans of others out of memory.",
    finding="{resource} lists at least {value} values in one IN or chain of OR (limit {limit}; executions: "
    "{executions_count}). {statement}",
    remediation=Remediation(
        advice="Send the values in batches of a fixed size, and fill the last batch with a repeated value so that all "
        "batches share one plan; or write the values to a table and join it.",
        no_rollback="The statement is changed in the application.",
        pre_check="Find out where the values come from: often from another query, and then a join needs no list.",
        post_check="The plan cache holds one plan for the statement instead of one per length of the list.",
        risk="Several small statements are not one consistent read unless they share a transaction.",
    ),
    sources=(SQL_RULES,),
)
def very_large_in_list(
    plans: Rows[CachedPlan],
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    shapes: Rows[SqlShape] | None,
    texts: Rows[RepositoryText] | None,
) -> Iterator[Measurement | Unjudged]:
    """Each length of the list is a separate statement with its own plan, which is optimized again and kept in the plan
    cache. Long lists take memory and time to optimize, and above some length the optimizer prefers a full scan.

    A comparison repeated with OR is such a list, too, and a tuple counts as one value. A truncated statement is
    counted as far as it can be read.
    """
    for number, plan in enumerate(plans):
        values = count_longest_list(plan.statement)
        if values:
            evidence: dict[str, Scalar] = {
                "executions_count": plan.executions,
                "statement": text_of(plans, plan.sql_id),
            }
            yield Measurement(name_shape(plan.sql_id, plan.tenant_id), values, evidence, str(number))
    # A list of very many values is never in the plan cache: only the repository may have its text.
    loads = collect_loads(shapes, totals, history, plans)
    cached = {plan.sql_id for plan in plans}
    kept = {sql_id: text for sql_id, text in collect_texts((), texts).items() if sql_id not in cached}
    for load in loads:
        values = count_longest_list(kept.get(load.sql_id, ""))
        if values:
            more: dict[str, Scalar] = {
                "executions_count": load.executions,
                "statement": text_of((), load.sql_id, texts),
            }
            yield Measurement(name_shape(load.sql_id, load.tenant_id), values, more, load.record)
    yield from list_textless(loads, plans, texts)
