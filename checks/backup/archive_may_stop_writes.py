"""BAK014: archive destinations that go before writes."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import ArchiveBinding, LogArchive
from agent.facts.given import Clock
from checks.availability.streams import seconds_behind
from checks.backup.tenants import MANUAL, VIEWS, by_tenant

_STOPPED = {"STOP", "STOPPING"}


@check(
    code="BAK014",
    name="backup.archive_may_stop_writes",
    unit=Unit.SECONDS,
    actor=Actor.BOTH,
    title="Log archiving may stop writes",
    consequence="If the backup destination fails or is full, the business cannot write any more.",
    finding="{resource}: archive destination {dest_no} is MANDATORY and archiving lags by {value} (limit {limit}): "
    "log that is not archived is kept, and writes stop when the log disk is full.",
    remediation=Remediation(
        advice="Decide what takes precedence. If the business must go on, set BINDING=Optional: archiving is then "
        "interrupted when it cannot keep up. If no log may be lost, keep MANDATORY, monitor the lag and the log disk, "
        "and handle problems of the destination at once.",
        no_rollback="LOG_ARCHIVE_DEST can only be set as a whole: set the old LOCATION, BINDING and "
        "PIECE_SWITCH_INTERVAL again.",
        pre_check="Save all attributes of the destination from DBA_OB_ARCHIVE_DEST: those that are left out"
        " when LOG_ARCHIVE_DEST is set get their defaults.",
        post_check="DBA_OB_ARCHIVE_DEST shows the binding, and CHECKPOINT_SCN_DISPLAY in DBA_OB_ARCHIVELOG follows "
        "the clock.",
        risk="With OPTIONAL, log may be recycled before it is archived; then no later point in time can be restored "
        "until a new full backup.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{MANUAL}/300.log-archive/200.preparation-before-log-archive.md"),
        DocPage(f"{VIEWS}/5800.o-dba_ob_archive_dest-of-mysql-mode.md"),
    ),
)
def archive_may_stop_writes(
    bindings: Rows[ArchiveBinding], archives: Rows[LogArchive], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """A destination is OPTIONAL by default: writes take precedence, and log may be recycled before it is archived. With
    MANDATORY archiving takes precedence, so that a full or unreachable destination stops the business. That may be
    intended, but somebody must know it and monitor the lag."""
    mandatory = by_tenant(row for row in bindings if row.holds_writes)
    for name, rows in by_tenant(archives).items():
        held = {row.dest_no for row in mandatory.get(name, ())}
        for row in rows:
            if row.dest_no in held and row.status not in _STOPPED:
                behind = seconds_behind(row.checkpoint_scn, clock[0].as_of)
                yield Measurement(name, behind, {"dest_no": str(row.dest_no)}, f"{row.dest_no}.{row.round_id}")
