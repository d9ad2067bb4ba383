"""SQL034: statements that wait most of the time in which they are seen at work."""

from __future__ import annotations

from collections import defaultdict
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
from agent.facts.plans import StatementWait
from agent.facts.sql import CachedPlan
from checks.sql.pages import SAMPLES, WAIT_EVENTS
from checks.sql.ring import text_of
from checks.sql.waits import ADVICE_BY_WAIT

_WAITING, _IDLE = "WAITING", "IDLE"


@params
class WaitParams(Params):
    min_samples_count: int


@check(
    code="SQL034",
    name="sql.waits_dominate",
    unit=Unit.PCT,
    counted="samples_count",
    actor=Actor.CUSTOMER,
    title="Statement spends most of its time waiting",
    consequence="Requests stay slow, whatever plan or CPU they get.",
    finding="{resource} waits in {value} of the {samples_count} samples that found it at work (limit {limit}), mostly "
    "for {event} ({wait_class}, {event_pct}). {statement}",
    remediation=Remediation(
        advice="Look for the cause where the statement waits; a better plan makes it no faster.",
        no_rollback="What is changed depends on the cause.",
        pre_check="In GV$OB_ACTIVE_SESSION_HISTORY the samples of this SQL_ID show the event with its P1 to P3.",
        post_check="Fewer samples of the statement are WAITING, and its average time falls.",
        risk="Looking at it has no risk; the remedy is assessed separately.",
        cases=ADVICE_BY_WAIT,
    ),
    sources=(SAMPLES, WAIT_EVENTS),
)
def waits_dominate(
    waits: Rows[StatementWait], plans: Rows[CachedPlan] | None, limits: WaitParams
) -> Iterator[Measurement]:
    """A statement that uses CPU gets faster with a better plan; one that waits does not. Sessions are sampled once a
    second, so the share of samples is the share of time, and the wait event names the reason.

    Samples usually reach back less than an hour, and many are needed.
    """
    by_statement: defaultdict[str, list[StatementWait]] = defaultdict(list)
    for row in waits:
        if row.wait_class != _IDLE:
            by_statement[row.sql_id].append(row)
    most = max((sum(row.samples for row in found) for found in by_statement.values()), default=0)
    if most < limits.min_samples_count:
        raise NotAssessed(
            "The session history holds at most {samples_count} samples of one SQL pattern; {minimum_count} are needed.",
            "Assess while the business is running: the session history reaches back an hour or less.",
            samples_count=most,
            minimum_count=limits.min_samples_count,
        )
    for sql_id, found in by_statement.items():
        samples = sum(row.samples for row in found)
        waiting = sorted((row for row in found if row.session_state == _WAITING), key=lambda row: -row.samples)
        if samples < limits.min_samples_count or not waiting:
            continue
        evidence: dict[str, Scalar] = {
            "samples_count": samples,
            "event": waiting[0].event or waiting[0].wait_class,
            "wait_class": waiting[0].wait_class,
            "event_pct": 100 * waiting[0].samples / samples,
            "statement": text_of(plans, sql_id),
        }
        yield Measurement(name_shape(sql_id, None), 100 * sum(row.samples for row in waiting) / samples, evidence)
