"""SQL040: NOT IN over a subquery whose column may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.null_traps import list_nullable_exclusions, mentions_exclusion
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_repeated, name_statement
from checks.sql.loads import list_loads, list_textless
from checks.sql.pages import NULL_RULES, SUBQUERIES


@params
class ExclusionParams(Params):
    min_executions_count: int


@check(
    code="SQL040",
    name="sql.not_in_nullable",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="NOT IN with a column that may be NULL",
    consequence="As soon as one value is empty, the result is wrong: no rows at all.",
    finding="{resource} in {database} excludes rows by NOT IN over {value}, which may be NULL: with a single NULL it "
    "finds no row. Executions: {executions_count}. {statement}",
    remediation=Remediation(
        advice="Use NOT EXISTS (SELECT 1 FROM ... WHERE ... = ...), which is not affected by NULL, or add IS NOT NULL "
        "to the subquery. If the column never needs NULL, declare it NOT NULL.",
        no_rollback="The statement is changed in the application.",
        pre_check="Count the rows in which the column is NULL, with the other conditions of the subquery.",
        post_check="The statement finds its rows also after a row with NULL has been inserted in a test.",
        risk="If there are NULLs already, the statement finds rows that it did not find before: check the "
        "consequences.",
    ),
    sources=(
        SUBQUERIES,
        NULL_RULES,
        KernelRun("4.3.5", "id NOT IN (SELECT x FROM u): no row as soon as one x is NULL; NOT EXISTS finds them"),
    ),
)
def not_in_nullable(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    texts: Rows[RepositoryText] | None,
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition],
    limits: ExclusionParams,
) -> Iterator[Measurement | Unjudged]:
    """No value is known to differ from NULL, so NOT IN is true for no row once the subquery returns a NULL. There is
    no error; it happens when somebody leaves the column empty.

    NOT NULL columns, and subqueries whose conditions exclude NULL, are excluded.
    """
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, texts=texts, steps=steps, definitions=definitions
    )
    for statement in list_repeated(facts, limits.min_executions_count):
        if statement.text is None or not mentions_exclusion(statement.text):
            continue
        found = list_nullable_exclusions(statement.text, statement.shapes)
        if found is None:
            yield Unjudged(name_statement(statement))
        elif found:
            evidence = list_evidence(statement)
            yield Measurement(name_statement(statement), ", ".join(found), evidence, statement.load.record)
    loads = list_loads(shapes, totals, history, plans)
    yield from list_textless(loads, plans, texts, min_executions=limits.min_executions_count)
