"""AVL011: balancing that does not end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Effort, Measurement, Remediation, Rows, Scalar, Unit, check, is_meta, tenant_name
from agent.facts.cluster import BalanceJob
from agent.facts.given import Clock
from checks.availability.pages import BALANCE_JOBS_PAGE, BALANCING_PAGE


@check(
    code="AVL011",
    name="availability.balance_job_stuck",
    unit=Unit.HOURS,
    actor=Actor.PLATFORM,
    since=(4, 2, 0, 0),
    title="Balancing job does not end",
    consequence="Some servers stay overloaded and slow, while others that are paid for do nothing.",
    finding="{resource}: balancing ({strategy}, {state}) has been going on for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Check COMMENT in DBA_OB_BALANCE_JOBS and the tasks in DBA_OB_TRANSFER_TASKS: usually long "
        "transactions or locks on the tables that move. End them; the job continues automatically.",
        pre_check="Read STATUS, CREATE_TIME and COMMENT in DBA_OB_BALANCE_JOBS and STATUS in DBA_OB_BALANCE_TASKS.",
        post_check="The job has moved to DBA_OB_BALANCE_JOB_HISTORY with STATUS COMPLETED.",
        effort=Effort.OPERATION,
    ),
    sources=(BALANCE_JOBS_PAGE, BALANCING_PAGE),
)
def balance_job_stuck(jobs: Rows[BalanceJob], clock: Rows[Clock]) -> Iterator[Measurement]:
    """After a change of specification or Primary Zone, balancing distributes the data again. While it hangs, new
    servers stay idle, old ones are overloaded, and the next change must wait."""
    for row in jobs:
        if row.create_time is not None and not is_meta(row.tenant_id):
            hours = (clock[0].as_of - row.create_time) / timedelta(hours=1)
            evidence: dict[str, Scalar] = {"strategy": row.balance_strategy, "state": row.status}
            yield Measurement(tenant_name(row.tenant_id), hours, evidence, str(row.job_id))
