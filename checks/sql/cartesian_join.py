"""SQL030: slow statements that pair each row of one table with each row of another, because nothing joins the two."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_slow, list_unread, name_statement
from checks.sql.joins import folds_apart, is_unjoined, list_products
from checks.sql.pages import JOINS, NESTED_LOOPS, PLANS_VIEW


@params
class ProductParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_side_count: int
    min_table_count: int


@check(
    code="SQL030",
    name="sql.cartesian_join",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement joins two tables without a condition",
    consequence="The time grows with the product of both tables, until requests time out.",
    finding="{resource} in {database} combines {first_count} rows with each row of the other side into {value} rows "
    "(limit {limit}): no condition joins {tables}. {executions_count} executions of {average_us} on average. "
    "{statement}",
    remediation=Remediation(
        advice="Add the condition that joins the two tables: usually it was forgotten, or the application omitted it "
        "when generating the statement. If all combinations are meant, keep the smaller side small by its own "
        "conditions, and run the statement seldom.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the statement: NESTED-LOOP JOIN CARTESIAN stands above the two tables.",
        post_check="EXPLAIN shows a join with conditions, and the statement returns the rows that are meant.",
        risk="The result changes: rows that appeared several times appear once. DISTINCT or GROUP BY may have hidden "
        "the missing condition; check how the application uses the rows.",
    ),
    sources=(JOINS, NESTED_LOOPS, PLANS_VIEW),
)
def cartesian_join(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: ProductParams,
) -> Iterator[Measurement | Unjudged]:
    """Without a join condition, each row of one table is combined with each row of the other, and the work grows with
    the product. If constants pick the rows of both sides, the plan also shows a Cartesian join, which is fine, so
    the statement itself must lack the condition.

    Single rows and short lists are excluded; a few rows of a large table are not: another condition picked them, so
    the join condition was forgotten. Nor is a list excluded if the statement groups the pairs by one side and never
    uses columns of both together: each figure is then the same in all groups.
    """
    facts = WorkloadFacts(
        shapes=shapes,
        totals=totals,
        history=history,
        plans=plans,
        steps=steps,
        definitions=definitions,
        dictionary=dictionary,
    )
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    yield from list_unread(slow)
    for statement in slow:
        products = [
            product
            for plan in statement.plans
            for product in list_products(plan, limits.min_side_count, limits.min_table_count)
            if not product.is_list or folds_apart(statement, product)
        ]
        judged = [(product, is_unjoined(statement, product)) for product in products]
        found = max((p for p, unjoined in judged if unjoined), key=lambda product: product.rows, default=None)
        if found is not None:
            evidence = {
                **list_evidence(statement),
                "first_count": found.first_rows,
                "tables": ", ".join(sorted(found.first | found.second)),
            }
            yield Measurement(name_statement(statement), found.rows, evidence, statement.load.record)
        elif any(unjoined is None for _, unjoined in judged):
            yield Unjudged(name_statement(statement))
