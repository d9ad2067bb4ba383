"""BAK012: age of the newest full backup."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import BackupSet
from agent.facts.given import Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant


@check(
    code="BAK012",
    name="backup.full_backup_too_old",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    title="Full backup is too old",
    consequence="A restore takes long, and one damaged backup makes all later ones useless.",
    finding="{resource}: the newest full backup is {value} old (limit {limit}); {incremental_count} incremental "
    "backups depend on it.",
    remediation=Remediation(
        advice="Add a full backup to the schedule, weekly or monthly depending on the size.",
        pre_check="Check START_TIMESTAMP, STATUS and FILE_STATUS in DBA_OB_BACKUP_SET_FILES (CDB_OB_BACKUP_SET_FILES "
        "in the sys tenant).",
        post_check="A new full backup set is AVAILABLE.",
        risk="A backup reads all data; run it outside the peak.",
        window=True,
    ),
    sources=(
        DocPage(f"{MANUAL}/400.data-backup/300.initiate-incremental-data-backup.md"),
        DocPage(f"{VIEWS}/7200.o-dba_ob_backup_set_files-of-mysql-mode.md"),
    ),
)
def full_backup_too_old(sets: Rows[BackupSet], clock: Rows[Clock]) -> Iterator[Measurement]:
    """An incremental backup depends on all backups before it, back to the full one. The longer the chain, the longer
    the restore, and one damaged backup makes all later ones unusable."""
    for name, rows in by_tenant(row for row in sets if row.file_status == "AVAILABLE").items():
        newest = max((row.start_timestamp for row in rows if row.is_full), default=None)
        if newest is not None:
            later = sum(1 for row in rows if row.start_timestamp > newest)
            yield Measurement(name, (clock[0].as_of - newest) / DAY, {"newest": newest, "incremental_count": later})
