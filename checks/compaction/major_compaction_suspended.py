"""CMP003: major compaction suspended."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.maintenance import MajorCompaction
from checks.compaction.tenants import MAJOR_COMPACTION_PAGE, MERGE_CONTROL_PAGE, by_tenant


@check(
    code="CMP003",
    name="compaction.major_compaction_suspended",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Major compaction suspended",
    consequence="Until it is resumed, reads become slower every day, and nobody is reminded.",
    finding="{resource}: the major compaction is suspended (status {status}, last finished {last_finished}).",
    remediation=Remediation(
        advice="Find out why compaction was suspended by hand, often for a peak or a repair, then resume it: "
        "it stays suspended until then.",
        sql=("ALTER SYSTEM RESUME MERGE{of_tenant};",),
        rollback=("ALTER SYSTEM SUSPEND MERGE{of_tenant};",),
        pre_check="The repair or critical period for which it was suspended is over.",
        post_check="IS_SUSPENDED in DBA_OB_MAJOR_COMPACTION is NO.",
        risk="A pending compaction starts at once and loads CPU and disk.",
        window=True,
    ),
    sources=(MERGE_CONTROL_PAGE, MAJOR_COMPACTION_PAGE),
)
def major_compaction_suspended(compaction: Rows[MajorCompaction]) -> Iterator[Measurement]:
    """While it is suspended, no major compaction runs, and there is no reminder. Incremental data accumulates, old
    versions are not released, and reads become slower day by day."""
    for name, row in by_tenant(compaction):
        if row.is_suspended == "YES":
            yield Measurement(name, row.is_suspended, {"status": row.status, "last_finished": row.last_finish_time})
