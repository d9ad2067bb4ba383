"""CMP002: major compaction stopped by an error."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.maintenance import MajorCompaction
from checks.compaction.tenants import MAJOR_COMPACTION_PAGE, MERGE_CONTROL_PAGE, by_tenant


@check(
    code="CMP002",
    name="compaction.major_compaction_error",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Major compaction stopped by an error",
    consequence="Until somebody handles the error, reads become slower and the disk fills up.",
    finding="{resource}: the major compaction reports an error: {value} (status {status}).",
    remediation=Remediation(
        advice="First find the cause: a checksum error means that replicas or indexes do not match, and needs "
        "OceanBase support. Clear the error only after its cause is known and removed.",
        sql=("ALTER SYSTEM CLEAR MERGE ERROR{of_tenant};",),
        no_rollback="The error mark is set again automatically if the error recurs.",
        pre_check="Check INFO in DBA_OB_MAJOR_COMPACTION and the checksum errors in the sys tenant; save the logs.",
        post_check="IS_ERROR is NO and LAST_FINISH_TIME advances.",
        risk="Clearing a checksum error whose cause is unknown can make damaged data the baseline.",
    ),
    sources=(MERGE_CONTROL_PAGE, MAJOR_COMPACTION_PAGE),
)
def major_compaction_error(compaction: Rows[MajorCompaction]) -> Iterator[Measurement]:
    """The server stops a major compaction when replicas, or a table and its index, do not match. No later compaction
    runs until somebody handles the error, so space usage and read performance get worse every day."""
    for name, row in by_tenant(compaction):
        if row.is_error == "YES":
            yield Measurement(name, row.info or "-", {"status": row.status, "started": row.start_time})
