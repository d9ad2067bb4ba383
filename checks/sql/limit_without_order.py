"""SQL042: queries whose LIMIT cuts the result without an order."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.result_rows import Cut, find_unordered_cut
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement
from checks.sql.diagnosis import list_evidence, list_repeated, name_statement
from checks.sql.loads import list_loads, list_textless
from checks.sql.pages import ORDER_AND_LIMIT, SQL_RULES


@params
class OrderParams(Params):
    min_executions_count: int
    min_rows_count: int


@check(
    code="SQL042",
    name="sql.limit_without_order",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="LIMIT without ORDER BY returns arbitrary rows",
    consequence="Users see some rows twice and miss others.",
    finding="{resource} in {database} uses LIMIT without ORDER BY and returns {value} rows on average (executions: "
    "{executions_count}): which rows depends on plan, partitions and parallelism. {statement}",
    remediation=Remediation(
        advice="Add ORDER BY with columns that identify each row, such as time and then primary key, and an index "
        "that begins with the conditions and ends with this order. If any rows will do, record the reason and request "
        "an exemption.",
        no_rollback="The statement is changed in the application.",
        pre_check="Ask which rows are meant: the newest, the oldest, or any.",
        post_check="The same page shows the same rows again, and pages that follow each other share none.",
        risk="Without a suitable index, all rows that meet the conditions are sorted before LIMIT applies.",
    ),
    sources=(
        ORDER_AND_LIMIT,
        SQL_RULES,
        KernelRun("4.3.5", "LIMIT 5 without ORDER BY: other rows after an index was added"),
    ),
)
def limit_without_order(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    texts: Rows[RepositoryText] | None,
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition],
    limits: OrderParams,
) -> Iterator[Measurement | Unjudged]:
    """Without an order, the first rows found are returned; another plan, a split partition or a parallel scan changes
    them silently: pages repeat some rows and miss others.

    Existence tests, single rows, keys picked for batch processing, rows locked when read, and results that LIMIT
    does not truncate are excluded.
    """
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, texts=texts, steps=steps, definitions=definitions
    )
    for statement in list_repeated(facts, limits.min_executions_count):
        cut = find_unordered_cut(statement.text, statement.shapes) if statement.text else None
        returned = max((load.rows_used / load.most_executions for load in statement.loads), default=0)
        most = max((load.rows_used / load.fewest_executions for load in statement.loads), default=0)
        if cut is None or most < limits.min_rows_count or (cut.by_key and not cut.pages):
            continue
        is_cut = _cuts(statement, cut, returned) if cut.by_key is False or cut.pages else None
        if is_cut is None or (is_cut and returned < limits.min_rows_count):
            yield Unjudged(name_statement(statement))
        elif is_cut:
            evidence = list_evidence(statement)
            yield Measurement(name_statement(statement), round(returned), evidence, statement.load.record)
    loads = list_loads(shapes, totals, history, plans)
    yield from list_textless(loads, plans, texts, min_executions=limits.min_executions_count)


def _cuts(statement: WorkStatement, cut: Cut, returned: float) -> bool | None:
    """Whether the LIMIT leaves rows out. One that pages does; else a plan tells. None where that is not known.

    A scan that the LIMIT ends is expected to return fewer rows than its conditions keep, and it did where it returned
    as many. Where LIMIT is an operator of its own, above a join or a grouping, that must have returned as many, too.
    The plan has the rows of its first execution, so what executions returned on average tells as much.
    """
    if cut.pages:
        return True
    above = [step for plan in statement.plans for step in plan.steps if step.operator.strip() == "LIMIT"]
    if above and all(max(step.rows_real, returned) < step.rows_estimated for step in above):
        return False
    accesses = [access for plan in statement.plans for access in plan.accesses if access.rows_kept is not None]
    ended = [access for access in accesses if access.rows_estimated < (access.rows_kept or 0)]
    if any(max(access.rows_real, returned) >= access.rows_estimated for access in ended):
        return True
    return None if above or not accesses else False
