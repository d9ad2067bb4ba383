"""SQL051: statements that take many times longer than the workload repository has seen them take."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_shape,
    params,
)
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape
from checks.sql.loads import list_frequent, list_loads
from checks.sql.pages import AUDIT, SLOW_QUERIES, SQLSTAT_KEPT
from checks.sql.ring import text_of


@params
class SlowerParams(Params):
    min_executions_count: int
    min_average_ms: int


@check(
    code="SQL051",
    name="sql.slower_than_before",
    unit=Unit.RATIO,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="Statement has become many times slower",
    consequence="Requests that were fast keep users waiting, and hold worker threads many times longer.",
    finding="{resource} takes {now_us} on average in the SQL audit, {value} times as long as in the workload "
    "repository ({before_us}; limit {limit}).",
    remediation=Remediation(
        advice="Find out what has changed since: the plan (see the plans that it has had), the amount of data, the "
        "statistics, or what it waits for. If its plan is another one, gather statistics, and bind the earlier plan "
        "with an outline if the problem persists.",
        pre_check="Compare PLAN_HASH, ROWS_PROCESSED_DELTA and the waits of the SQL_ID by SNAP_ID in "
        "oceanbase.DBA_WR_SQLSTAT.",
        post_check="The average in GV$OB_SQL_AUDIT is near that in the workload repository again.",
        risk="An outline keeps its plan even if the data changes: review it after large changes.",
    ),
    sources=(SLOW_QUERIES, SQLSTAT_KEPT, AUDIT),
)
def slower_than_before(
    shapes: Rows[SqlShape], history: Rows[RepositoryShape], plans: Rows[CachedPlan] | None, limits: SlowerParams
) -> Iterator[Measurement]:
    """A statement that always took long is a matter of design. One that has become slow has a cause that came with a
    change: another plan, more data, old statistics, locks. It is found soonest by its own past."""
    before = {
        (load.tenant_id, load.sql_id): load
        for load in list_frequent(list_loads(None, None, history), limits.min_executions_count)
    }
    now = [
        load
        for load in list_frequent(list_loads(shapes, None, None), limits.min_executions_count)
        if (load.tenant_id, load.sql_id) in before
    ]
    if not now:
        raise NotAssessed(
            "No statement is often enough in both the SQL audit and the WR to be compared with its past.",
            "Keep the SQL audit and the WR switched on, and assess after a day of business.",
        )
    for load in now:
        past = before[load.tenant_id, load.sql_id]
        is_slow = load.average_us >= limits.min_average_ms * 1000
        evidence: dict[str, Scalar] = {
            "now_us": load.average_us,
            "before_us": past.most_average_us,
            "executions_count": load.executions,
            "database": load.database,
            "user": load.user,
            "statement": text_of(plans, load.sql_id),
        }
        yield Measurement(
            name_shape(load.sql_id, load.tenant_id),
            load.average_us / max(past.most_average_us, 1) if is_slow else 1.0,
            evidence,
            load.record,
            may_be=load.average_us / max(past.least_average_us, 1) if is_slow and past.between else None,
        )
