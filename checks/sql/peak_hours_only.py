"""SQL032: heavy statements that do nearly all their work in few hours of the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Params,
    Positive,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    name_shape,
    params,
)
from agent.facts.plans import StatementHour
from agent.facts.sql import CachedPlan
from checks.sql.pages import SAMPLES_KEPT
from checks.sql.ring import text_of


@params
class PeakParams(Params):
    """The hours that count as few, and how much must have been seen: in the busiest hour, and of the statement."""

    peak_hours_count: Positive[int]
    min_days_count: int
    min_samples_count: int
    min_share_pct: float


@check(
    code="SQL032",
    name="sql.peak_hours_only",
    unit=Unit.PCT,
    counted="samples_count",
    actor=Actor.CUSTOMER,
    title="Load of an expensive statement is concentrated in few hours",
    consequence="In these hours the tenant is overloaded, and all requests become slow.",
    finding="{resource} does {value} of its work in these hours of the day (UTC): {hours}; limit {limit}. It was "
    "sampled {samples_count} times, {share_pct} of the samples of the most expensive statements. {statement}",
    remediation=Remediation(
        advice="Measure the load, and judge changes of this statement, in these hours and not over the whole day. "
        "Move major compaction, statistics gathering, backups and DDL out of them. If the statement belongs to a "
        "batch, run it in idle hours or in smaller steps.",
        no_rollback="The application decides when the statement runs.",
        pre_check="Find out what starts the statement in these hours: users, or a schedule.",
        post_check="Its samples in DBA_WR_ACTIVE_SESSION_HISTORY are spread over the day, or lie where others rest.",
        risk="No risk; the load moves to the new hours.",
    ),
    sources=(SAMPLES_KEPT,),
)
def peak_hours_only(
    hours: Rows[StatementHour], plans: Rows[CachedPlan] | None, limits: PeakParams
) -> Iterator[Measurement | Unjudged]:
    """A statement that runs in few hours decides how large the tenant must be, although the daily averages look calm.
    Knowing the hours helps to find the cause and to keep maintenance away from them.

    Only hours that recur on several days count, so that a single busy evening does not count as a pattern.
    """
    days = max((row.days for row in hours), default=0)
    if days < limits.min_days_count:
        raise NotAssessed(
            "The WR shows statements on {days_count} days; {minimum_count} are needed.",
            "Assess again after some days of business with the WR switched on.",
            days_count=days,
            minimum_count=limits.min_days_count,
        )
    by_statement: defaultdict[str, list[StatementHour]] = defaultdict(list)
    for row in sorted(hours, key=lambda row: row.samples, reverse=True):
        by_statement[row.sql_id].append(row)
    everything = max(1, sum(row.samples for row in hours))
    for sql_id, found in by_statement.items():
        samples, busiest = sum(row.samples for row in found), found[: limits.peak_hours_count]
        share_pct = 100 * samples / everything
        if samples < limits.min_samples_count or share_pct < limits.min_share_pct:
            continue
        resource = name_shape(sql_id, None)
        if busiest[0].days < limits.min_days_count:
            yield Unjudged(resource)
            continue
        evidence: dict[str, Scalar] = {
            "hours": ", ".join(str(hour) for hour in sorted(row.hour for row in busiest)),
            "samples_count": samples,
            "share_pct": share_pct,
            "statement": text_of(plans, sql_id),
        }
        yield Measurement(resource, 100 * sum(row.samples for row in busiest) / samples, evidence)
