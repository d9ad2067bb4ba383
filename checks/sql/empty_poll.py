"""SQL036: a session asks again and again for what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, KernelRun, Measurement, Params, Remediation, Rows, Unit, Unjudged, check, params
from agent.facts.plan_tree import Plan, Way, read_plans
from agent.facts.plans import PlanStep
from agent.facts.schema import IndexColumn
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape
from checks.sql.bursts import inserts_rows, list_bursts
from checks.sql.pages import AUDIT, SHORT_QUERIES

_Unique = frozenset[tuple[str, str, str]]


@params
class PollParams(Params):
    min_executions_count: int
    min_share_pct: float
    min_empty_pct: float


@check(
    code="SQL036",
    name="sql.empty_poll",
    unit=Unit.COUNT,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Statement polls in a tight loop without finding rows",
    consequence="CPU and connections are wasted without any result.",
    finding="A session sends {resource} in {database} {value} times a second while it polls (limit {limit}), and "
    "{empty_pct} of the {executions_count} executions found no row; they are {share_pct} of all executions in the SQL "
    "audit. {statement}",
    remediation=Remediation(
        advice="Let the application wait between two polls while there is no work, and longer each time, up to a "
        "second or more; or let the producer notify it. Fetch many rows per poll when there is work. If each poll "
        "asks for another key, ask for many keys in one statement.",
        no_rollback="The loop is changed in the application.",
        pre_check="In GV$OB_SQL_AUDIT the statement follows itself in one SID, with RETURN_ROWS 0.",
        post_check="Its executions in GV$OB_SQL_AUDIT fall to a few a second, and most of them find rows.",
        risk="New work is picked up later, at most by the waiting time of the loop.",
    ),
    sources=(
        SHORT_QUERIES,
        AUDIT,
        KernelRun("4.3.5", "SELECT ... WHERE state = 'new' in a loop without a pause: hundreds a second, no row"),
    ),
)
def empty_poll(
    *,
    shapes: Rows[SqlShape],
    returns: Rows[AuditReturn],
    plans: Rows[CachedPlan] | None,
    steps: Rows[PlanStep] | None,
    indexes: Rows[IndexColumn] | None,
    limits: PollParams,
) -> Iterator[Measurement | Unjudged]:
    """A worker that looks for work without a pause uses a connection and CPU all night without a result, and pushes
    important statements out of the SQL audit.

    Lookups by a unique key that find nothing are excluded: they check whether a row exists before writing it, or
    fill a cache.
    """
    trees = read_plans(steps or ())
    unique = None if indexes is None else _list_unique(indexes)
    for burst in list_bursts(shapes, returns, limits.min_executions_count, limits.min_share_pct):
        if isinstance(burst, str):
            yield Unjudged(burst)
            continue
        row, found = burst.row, trees.get(burst.row.sql_id, [])
        if row.empty is None:
            yield Unjudged(burst.name)
            continue
        empty_pct = 100 * row.empty / row.executions
        if empty_pct < limits.min_empty_pct:
            continue
        known = [inserts_rows(plan) or _looks_up(plan, unique) for plan in found]
        if True in known:
            continue
        if not known or None in known:
            yield Unjudged(burst.name)
        else:
            yield Measurement(burst.name, burst.per_second, {**burst.list_evidence(plans), "empty_pct": empty_pct})


def _list_unique(indexes: Rows[IndexColumn]) -> _Unique:
    return frozenset((row.table_schema, row.table_name, row.index_name) for row in indexes if not row.non_unique)


def _looks_up(plan: Plan, unique: _Unique | None) -> bool | None:
    """Whether a plan reads no table, or its first one by a unique key; None if it is not known which indexes are.

    A range of a unique index of which more than one row was expected is asked by a part of the key only.
    """
    for access in plan.accesses[:1]:
        if access.way is not Way.RANGE or not access.index:
            return access.way is Way.GET
        if access.range_rows is not None and access.range_rows > 1:
            return False
        is_unique = None if unique is None else (access.owner, access.table, access.index) in unique
        return None if is_unique and access.range_rows is None else is_unique
    return True
