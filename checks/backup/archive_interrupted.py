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
    title="The archive of the log is interrupted",
    finding="{resource}: the archive of the log to destination {dest_no} is {value}; it ends {behind_s} ago, and "
    "nothing later can be restored, and no backup can start.",
    remediation=Remediation(
        advice="Read COMMENT in DBA_OB_ARCHIVELOG and mend the cause, most often the destination or a log that "
        "was recycled before it was archived. Then switch the archive off and on again and take a full "
        "backup at once: the gap cannot be closed.",
        pre_check="Read STATUS, CHECKPOINT_SCN_DISPLAY and COMMENT in DBA_OB_ARCHIVELOG (CDB_OB_ARCHIVELOG from sys).",
        post_check="STATUS in DBA_OB_ARCHIVELOG is DOING and a full backup has completed since.",
        risk="Between switching off and the new full backup no point in time can be restored.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{MANUAL}/300.log-archive/600.view-log-archive-progress.md"),
        DocPage(f"{VIEWS}/5900.o-dba_ob_archivelog-of-mysql-mode.md"),
    ),
)
def archive_interrupted(archives: Rows[LogArchive], clock: Rows[Clock]) -> Iterator[Measurement]:
    """The archive carries every change away from the cluster within minutes. Interrupted it does not go on by
    itself: from that moment a restore ends at the interruption, whatever was backed up before."""
    for name, rows in by_tenant(archives).items():
        for row in rows:
            if row.status == "INTERRUPTED":
                behind = seconds_behind(row.checkpoint_scn, clock[0].as_of)
                yield Measurement(
                    name, row.status, {"dest_no": str(row.dest_no), "behind_s": behind}, f"{row.dest_no}.{row.round_id}"
                )
