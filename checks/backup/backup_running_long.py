"""BAK003: how long the backup at work has taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import RunningBackup
from agent.facts.given import Clock
from checks.backup.tenants import MANUAL, VIEWS, by_tenant


@check(
    code="BAK003",
    name="backup.backup_running_long",
    unit=Unit.HOURS,
    actor=Actor.BOTH,
    title="Backup runs for too long",
    consequence="The following backups do not take place, and more and more data would be lost.",
    finding="{resource}: a backup has been running for {value} (limit {limit}), since {started}; state {state}.",
    remediation=Remediation(
        advice="Check whether it progresses: compare FINISH_TABLET_COUNT with TABLET_COUNT twice, some minutes apart. "
        "If it does not, check the destination and log archiving; cancel it only if the next one is sure to run.",
        pre_check="Read STATUS and START_TIMESTAMP in DBA_OB_BACKUP_JOBS, and the tablet counts in "
        "DBA_OB_BACKUP_TASKS.",
        post_check="The job has left DBA_OB_BACKUP_JOBS and stands as COMPLETED in DBA_OB_BACKUP_JOB_HISTORY.",
        risk="A cancelled backup starts from the beginning the next time.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{MANUAL}/400.data-backup/500.view-data-backup-progress.md"),
        DocPage(f"{VIEWS}/7000.o-dba_ob_backup_jobs-of-mysql-mode.md"),
    ),
)
def backup_running_long(jobs: Rows[RunningBackup], clock: Rows[Clock]) -> Iterator[Measurement]:
    """While one backup runs, no other starts, and the log that it needs must be kept. A backup that hangs for days
    means that the backups of these days did not happen."""
    for name, rows in by_tenant(jobs).items():
        oldest = min(rows, key=lambda row: row.start_timestamp)
        hours = (clock[0].as_of - oldest.start_timestamp) / timedelta(hours=1)
        yield Measurement(name, hours, {"started": oldest.start_timestamp, "state": oldest.status})
