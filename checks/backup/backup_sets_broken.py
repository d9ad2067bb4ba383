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
    title="Backup sets are unusable",
    finding="{resource}: {value} of {sets_count} backup sets of the last {window_days} are unusable, for their job "
    "failed or was cancelled (limit {limit}); the newest is from {newest}.",
    remediation=Remediation(
        advice="Read RESULT and COMMENT of these sets and mend the cause, so that the schedule makes good ones again. "
        "The status tells how the job ended and no more: damage that is done at the destination later is never shown, "
        "only a rehearsed restore finds it.",
        pre_check="Look at START_TIMESTAMP, STATUS, FILE_STATUS, RESULT and COMMENT in DBA_OB_BACKUP_SET_FILES "
        "(CDB_OB_BACKUP_SET_FILES from sys).",
        post_check="The backup sets that follow are AVAILABLE.",
        risk="A backup reads all data: run it outside the peak.",
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
    """When its job fails or is cancelled, the server marks a set BROKEN or INCOMPLETE. Neither can be restored. One now
    and then is chance; many say that backups succeed only sometimes, and that the good ones stand further apart than
    the schedule says."""
    since = clock[0].as_of - limits.window_days * DAY
    for name, rows in by_tenant(row for row in sets if row.is_kept and row.start_timestamp >= since).items():
        broken = [row.start_timestamp for row in rows if row.file_status in ("BROKEN", "INCOMPLETE")]
        if broken:
            evidence: dict[str, Scalar] = {"sets_count": len(rows), "newest": max(broken)}
            yield Measurement(name, len(broken), {**evidence, "window_days": limits.window_days})
