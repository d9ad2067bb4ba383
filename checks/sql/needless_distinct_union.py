"""SQL043: UNION that removes duplicates where there are none."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Plan
from agent.facts.plans import PlanStep
from agent.facts.result_rows import count_needless_union
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_repeated, name_statement
from checks.sql.loads import list_loads, list_textless
from checks.sql.pages import SET_QUERIES, UNIONS

_DISTINCT = "UNION DISTINCT"


@params
class UnionParams(Params):
    min_executions_count: int


@check(
    code="SQL043",
    name="sql.needless_distinct_union",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="UNION removes duplicates where there are none",
    consequence="The statement is slower than it has to be, and wastes memory.",
    finding="{resource} in {database} removes duplicates: its first execution compared {value} rows (limit {limit}) "
    "and removed none. The {branches_count} branches of its UNION return keys and differ by a value or condition. "
    "{executions_count} executions of {average_us} on average. {statement}",
    remediation=Remediation(
        advice="Use UNION ALL: rows are passed on without a hash table or a sort, and the first row comes at once.",
        no_rollback="The statement is changed in the application.",
        pre_check="Check that the values by which the branches differ are never the same.",
        post_check="EXPLAIN shows UNION ALL, and the statement returns as many rows as before.",
        risk="If two branches can have the same value after all, their rows appear twice.",
    ),
    sources=(
        SET_QUERIES,
        UNIONS,
        KernelRun("4.3.5", "two branches with keys and different values: MERGE UNION DISTINCT passes on all 200 rows"),
    ),
)
def needless_distinct_union(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    texts: Rows[RepositoryText] | None,
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition],
    limits: UnionParams,
) -> Iterator[Measurement | Unjudged]:
    """UNION without ALL puts all rows into a hash table or sorts them to remove duplicates. If each branch returns a
    key, and the branches differ by a value or by conditions on one column, there are no duplicates, and the work is
    useless.

    Values are masked, so the plan must also have measured that nothing was removed.
    """
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, texts=texts, steps=steps, definitions=definitions
    )
    for statement in list_repeated(facts, limits.min_executions_count):
        branches = count_needless_union(statement.text, statement.shapes) if statement.text else None
        if branches is None:
            continue
        counted = [rows for plan in statement.plans for rows in _list_united(plan)]
        if not branches or not counted:
            yield Unjudged(name_statement(statement))
        elif all(came == left for came, left in counted):
            evidence = {**list_evidence(statement), "branches_count": branches}
            most = max(came for came, _ in counted)
            yield Measurement(name_statement(statement), most, evidence, statement.load.record)
    loads = list_loads(shapes, totals, history, plans)
    yield from list_textless(loads, plans, texts, min_executions=limits.min_executions_count)


def _list_united(plan: Plan) -> Iterator[tuple[int, int]]:
    """Yield the rows that came to each UNION and those that it left, where the first execution counted any."""
    for step in plan.steps:
        if _DISTINCT in step.operator:
            came = sum(child.rows_real for child in plan.list_children(step))
            if came:
                yield came, step.rows_real
