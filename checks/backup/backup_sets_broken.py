"""BAK011: broken backup sets."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, params
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
    title="Backup sets are broken",
    finding="{resource}: {value} of {sets_count} backup sets are broken (limit {limit}), the newest from {newest}.",
    remediation=Remediation(
        advice="Take a full backup at once, so that a good one exists. Then find out who changed files at the "
        "destination: a script that clears space, a lifecycle rule of the bucket or a disk fault.",
        pre_check="Look at START_TIMESTAMP, STATUS and FILE_STATUS in DBA_OB_BACKUP_SET_FILES "
        "(CDB_OB_BACKUP_SET_FILES from sys).",
        post_check="A full backup set newer than the broken ones is AVAILABLE.",
        risk="A backup reads all data: run it outside the peak.",
        window=True,
    ),
    sources=(DocPage(f"{VIEWS}/7200.o-dba_ob_backup_set_files-of-mysql-mode.md"),),
)
def backup_sets_broken(
    sets: Rows[BackupSet], clock: Rows[Clock], limits: BackupSetsBrokenParams
) -> Iterator[Measurement]:
    """A broken set cannot be restored, nor can the incremental ones that build on it. What damaged one will damage
    the next."""
    since = clock[0].as_of - limits.window_days * DAY
    for name, rows in by_tenant(row for row in sets if row.is_kept and row.start_timestamp >= since).items():
        broken = [row.start_timestamp for row in rows if row.file_status == "BROKEN"]
        if broken:
            yield Measurement(name, len(broken), {"sets_count": len(rows), "newest": max(broken)})
