"""SQL041: conditions that compare with NULL and so are true for no row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelRun,
    Measurement,
    Observes,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_shape,
    params,
)
from agent.facts.conditions import read_parameter_types
from agent.facts.null_traps import list_null_comparisons
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from checks.sql.loads import list_loads, list_textless
from checks.sql.pages import NULL_RULES, SINGLE_TABLE
from checks.sql.ring import text_of


@params
class NullParams(Params):
    min_executions_count: int
    min_share_pct: float


@check(
    code="SQL041",
    name="sql.null_comparison",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Condition compares with NULL and is never true",
    consequence="The result is wrong: the query never finds a row.",
    finding="In {null_count} of {executions_count} executions, the condition {value} of {resource} is true for no "
    "row: this part of the statement finds no row. {statement}",
    remediation=Remediation(
        advice="Use IS NULL or IS NOT NULL, or <=> if the value may be NULL; do not put NULL into IN and NOT IN "
        "lists. If the application passes the value, let it send another statement for NULL, or none.",
        no_rollback="The statement is changed in the application.",
        pre_check="Ask what the statement is to find: rows without a value, or rows with another one.",
        post_check="The statement returns the rows that it is meant for.",
        risk="The statement then finds rows, which it never did: check what the application does with them, above all "
        "if it deletes or updates.",
    ),
    sources=(
        SINGLE_TABLE,
        NULL_RULES,
        KernelRun("4.3.5", "x = NULL: the plan cache has x = ?, and type 0 for the value; one plan for each type"),
    ),
)
def null_comparison(
    plans: Rows[CachedPlan],
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    shapes: Rows[SqlShape] | None,
    limits: NullParams,
) -> Iterator[Measurement | Unjudged]:
    """A comparison with NULL is neither true nor false, so no row meets such a condition: no error, no rows.

    NULL is masked like any value, but its type is recorded. Filters made optional by OR, and statements that get
    NULL only occasionally, are excluded.
    """
    by_shape: defaultdict[tuple[int | None, str], list[CachedPlan]] = defaultdict(list)
    for plan in plans:
        by_shape[plan.tenant_id, plan.sql_id].append(plan)
    for (tenant_id, sql_id), cached in by_shape.items():
        found: dict[str, int] = {}
        for plan in cached:
            compared = list_null_comparisons(plan.statement, _list_types(plan))
            for condition in compared or ():
                found[condition] = found.get(condition, 0) + plan.executions
            if compared is None:
                yield Unjudged(name_shape(sql_id, tenant_id))
                break
        else:
            executions, nulls = sum(plan.executions for plan in cached), max(found.values(), default=0)
            if nulls >= limits.min_executions_count and nulls * 100 >= executions * limits.min_share_pct:
                often = [condition for condition, count in found.items() if count == nulls]
                evidence = {"null_count": nulls, "executions_count": executions, "statement": text_of(plans, sql_id)}
                yield Measurement(name_shape(sql_id, tenant_id), ", ".join(often), evidence, Observes.PLAN_CACHE)
    # A text of the repository does not tell which of its values were NULL.
    loads = list_loads(shapes, totals, history, plans)
    yield from list_textless(loads, plans, None, min_executions=limits.min_executions_count)


def _list_types(plan: CachedPlan) -> tuple[int, ...]:
    """Return the types of a plan's values; none where it is not known which of them belongs to which."""
    types = read_parameter_types(plan.param_infos or "")
    return types if len(types) == plan.statement.count("?") else ()
