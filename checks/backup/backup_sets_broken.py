"""BAK011: backup sets that failed or cancelled jobs left."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelCode, Measurement, Params, Remediation, Rows, Scalar, Unit, check, params
from agent.facts.backup import BackupSet
from agent.facts.given import Clock
from checks.backup.tenants import DAY, VIEWS, by_tenant


@params
class BackupSetsBrokenParams(Params):
    window_days: int


@check(
    code="BAK011",
    name="backup.backup_sets_broken",
    unit=Unit.COUNT,
    actor=Actor.BOTH,
    title="Unusable backup sets exist",
    consequence="Part of the backups cannot be restored, so more data is lost in an emergency.",
    finding="{resource}: {value} of {sets_count} backup sets of the last {window_days} are unusable, because their "
    "job failed or was cancelled (limit {limit}); the newest is from {newest}.",
    remediation=Remediation(
        advice="Check RESULT and COMMENT of these sets and remove the cause, so that the schedule produces usable "
        "backups again. The status only tells how the job ended: later damage at the destination is not shown, and "
        "only a restore rehearsal finds it.",
        pre_check="Check START_TIMESTAMP, STATUS, FILE_STATUS, RESULT and COMMENT in DBA_OB_BACKUP_SET_FILES "
        "(CDB_OB_BACKUP_SET_FILES in the sys tenant).",
        post_check="The backup sets that follow are AVAILABLE.",
        risk="A backup reads all data; run it outside the peak.",
        window=True,
    ),
    sources=(
        DocPage(f"{VIEWS}/7200.o-dba_ob_backup_set_files-of-mysql-mode.md"),
        KernelCode("src/rootserver/backup/ob_backup_data_set_task_mgr.cpp", "set_backup_set_files_failed_"),
    ),
)
def backup_sets_broken(
    sets: Rows[BackupSet], clock: Rows[Clock], limits: BackupSetsBrokenParams
) -> Iterator[Measurement]:
    """When a backup job fails or is cancelled, OceanBase marks the set BROKEN or INCOMPLETE. Neither can be restored. A
    single one may be chance; many mean that backups succeed only sometimes, and usable ones are further apart than
    scheduled."""
    since = clock[0].as_of - limits.window_days * DAY
    for name, rows in by_tenant(row for row in sets if row.is_kept and row.start_timestamp >= since).items():
        broken = [row.start_timestamp for row in rows if row.file_status in ("BROKEN", "INCOMPLETE")]
        if broken:
            evidence: dict[str, Scalar] = {"sets_count": len(rows), "newest": max(broken)}
            yield Measurement(name, len(broken), {**evidence, "window_days": limits.window_days})
