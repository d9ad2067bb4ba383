"""BAK008: jobs that remove backups and failed since the last completed one."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Params, Remediation, Rows, Unit, check, params
from agent.facts.backup import DeleteJob
from agent.facts.given import Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant, failed_since_success


@params
class DeleteJobsFailingParams(Params):
    window_days: int


@check(
    code="BAK008",
    name="backup.delete_jobs_failing",
    unit=Unit.COUNT,
    actor=Actor.BOTH,
    title="Backup cleanup jobs fail",
    consequence="The destination fills up, and then backups stop.",
    finding="{resource}: {value} backup cleanup jobs in a row have failed (limit {limit}), the last on {last_start} "
    "with error {error}.",
    remediation=Remediation(
        advice="Check COMMENT of the failed job: usually the account of the destination may write but not delete, or "
        "the bucket has a retention lock.",
        pre_check="Read STATUS, RESULT and COMMENT in DBA_OB_BACKUP_DELETE_JOB_HISTORY.",
        post_check="The next job in DBA_OB_BACKUP_DELETE_JOB_HISTORY is COMPLETED.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{MANUAL}/500.clear-backup-data/400.view-cleaning-backup-history.md"),
        DocPage(f"{VIEWS}/6400.o-dba_ob_backup_delete_job_history-of-mysql-mode.md"),
    ),
)
def delete_jobs_failing(
    jobs: Rows[DeleteJob], clock: Rows[Clock], limits: DeleteJobsFailingParams
) -> Iterator[Measurement]:
    """Cleanup runs every hour, and its failure has no effect on the business until the destination is full: then
    backups and archiving stop, too."""
    for name, rows in by_tenant(jobs).items():
        failed = failed_since_success(rows, clock[0].as_of - limits.window_days * DAY)
        if failed:
            yield Measurement(
                name, len(failed), {"last_start": failed[0].start_timestamp, "error": str(failed[0].result)}
            )
