"""BAK013: restores that failed since the last successful one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    Named,
    Params,
    Remediation,
    Rows,
    RunAs,
    TenantKind,
    Unit,
    check,
    params,
)
from agent.facts.backup import RestoreJob
from agent.facts.given import Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS


@params
class RestoresFailingParams(Params):
    window_days: int


@check(
    code="BAK013",
    name="backup.restores_failing",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Restores of the tenant's backups fail",
    consequence="In an emergency the restore would fail, too, and the data would be lost.",
    finding="{resource}: {value} restores in a row have failed (limit {limit}), the last on {last_start}, and none has "
    "succeeded since.",
    remediation=Remediation(
        advice="Check COMMENT of the failed restore: usually the resource pool is too small, an archive piece or a "
        "backup set is missing at the destination, or the account may not read there. Correct it and restore again, "
        "into a separate tenant.",
        run_as=RunAs.SYS,
        pre_check="Read STATUS and COMMENT in CDB_OB_RESTORE_HISTORY.",
        post_check="The newest row of this tenant in CDB_OB_RESTORE_HISTORY is SUCCESS.",
        risk="A restore takes bandwidth at the destination and resources for the new tenant.",
    ),
    sources=(
        DocPage(f"{MANUAL}/600.restore-data/500.view-the-restore-history.md"),
        DocPage(f"{VIEWS}/10800.o-dba_ob_restore_history-of-mysql-mode.md"),
        DocPage("600.manage/1000.troubleshooting/900.backup-and-recovery/200.physical-restore-failed.md"),
    ),
)
def restores_failing(
    restores: Rows[RestoreJob], clock: Rows[Clock], limits: RestoresFailingParams
) -> Iterator[Measurement]:
    """The backups exist, but could not be restored: what fails in a rehearsal also fails in an emergency. After a fix
    there is a later successful restore."""
    since, ended = clock[0].as_of - limits.window_days * DAY, set()
    failed: dict[str, list[RestoreJob]] = {}
    for job in sorted((job for job in restores if job.start_timestamp), key=_start_of, reverse=True):
        tenant = job.backup_tenant_name
        if job.status == "SUCCESS" or _start_of(job) < since:
            ended.add(tenant)
        elif job.status == "FAILED" and tenant not in ended:
            failed.setdefault(tenant, []).append(job)
    for tenant, jobs in failed.items():
        yield Measurement(Named("restore of {tenant}", tenant=tenant), len(jobs), {"last_start": _start_of(jobs[0])})


def _start_of(job: RestoreJob) -> datetime:
    assert job.start_timestamp
    return job.start_timestamp
