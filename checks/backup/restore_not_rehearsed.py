"""BAK009: age of the last rehearsed restore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    Named,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    TenantKind,
    Unit,
    check,
)
from agent.facts.backup import RestoreJob
from agent.facts.given import Attestation, Build, Clock
from checks.backup.tenants import MANUAL, VIEWS


@check(
    code="BAK009",
    name="backup.restore_not_rehearsed",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    attested=True,
    title="Restore has not been rehearsed for too long",
    consequence="Only in the emergency it turns out whether data is lost or the restore takes too long.",
    finding="{resource}: according to {by}, the last rehearsal was {value} ago (limit {limit}).",
    remediation=Remediation(
        advice="Restore the newest backup into a separate tenant, check the data with the business, and note how long "
        "it took. Then tell us the date.",
        run_as=RunAs.CONSOLE,
        pre_check="Decide on the backup, the target tenant and who checks the data.",
        post_check="The business has verified the restored tenant, and the restore time is recorded.",
        risk="The restored tenant needs resources; drop it afterwards.",
    ),
    sources=(
        DocPage(f"{MANUAL}/600.restore-data/500.view-the-restore-history.md"),
        DocPage(f"{VIEWS}/10800.o-dba_ob_restore_history-of-mysql-mode.md"),
    ),
)
def restore_not_rehearsed(
    attestations: Rows[Attestation], restores: Rows[RestoreJob] | None, builds: Rows[Build], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """A backup that has never been restored may not be restorable. Rehearsals find what views cannot show: missing
    rights at the destination, a resource pool that is too small, or a restore that takes a day when the business
    can wait an hour.

    A restore into another cluster is shown only there, and a tenant does not see restores of other tenants: the
    customer states what the history of the sys tenant lacks.
    """
    drills = {date.fromisoformat(str(item.value)): item.by for item in attestations if item.key == "last_restore_drill"}
    is_sys = builds[0].tenant_kind is TenantKind.SYS
    for job in restores or ():
        if is_sys and job.status == "SUCCESS" and job.finish_timestamp:
            drills.setdefault(job.finish_timestamp.date(), "CDB_OB_RESTORE_HISTORY")
    if drills:
        newest = max(drills)
        days = (clock[0].as_of.date() - newest).days
        yield Measurement(Named("restore rehearsal"), days, {"by": drills[newest]})
    elif is_sys and restores is not None:
        raise NotAssessed(
            "The history of this cluster shows no successful restore, and no restore into another cluster has been "
            "reported.",
            "State the date of the last restore rehearsal.",
        )
    else:
        raise NotAssessed(
            "A tenant does not see restores into other tenants, and no rehearsal has been reported.",
            "State the date of the last restore rehearsal.",
        )
