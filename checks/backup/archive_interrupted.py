"""BAK004: interrupted archive of the log."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import LogArchive
from agent.facts.given import Clock
from checks.availability.streams import seconds_behind
from checks.backup.tenants import MANUAL, VIEWS, by_tenant


@check(
    code="BAK004",
    name="backup.archive_interrupted",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    title="Log archiving is interrupted",
    consequence="All that is written from now on is lost in a disaster.",
    finding="{resource}: log archiving to destination {dest_no} is {value} and ended {behind_s} ago; later data "
    "cannot be restored, and no data backup can start.",
    remediation=Remediation(
        advice="Check COMMENT in DBA_OB_ARCHIVELOG and remove the cause, usually the destination, or log that was "
        "recycled before it was archived. Then switch archiving off and on again and take a full backup at once: the "
        "gap cannot be closed.",
        pre_check="Check STATUS, CHECKPOINT_SCN_DISPLAY and COMMENT in DBA_OB_ARCHIVELOG (CDB_OB_ARCHIVELOG in the "
        "sys tenant).",
        post_check="STATUS in DBA_OB_ARCHIVELOG is DOING and a full backup has completed since.",
        risk="Between switching archiving off and the end of the new full backup, no point in time can be restored.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{MANUAL}/300.log-archive/600.view-log-archive-progress.md"),
        DocPage(f"{VIEWS}/5900.o-dba_ob_archivelog-of-mysql-mode.md"),
    ),
)
def archive_interrupted(archives: Rows[LogArchive], clock: Rows[Clock]) -> Iterator[Measurement]:
    """Log archiving stores every change outside the cluster within minutes. Once interrupted, it does not recover by
    itself: from then on a restore only reaches the time of the interruption, whatever was backed up before."""
    for name, rows in by_tenant(archives).items():
        for row in rows:
            if row.status == "INTERRUPTED":
                behind = seconds_behind(row.checkpoint_scn, clock[0].as_of)
                yield Measurement(
                    name, row.status, {"dest_no": str(row.dest_no), "behind_s": behind}, f"{row.dest_no}.{row.round_id}"
                )
