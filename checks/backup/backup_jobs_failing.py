"""BAK002: backup jobs that failed since the last completed one."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Params, Remediation, Rows, Unit, check, params
from agent.facts.backup import BackupJob
from agent.facts.given import Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant, failed_since_success


@params
class BackupJobsFailingParams(Params):
    window_days: int


@check(
    code="BAK002",
    name="backup.backup_jobs_failing",
    unit=Unit.COUNT,
    actor=Actor.BOTH,
    title="Backup jobs fail",
    consequence="When a restore is needed, no backup is new enough, and data is lost.",
    finding="{resource}: {value} backup jobs in a row have failed (limit {limit}), the last one on {last_start} "
    "with error {error}.",
    remediation=Remediation(
        advice="Check COMMENT of the failed job: usually the destination is unreachable or full, its key has expired, "
        "or log archiving is interrupted. Correct it and start a backup by hand.",
        pre_check="Read STATUS, RESULT and COMMENT of the newest jobs in DBA_OB_BACKUP_JOB_HISTORY.",
        post_check="The next job in DBA_OB_BACKUP_JOB_HISTORY is COMPLETED.",
        risk="A backup reads all data; run it outside the peak.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{VIEWS}/6900.o-dba_ob_backup_job_history-of-mysql-mode.md"),
        DocPage(f"{MANUAL}/400.data-backup/600.view-data-backup-history.md"),
    ),
)
def backup_jobs_failing(
    jobs: Rows[BackupJob], clock: Rows[Clock], limits: BackupJobsFailingParams
) -> Iterator[Measurement]:
    """A failed backup has no immediate effect on the business, so nobody looks. It is noticed when a restore is needed,
    and the newest usable backup is then weeks old."""
    for name, rows in by_tenant(jobs).items():
        failed = failed_since_success(rows, clock[0].as_of - limits.window_days * DAY)
        if failed:
            yield Measurement(
                name, len(failed), {"last_start": failed[0].start_timestamp, "error": str(failed[0].result)}
            )
