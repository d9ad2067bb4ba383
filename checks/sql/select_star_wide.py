"""SQL033: statements that fetch all columns of wide rows, and many of those."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn, TableStatistics
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_evidence, list_repeated, list_unread, name_statement
from checks.sql.pages import SQL_RULES
from checks.sql.wide_columns import list_wide


@params
class WideParams(Params):
    min_executions_count: int
    min_rows_count: int
    min_row_bytes: int


@check(
    code="SQL033",
    name="sql.select_star_wide",
    unit=Unit.BYTES,
    actor=Actor.CUSTOMER,
    title="Statement fetches all columns of many wide rows",
    consequence="Requests become slower with the data, and can use up the application's memory.",
    finding="{resource} in {database} takes every column of {table}, whose rows have {row_bytes} on average ({columns} "
    "among them), and so fetches {value} per execution (limit {limit}; {executions_count} executions of {average_us} "
    "on average). {statement}",
    remediation=Remediation(
        advice="Select only the columns that the page or program uses, and read the long ones by key when a single "
        "row is opened. If all data is needed, read it in steps of some hundred rows.",
        no_rollback="The statement is changed in the application.",
        pre_check="Compare the columns that the program uses with those of the table.",
        post_check="The average time falls in GV$OB_SQL_AUDIT, and so does the traffic between server and program.",
        risk="An object-relational mapper may then read the missing columns one by one: check what it sends.",
    ),
    sources=(SQL_RULES,),
)
def select_star_wide(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    statistics: Rows[TableStatistics],
    definitions: Rows[TableDefinition],
    dictionary: Rows[NotableColumn] | None,
    limits: WideParams,
) -> Iterator[Measurement | Unjudged]:
    """A list that shows five columns and selects all of them reads long texts from disk, sends them over the network
    and drops them in the program; the cost grows with the data.

    The bytes are estimated from the rows returned and the average row length in the optimizer statistics. They are
    the same on every machine, and the time that they take is not, so no time is asked for. A single row that is
    opened by its key is no list, however long it is.
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
    widths = {(row.owner, row.table_name): row.avg_row_len for row in statistics}
    lists = [
        statement
        for statement in list_repeated(facts, limits.min_executions_count)
        if statement.load.rows_used >= limits.min_rows_count * statement.load.fewest_executions
    ]
    yield from list_unread(lists)
    for statement in lists:
        is_unknown = False
        for access, columns in list_wide(statement):
            width = widths.get((access.owner, access.table))
            is_unknown = is_unknown or width is None or (columns is None and width >= limits.min_row_bytes)
            if columns and width is not None and width >= limits.min_row_bytes:
                fetched = width * statement.load.rows_used
                evidence = {**list_evidence(statement, access), "row_bytes": width, "columns": ", ".join(columns)}
                yield Measurement(
                    name_statement(statement),
                    round(fetched / statement.load.most_executions),
                    evidence,
                    statement.load.record,
                    may_be=fetched / statement.load.fewest_executions,
                )
                break
        else:
            if is_unknown:
                yield Unjudged(name_statement(statement))
