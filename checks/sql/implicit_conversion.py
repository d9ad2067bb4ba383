"""SQL023: slow statements that compare a text column with a number, so that no index on it is used."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.conditions import Asks, Condition
from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Access, Way
from agent.facts.plans import PlanStep
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement, holds_text
from checks.sql.diagnosis import count_rows, find_plan, list_evidence, list_slow, list_unread, name_statement
from checks.sql.pages import CACHED_PLANS, SQL_RULES

# The server's numbers of types in PARAM_INFOS: integers, floating point, decimals.
_NUMBERS = frozenset(range(1, 17))
_COMPARED = frozenset({Asks.EQUAL, Asks.AMONG, Asks.RANGE})


@params
class ConversionParams(Params):
    min_executions_count: int
    min_average_ms: int


@check(
    code="SQL023",
    name="sql.implicit_conversion",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow statement compares a text column with a number",
    finding="{resource} in {database} compares the text column {column} of {table} with a number and goes through "
    "{value} rows per execution (limit {limit}; {executions_count} executions of {average_us} on average). {statement}",
    remediation=Remediation(
        advice="Have the application pass a text: bind the parameter as a string, or put the literal in quotes. If the "
        "column holds numbers only, change its type instead, after checking every row and every other statement.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the statement with the value in quotes: TABLE RANGE SCAN or TABLE GET names the index.",
        post_check="EXPLAIN shows no cast around the column, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="A text is compared sign by sign: '007' and '7' are one number and two texts. Check which rows match.",
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
    definitions: Rows[TableDefinition],
    limits: ConversionParams,
) -> Iterator[Measurement | Unjudged]:
    """A text compared with a number is turned into a number first, row by row: many texts are one number ('7', '07',
    '7.0'), so an index that is sorted by the text is of no use, and the whole table is read. The plan records the type
    of each value that it was made for; the definition of the table tells the type of the column."""
    facts = WorkloadFacts(
        shapes=shapes, totals=totals, history=history, plans=plans, steps=steps, definitions=definitions
    )
    slow = list_slow(facts, limits.min_executions_count, limits.min_average_ms)
    yield from list_unread(slow)
    for statement in slow:
        found = _find_converted(statement)
        if found is not None:
            access, condition = found
            evidence = {**list_evidence(statement, access), "column": condition.column}
            yield Measurement(name_statement(statement), count_rows(access), evidence, statement.load.record)
        elif _lacks_definition(statement):
            yield Unjudged(name_statement(statement))


def _list_number_conditions(statement: WorkStatement, table: str, plan_hash: int) -> list[Condition]:
    """Return the conditions on a table that compare a column with a number."""
    types = statement.parameters.get(plan_hash, ())
    return [
        condition
        for question in statement.questions or ()
        for condition in question.conditions
        if condition.table == table
        and condition.asks in _COMPARED
        and any(place < len(types) and types[place] in _NUMBERS for place in condition.parameters)
    ]


def _find_converted(statement: WorkStatement) -> tuple[Access, Condition] | None:
    plan = find_plan(statement)
    for access in plan.accesses if plan else ():
        shape = statement.shapes.get(access.table)
        for condition in _list_number_conditions(statement, access.table, access.step.plan_hash):
            column = shape.columns.get(condition.column) if shape else None
            if access.way is not Way.GET and column is not None and holds_text(column.data_type):
                return access, condition
    return None


def _lacks_definition(statement: WorkStatement) -> bool:
    plan = find_plan(statement)
    return any(
        access.table not in statement.shapes and _list_number_conditions(statement, access.table, access.step.plan_hash)
        for access in (plan.accesses if plan else ())
    )
