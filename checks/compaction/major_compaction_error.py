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
    finding="{resource}: the major compaction reports an error: {value} (status {status}).",
    remediation=Remediation(
        advice="Find the cause before anything else: a checksum error means that replicas or indexes disagree and "
        "needs the vendor's support. Clear the error only when the cause is known and removed.",
        sql=("ALTER SYSTEM CLEAR MERGE ERROR{of_tenant};",),
        no_rollback="The mark is set again by itself if the error comes back.",
        pre_check="Read INFO in DBA_OB_MAJOR_COMPACTION and the checksum errors in the sys tenant; save the logs.",
        post_check="IS_ERROR is NO and LAST_FINISH_TIME moves on.",
        risk="Clearing a checksum error without knowing its cause can make damaged data the baseline.",
    ),
    sources=(MERGE_CONTROL_PAGE, MAJOR_COMPACTION_PAGE),
)
def major_compaction_error(compaction: Rows[MajorCompaction]) -> Iterator[Measurement]:
    """The server stops a major compaction that finds replicas, or a table and its index, in disagreement. No later one
    runs until a person has looked, so space and read speed get worse every day."""
    for name, row in by_tenant(compaction):
        if row.is_error == "YES":
            yield Measurement(name, row.info or "-", {"status": row.status, "started": row.start_time})
