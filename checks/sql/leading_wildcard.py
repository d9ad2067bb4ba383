"""SQL024: slow statements with LIKE that go through a whole index or table although an index begins with the column."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.alternatives import tell_patterns
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.pages import CACHED_PLANS, FEWER_READS, SQL_RULES
from checks.sql.paths import list_waste, read_indexes, reads_whole, tell_waste


@params
class WildcardParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int
    min_read_pct: float


@check(
    code="SQL024",
    name="sql.leading_wildcard",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="LIKE of a slow statement scans a whole index",
    consequence="Searches become slower as the table grows.",
    finding="{resource} in {database} compares {column} by LIKE and reads {value} rows of {table} per execution "
    "(limit {limit}), although an index begins with that column: the pattern (masked) probably begins with a "
    "wildcard, or the plan was made for such a pattern. {executions_count} executions of {average_us} on average. "
    "{statement}",
    remediation=Remediation(
        advice="Let the pattern begin with text wherever a prefix is meant. A plan that was made for a "
        "wildcard serves the other patterns too: send both as statements of their own. Where the "
        "end of a text is searched, index a generated column with the text reversed. Else narrow "
        "the rows by another condition that has an index.",
        no_rollback="The statement is changed in the application.",
        pre_check="EXPLAIN the statement with a pattern that the application sends, and with a prefix.",
        post_check="EXPLAIN shows TABLE RANGE SCAN with few rows, and the rows read per execution fall in "
        "GV$OB_SQL_AUDIT.",
        risk="Without the leading wildcard fewer rows are found: make sure that only the prefix is meant.",
        cases=(
            Case("Where words inside a text are searched, use a full-text index.", since=(4, 3, 3)),
            Case(
                "Where words inside a text are searched, use a search engine.",
                before=(4, 3, 3),
            ),
        ),
    ),
    sources=(
        FEWER_READS,
        SQL_RULES,
        CACHED_PLANS,
        KernelRun("4.3.5", "LIKE '%0005': all 100,000 rows; the same text with '1380000000%' then took that plan"),
    ),
)
def leading_wildcard(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: WildcardParams,
) -> Iterator[Measurement | Unjudged]:
    """An index finds texts by their beginning. With a leading wildcard every entry is compared, so the statement
    becomes slower as the table grows.

    If LIKE keeps few rows and an index begins with the column, but everything is scanned, the pattern has a leading
    wildcard: for a prefix that matches so few rows, a range is scanned.
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
    known = read_indexes(indexes)
    yield from list_unread(slow)
    for statement in slow:
        read = list_waste(statement, limits.min_rows_count, limits.min_read_ratio)
        wastes = [waste for waste in read if reads_whole(waste, limits.min_read_pct)]
        judged = [(waste, tell_patterns(statement, waste.access, known)) for waste in wastes]
        yield from tell_waste(statement, wastes, judged)
