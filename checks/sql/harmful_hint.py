"""SQL026: slow statements whose hint keeps the server from an index that would find their few rows."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.definitions import TableDefinition
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.workload import WorkloadFacts
from checks.sql.diagnosis import list_slow, list_unread
from checks.sql.hinted import tell_hinted
from checks.sql.pages import CACHED_PLANS, HINTS, PLANS_VIEW
from checks.sql.paths import list_waste, read_indexes, tell_waste


@params
class HintParams(Params):
    min_executions_count: int
    min_average_ms: int
    min_rows_count: int
    min_read_ratio: int


@check(
    code="SQL026",
    name="sql.harmful_hint",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Hint prevents a slow statement from using an index",
    consequence="The statement stays slow, whatever indexes are built.",
    finding="{resource} in {database} has the hint {hint} and reads {value} rows of {table} per execution (limit "
    "{limit}), although the index {better_index} begins with its lookup columns. {executions_count} executions of "
    "{average_us} on average. {statement}",
    remediation=Remediation(
        advice="Remove the hint from the statement, or drop the outline that binds it, and let the optimizer choose, "
        "on a copy first. If it then chooses badly, gather statistics before writing another hint; if a plan must be "
        "fixed, bind an outline, which can be dropped without a release of the application.",
        no_rollback="If the statement does not become faster, restore the hint.",
        pre_check="EXPLAIN the statement with and without the hint, with values of every day.",
        post_check="EXPLAIN without the hint names the index, and the rows read per execution fall in GV$OB_SQL_AUDIT.",
        risk="The hint may have been written for other values or for a join that went wrong: test these cases, too.",
    ),
    sources=(
        HINTS,
        CACHED_PLANS,
        PLANS_VIEW,
        KernelRun("4.3.5", "FULL(t), NO_INDEX, FORCE INDEX, LEADING, USE_HASH and NO_REWRITE: 100,000 rows for one"),
    ),
)
def harmful_hint(
    *,
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan],
    steps: Rows[PlanStep],
    indexes: Rows[IndexColumn],
    definitions: Rows[TableDefinition] | None,
    dictionary: Rows[NotableColumn] | None,
    limits: HintParams,
) -> Iterator[Measurement | Unjudged]:
    """A hint applies however the data has changed. A hint written for an earlier table may now read everything and
    bypass an index that was built later.

    Hints that force an access path, a join method or no rewriting count; an index counts if it begins with all
    equality columns of the statement, because with only some of them it may find so many rows that the hint is
    right.
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
        wastes = list(list_waste(statement, limits.min_rows_count, limits.min_read_ratio))
        yield from tell_waste(statement, wastes, [(waste, tell_hinted(statement, waste, known)) for waste in wastes])
