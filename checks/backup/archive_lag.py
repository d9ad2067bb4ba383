"""BAK005: how far the archive of the log is behind."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import LogArchive
from agent.facts.given import Clock
from checks.availability.streams import seconds_behind
from checks.backup.tenants import MANUAL, VIEWS, by_tenant


@check(
    code="BAK005",
    name="backup.archive_lag",
    unit=Unit.SECONDS,
    actor=Actor.BOTH,
    title="The archive of the log lags behind",
    finding="{resource}: the archive to destination {dest_no} is {value} behind (limit {limit}); that much is "
    "lost with the cluster.",
    remediation=Remediation(
        advice="Look at the bandwidth to the destination and at the write load. If writes outrun it all the "
        "time, give the destination more bandwidth; archive_lag_target only says how often the archive "
        "is written.",
        pre_check="Read CHECKPOINT_SCN_DISPLAY in DBA_OB_ARCHIVELOG twice, a minute apart.",
        post_check="CHECKPOINT_SCN_DISPLAY in DBA_OB_ARCHIVELOG follows the clock within minutes.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{MANUAL}/300.log-archive/200.preparation-before-log-archive.md"),
        DocPage(f"{VIEWS}/5900.o-dba_ob_archivelog-of-mysql-mode.md"),
    ),
)
def archive_lag(archives: Rows[LogArchive], clock: Rows[Clock]) -> Iterator[Measurement]:
    """What is not archived yet is lost when the cluster is, and log that waits for the archive cannot be recycled,
    so that the log disk fills up. A lag of minutes is normal, one of hours ends in an interruption."""
    for name, rows in by_tenant(archives).items():
        for row in rows:
            if row.status == "DOING":
                behind = seconds_behind(row.checkpoint_scn, clock[0].as_of)
                yield Measurement(name, behind, {"dest_no": str(row.dest_no)}, f"{row.dest_no}.{row.round_id}")
