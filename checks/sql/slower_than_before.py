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
from agent.facts.shape_load import ShapeLoad
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
    consequence="Users wait at requests that used to be fast, and other requests queue behind them.",
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
    for now, past in _pair_records(shapes, history, limits.min_executions_count):
        is_slow = now.average_us >= limits.min_average_ms * 1000
        evidence: dict[str, Scalar] = {
            "now_us": now.average_us,
            "before_us": past.most_average_us,
            "executions_count": now.executions,
            "database": now.database,
            "user": now.user,
            "statement": text_of(plans, now.sql_id),
        }
        yield Measurement(
            name_shape(now.sql_id, now.tenant_id),
            now.average_us / max(past.most_average_us, 1) if is_slow else 1.0,
            evidence,
            now.record,
            may_be=now.average_us / max(past.least_average_us, 1) if is_slow and past.between else None,
        )


def _pair_records(
    shapes: Rows[SqlShape], history: Rows[RepositoryShape], min_executions: int
) -> list[tuple[ShapeLoad, ShapeLoad]]:
    """Return the load now and before of each shape that both records show often enough. Raises NotAssessed if none."""
    before = {
        (load.tenant_id, load.sql_id): load for load in list_frequent(list_loads(None, None, history), min_executions)
    }
    pairs = [
        (load, before[load.tenant_id, load.sql_id])
        for load in list_frequent(list_loads(shapes, None, None), min_executions)
        if (load.tenant_id, load.sql_id) in before
    ]
    if not pairs:
        raise NotAssessed(
            "No statement is often enough in both the SQL audit and the WR to be compared with its past.",
            "Assess again after a day of business with the SQL audit and the WR switched on.",
        )
    return pairs
