"""BAK007: backups without archived log."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    known,
    params,
    unknown,
)
from agent.facts.backup import BackupSet, LogArchive
from agent.facts.given import Clock
from checks.backup.tenants import DAY, ERRORS, MANUAL, VIEWS, by_tenant

# Another check reports an interrupted archive.
_AT_WORK = {"PREPARE", "BEGINNING", "DOING", "INTERRUPTED"}
_SUSPENDED = {"SUSPEND", "SUSPENDING"}


@params
class BackupWithoutArchiveParams(Params):
    recent_days: int


@check(
    code="BAK007",
    name="backup.backup_without_archive",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    title="Log archiving is off, so no backup can start",
    consequence="No new backup can be made, so newer data is lost in a disaster.",
    finding="{resource} has data backups, but log archiving is {value}: the next backup will fail with error 9040.",
    remediation=Remediation(
        advice="Let the archive run, then take a full backup.",
        sql=("ALTER SYSTEM {switch}{of_tenant};",),
        rollback=("ALTER SYSTEM NO{switch}{of_tenant};",),
        pre_check="DBA_OB_ARCHIVE_DEST shows a destination with the state ENABLE.",
        post_check="STATUS in DBA_OB_ARCHIVELOG is DOING.",
        risk="Archiving takes bandwidth and space at the destination: as much as the tenant writes log.",
        effort=Effort.ONLINE,
        cases=(
            Case("Set a destination for the archive and switch it on.", when=known("switch")),
            Case(
                "The archive is SUSPEND because its destination is set to DEFER: set LOG_ARCHIVE_DEST_STATE to ENABLE.",
                when=unknown("switch"),
            ),
        ),
    ),
    sources=(
        DocPage(f"{MANUAL}/400.data-backup/200.initiate-full-data-backup.md"),
        DocPage(f"{ERRORS}/900.9000-9499-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/5900.o-dba_ob_archivelog-of-mysql-mode.md"),
    ),
)
def backup_without_archive(
    sets: Rows[BackupSet], archives: Rows[LogArchive], clock: Rows[Clock], limits: BackupWithoutArchiveParams
) -> Iterator[Measurement]:
    """A data backup can start only while log archiving is DOING, because a restore replays the log written meanwhile.
    Without archiving there are no new backups, and existing ones can only be restored up to the end of the archive."""
    states = {name: {row.status for row in rows} for name, rows in by_tenant(archives).items()}
    since = clock[0].as_of - limits.recent_days * DAY
    for name, rows in by_tenant(row for row in sets if row.start_timestamp >= since).items():
        state = states.get(name, set())
        if not state & _AT_WORK:
            switch = None if state & _SUSPENDED else "ARCHIVELOG"
            yield Measurement(name, ", ".join(sorted(state)) or "OFF", {"sets_count": len(rows), "switch": switch})
