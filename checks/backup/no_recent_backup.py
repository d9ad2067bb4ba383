"""BAK001: age of the newest good backup."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, Unit, check
from agent.facts.backup import BackupSet
from agent.facts.given import Attestation, Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant, console_backup


@check(
    code="BAK001",
    name="backup.no_recent_backup",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    title="No usable backup for too long",
    consequence="After a wrong deletion or a disaster, the newest data is lost.",
    finding="{resource}: the newest usable backup is {value} old (limit {limit}); {available_count} usable backups "
    "exist.",
    remediation=Remediation(
        advice="Check whether the backup schedule (the console, OCP or a job of your own) still runs, and why the "
        "last backup failed. Start one now and check that it becomes AVAILABLE.",
        pre_check="Check START_TIMESTAMP, STATUS and FILE_STATUS in DBA_OB_BACKUP_SET_FILES (CDB_OB_BACKUP_SET_FILES "
        "in the sys tenant).",
        post_check="FILE_STATUS of the new backup set is AVAILABLE.",
        risk="A backup reads all data; run it outside the peak.",
        window=True,
    ),
    sources=(
        DocPage(f"{VIEWS}/7200.o-dba_ob_backup_set_files-of-mysql-mode.md"),
        DocPage(f"{MANUAL}/400.data-backup/600.view-data-backup-history.md"),
    ),
)
def no_recent_backup(
    sets: Rows[BackupSet], attestations: Rows[Attestation], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """After a dropped table, a wrong UPDATE or the loss of the cluster, only a backup can restore the data; replicas
    repeat such errors at once. The older the newest backup, the more log must be replayed; if log was not archived,
    more data is lost."""
    tenants, attested = by_tenant(sets), console_backup(attestations)
    if not tenants and not (attested and attested.value is True):
        raise NotAssessed(
            "SQL shows no backup set of this tenant.",
            "State that the cloud platform makes the backups, if it does so outside SQL.",
        )
    for name, rows in tenants.items():
        good = [row.end_timestamp or row.start_timestamp for row in rows if row.file_status == "AVAILABLE"]
        newest = max(good, default=min(row.start_timestamp for row in rows))
        # An attestation that is not older than the last backup in SQL says that the platform has taken over.
        if not (attested and attested.value is True and attested.on >= newest.date()):
            yield Measurement(name, (clock[0].as_of - newest) / DAY, {"newest": newest, "available_count": len(good)})
