"""SQL027: slow statements that join texts in different character sets or collations, so that no index is used."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Scalar, Unit, Unjudged, check, params
from agent.facts.conditions import Condition
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts, WorkStatement
from checks.sql.columns import list_narrowing, meets_other_collation
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.pages import COLLATIONS
from checks.sql.paths import Waste, list_waste, tell_waste


@params
class CollationParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int


@check(
    code="SQL027",
    name="sql.collation_mismatch",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Slow join converts the text of one side row by row",
    consequence="The join becomes slower as the tables grow.",
    finding="{resource} in {database} joins {column} of {table} with {other_column}, which has another character set "
    "or collation, and reads {value} rows per execution (limit {limit}; {executions_count} executions of {average_us} "
    "on average). {statement}",
    remediation=Remediation(
        advice="Give both columns the same character set and collation, usually utf8mb4. Change the smaller table, or "
        "create a new one, copy the data and rename; until then, if the values allow it, convert the other side in "
        "the statement, for example CONVERT(column USING gbk), so that the large side is not converted.",
        no_rollback="A changed character set can only be changed back by changing the table again.",
        pre_check="EXPLAIN the statement: a scan of the whole table, and a conversion around its column in the join.",
        post_check="EXPLAIN shows TABLE RANGE SCAN or TABLE GET on the index of that column.",
        risk="Changing a column rewrites the table and takes locks, space and time. Another collation may make two "
        "texts equal, so that a unique index fails, and it changes the sort order of results.",
        window=True,
    ),
    sources=(
        COLLATIONS,
        KernelRun("4.3.5", "gbk, latin1, gb18030 and utf16 joined with utf8mb4: a full scan, its index unused"),
        KernelRun("4.3.5", "utf8mb4_unicode_ci joined with utf8mb4_bin: a full scan; utf8mb4_general_ci: a range"),
    ),
)
def collation_mismatch(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: CollationParams,
) -> Iterator[Measurement | Unjudged]:
    """Two texts are compared in one character set and collation, so one side is converted row by row, and an index
    sorted by its own collation cannot be used. The side in utf8mb4, or in a binary collation, is not converted.

    Only scans of the other side that read far more rows than the join matches count.
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
        judged = [(waste, _tell_columns(statement, waste, condition)) for waste, condition in asked]
        yield from tell_waste(statement, wastes, judged)


def _tell_columns(statement: WorkStatement, waste: Waste, condition: Condition) -> dict[str, Scalar] | None:
    converted = meets_other_collation(statement, waste.access, condition)
    named: dict[str, Scalar] = {"column": condition.column, "other_column": ".".join(condition.other or ())}
    return None if converted is None else named if converted else {}
