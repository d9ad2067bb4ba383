"""OPS010: events that nobody runs."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, Unit, check, tenant_name
from agent.facts.maintenance import Job
from agent.facts.settings import Variable
from checks.operations.pages import JOBS

_NAME = "event_scheduler"


@check(
    code="OPS010",
    name="operations.event_scheduler_off",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Events exist, but the event scheduler is off",
    consequence="What events clean up or create is left undone, and is missed only months later.",
    finding="{resource}: event_scheduler is {present}, so {value} enabled events never run (limit {limit}).",
    remediation=Remediation(
        advice="First find out what the events will do after the pause, then switch the scheduler on. Drop events "
        "that nobody needs.",
        sql=("SET GLOBAL event_scheduler = ON;",),
        rollback=("SET GLOBAL event_scheduler = OFF;",),
        pre_check="Check the bodies of the events in information_schema.EVENTS: one that deletes old rows has much to "
        "do at its first run.",
        post_check="LAST_EXECUTED in information_schema.EVENTS advances.",
        risk="All enabled events run at their next time, including forgotten ones.",
    ),
    sources=(
        DocPage(
            "700.reference/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable/2600.event_scheduler-global.md"
        ),
        JOBS,
    ),
)
def event_scheduler_off(jobs: Rows[Job], variables: Rows[Variable]) -> Iterator[Measurement]:
    """Events clean up, add partitions and close accounts. With the scheduler off they look normal in the data
    dictionary, and the missing work is noticed months later."""
    value = next((row.value or "" for row in variables if row.name == _NAME), "")
    if jobs and all(job.job_class is None for job in jobs):
        raise NotAssessed("It is not shown which jobs are events.")
    events = [job for job in jobs if job.is_event and job.is_enabled]
    if events and not value:
        raise NotAssessed("{setting} has no value.", setting=_NAME)
    if events and value.upper() in ("OFF", "0"):
        yield Measurement(tenant_name(None), len(events), {"present": value})
