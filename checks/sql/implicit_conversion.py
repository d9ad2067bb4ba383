"""SQL023: slow statements that compare a text column with a number or a date, so that no index on it is used."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, params
from agent.facts.conditions import Condition
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement
from checks.sql.columns import list_narrowing, meets_number
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.pages import CACHED_PLANS, SQL_RULES
from checks.sql.paths import Waste, list_waste, tell_waste


@params
class ConversionParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int


@check(
    code="SQL023",
    name="sql.implicit_conversion",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement compares a text column with a number or date",
    consequence="Requests become slower as the table grows, because all of it is read each time.",
    finding="{resource} in {database} compares the text column {column} of {table} with a number or a date and reads "
    "{value} rows per execution (limit {limit}; {executions_count} executions of {average_us} on average). {statement}",
    remediation=Remediation(
        advice="Let the application pass a text: bind the parameter as a string, or quote the literal. If the column "
        "holds only numbers, or is joined with a numeric column, change its type instead, after checking all rows and "
        "all other statements.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the statement with the value in quotes: TABLE RANGE SCAN or TABLE GET names the index.",
        post_check="EXPLAIN shows no cast around the column, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="Texts are compared character by character: '007' and '7' are one number but two texts. Check which rows "
        "match.",
    ),
    sources=(
        SQL_RULES,
        CACHED_PLANS,
        KernelRun("4.3.5", "varchar = BIGINT: a full scan beside the range scan for varchar = VARCHAR, one SQL_ID"),
    ),
)
def implicit_conversion(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: ConversionParams,
) -> Iterator[Measurement | Unjudged]:
    """A text compared with a number is first converted to a number, row by row: different texts equal the same number
    ('7', '07', '7.0'), so the index on the text cannot be used, and the whole table is read.

    The plan records the parameter types it was made for, the table definition the type of the column. Numbers
    inside a function and positions of an ENUM are compared without conversion. A scan that keeps most of its rows
    is slow for another reason.
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
        wastes = list(list_waste(statement, limits.min_rows_count, limits.min_read_ratio))
        asked = [(waste, condition) for waste in wastes for condition in list_narrowing(statement, waste)]
        judged = [(waste, _tell_number(statement, waste, condition)) for waste, condition in asked]
        yield from tell_waste(statement, wastes, judged)


def _tell_number(statement: WorkStatement, waste: Waste, condition: Condition) -> dict[str, Scalar] | None:
    converted = meets_number(statement, waste.access, condition)
    return None if converted is None else {"column": condition.column} if converted else {}
