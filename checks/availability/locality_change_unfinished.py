"""AVL015: changes of the locality that do not end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Named, Remediation, Rows, RunAs, Scalar, Unit, Unjudged, check
from agent.facts.given import Clock
from agent.facts.settings import Tenant
from checks.availability.pages import LOCALITY_PAGE, REPLICA_TASKS_PAGE, TENANT_JOBS_PAGE, TENANTS_PAGE


@check(
    code="AVL015",
    name="availability.locality_change_unfinished",
    unit=Unit.HOURS,
    actor=Actor.PLATFORM,
    title="Locality change is not finished",
    consequence="Copies of the data are incomplete, so that a failure can interrupt the service.",
    finding="{resource}: the locality change from {from_locality} to {to_locality} has not finished for {value} "
    "(limit {limit}).",
    remediation=Remediation(
        advice="Check the job in DBA_OB_TENANT_JOBS and the tasks in DBA_OB_LS_REPLICA_TASKS: usually a missing "
        "server or a full disk in the new zone. Remove the cause, or change the locality back.",
        run_as=RunAs.SYS,
        pre_check="Compare LOCALITY and PREVIOUS_LOCALITY in DBA_OB_TENANTS.",
        post_check="PREVIOUS_LOCALITY in DBA_OB_TENANTS is NULL.",
        risk="Copying a replica takes network and disk: outside the peak.",
        window=True,
    ),
    sources=(TENANTS_PAGE, LOCALITY_PAGE, TENANT_JOBS_PAGE, REPLICA_TASKS_PAGE),
)
def locality_change_unfinished(tenants: Rows[Tenant], clock: Rows[Clock]) -> Iterator[Measurement | Unjudged]:
    """During a locality change, replicas exist in old and new places, and not all are complete. The tenant's layout
    cannot be changed again before it ends."""
    for row in tenants:
        if row.previous_locality == "" or row.tenant_type == "META":
            continue
        if row.previous_locality is None or row.modify_time is None:
            yield Unjudged(Named("tenant {tenant}", tenant=row.tenant_name))
        else:
            hours = (clock[0].as_of - row.modify_time) / timedelta(hours=1)
            evidence: dict[str, Scalar] = {"from_locality": row.previous_locality, "to_locality": row.locality}
            yield Measurement(Named("tenant {tenant}", tenant=row.tenant_name), hours, evidence)
