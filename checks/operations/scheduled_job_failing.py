"""OPS003: scheduled jobs that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Named,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_object,
    params,
)
from agent.facts.given import Clock
from agent.facts.maintenance import Job
from agent.facts.schema import BusinessObject
from checks.operations.pages import JOBS


@params
class FailingParams(Params):
    recent_days: int


@check(
    code="OPS003",
    name="operations.scheduled_job_failing",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Scheduled job fails",
    consequence="The work of the job is left undone: plans get worse, or partitions are missing.",
    finding="{resource} has failed {value} times (limit {limit}); its last run began at {last_start}.",
    remediation=Remediation(
        advice="Run the job's action by hand as its owner and check the error. Correct or drop the job: failing jobs "
        "that nobody needs hide those that matter. A job whose STATE is BROKEN is not scheduled any more: after "
        "correcting it, enable it or create it again.",
        pre_check="Read STATE, JOB_ACTION, OWNER and FAILURE_COUNT of the job in DBA_SCHEDULER_JOBS.",
        post_check="The job has run again: LAST_START_DATE is new, STATE is not BROKEN and FAILURE_COUNT has not "
        "grown.",
        risk="A corrected job catches up on work it has not done: estimate the amount.",
        effort=Effort.OPERATION,
    ),
    sources=(JOBS,),
)
def scheduled_job_failing(
    jobs: Rows[Job], objects: Rows[BusinessObject] | None, clock: Rows[Clock], limits: FailingParams
) -> Iterator[Measurement]:
    """Jobs gather statistics, add partitions and clean up. They fail without notice: the consequence appears weeks
    later as a bad plan, a missing partition or a table that is too large. After 16 failures in a row the scheduler
    stops trying."""
    databases = {str(row.object_id): row.object_name for row in objects or () if row.object_type == "DATABASE"}
    for row in jobs:
        if not row.is_enabled or not row.failure_count or row.last_start_date is None:
            continue
        # A job that was given up does not fail again, so the age of its last failure does not matter.
        if not row.is_given_up and (clock[0].as_of - row.last_start_date).days > limits.recent_days:
            continue
        evidence: dict[str, Scalar] = {"last_start": row.last_start_date, "owner": row.owner, "state": row.state}
        yield Measurement(_name_job(row, databases), row.failure_count, evidence, row.owner)


def _name_job(job: Job, databases: Mapping[str, str]) -> Named:
    """Return the name of an event, which its job has with the number of the database in front, or of the job."""
    number, _, event = job.job_name.partition(".")
    if job.is_event and event and number in databases:
        return Named("event {event}", event=name_object(databases[number], event)).formerly(f"job {job.job_name}")
    return Named("job {job}", job=job.job_name)
