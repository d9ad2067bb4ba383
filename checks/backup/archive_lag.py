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
    title="Log archiving lags too far",
    consequence="In a disaster, the data of this time is lost; in the end the log disk fills up.",
    finding="{resource}: log archiving to destination {dest_no} lags by {value} (limit {limit}); if the cluster is "
    "lost, so is that much data.",
    remediation=Remediation(
        advice="Check the bandwidth to the destination and the write load. If writes permanently exceed archiving, "
        "increase the bandwidth of the destination; archive_lag_target only sets how often the archive is written.",
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
    """Log that is not archived is lost with the cluster, and log waiting for the archive cannot be recycled, so that
    the log disk fills up. A lag of minutes is normal; a lag of hours ends in an interruption."""
    for name, rows in by_tenant(archives).items():
        for row in rows:
            if row.status == "DOING":
                behind = seconds_behind(row.checkpoint_scn, clock[0].as_of)
                yield Measurement(name, behind, {"dest_no": str(row.dest_no)}, f"{row.dest_no}.{row.round_id}")
