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
    title="Restoring a backup has not been rehearsed",
    finding="{resource}: the last rehearsal was {value} ago (limit {limit}), says {by}.",
    remediation=Remediation(
        advice="Restore the newest backup into a tenant of its own, check the data with the business, and note "
        "how long it took. Attest the date as last_restore_drill.",
        run_as=RunAs.CONSOLE,
        pre_check="Name the backup, the target tenant and who checks the data.",
        post_check="The restored tenant answers the business's own questions, and the time it took is known.",
        risk="The restored tenant needs resources of its own; drop it afterwards.",
    ),
    sources=(
        DocPage(f"{MANUAL}/600.restore-data/500.view-the-restore-history.md"),
        DocPage(f"{VIEWS}/10800.o-dba_ob_restore_history-of-mysql-mode.md"),
    ),
)
def restore_not_rehearsed(
    attestations: Rows[Attestation], restores: Rows[RestoreJob] | None, builds: Rows[Build], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """A backup that nobody has restored is a hope. Rehearsals find what views cannot show: missing rights at the
    destination, too small a resource pool, and that the restore takes a day when the business can wait an hour. A
    restore into another cluster is shown there only, and a tenant does not see those of other tenants: what is not in
    the history of sys is attested."""
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
