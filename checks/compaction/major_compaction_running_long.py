"""CMP004: how long the running major compaction takes."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, Measurement, Remediation, Rows, Unit, check
from agent.facts.given import Clock
from agent.facts.maintenance import MajorCompaction
from checks.compaction.tenants import DIAGNOSE_PAGE, MAJOR_COMPACTION_PAGE, MERGE_PROCESS_PAGE, PROGRESS_PAGE, by_tenant
from checks.compaction.times import happened


@check(
    code="CMP004",
    name="compaction.major_compaction_running_long",
    unit=Unit.HOURS,
    actor=Actor.PLATFORM,
    title="Major compaction runs for too long",
    consequence="By day it takes CPU and disk from the business, which becomes slower.",
    finding="{resource}: the major compaction has been running for {value} (limit {limit}), status {status}.",
    remediation=Remediation(
        advice="Find the tablets that are not finished and what blocks them: lack of CPU or disk throughput, a long "
        "transaction, a server that is offline. Add compaction threads only if the disks have spare throughput.",
        sql=(
            "SELECT TYPE, STATUS, COUNT(*) AS tablets FROM oceanbase.GV$OB_COMPACTION_DIAGNOSE_INFO GROUP BY TYPE, "
            "STATUS;",
            "SELECT * FROM oceanbase.GV$OB_COMPACTION_PROGRESS WHERE STATUS <> 'FINISH';",
        ),
        no_rollback="The statements only read; no rollback is needed.",
        pre_check="UNFINISHED_TABLET_COUNT in GV$OB_COMPACTION_PROGRESS does not fall between two readings.",
        post_check="STATUS in DBA_OB_MAJOR_COMPACTION returns to IDLE.",
        risk="Reading has no risk; more compaction threads take CPU and disk from the business.",
        effort=Effort.OPERATION,
    ),
    sources=(MERGE_PROCESS_PAGE, PROGRESS_PAGE, DIAGNOSE_PAGE, MAJOR_COMPACTION_PAGE),
)
def major_compaction_running_long(compaction: Rows[MajorCompaction], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A compaction that runs into business hours competes for CPU and disk. One that is still running when the next one
    is due is blocked: too little capacity, a stuck tablet, or a replica that is offline."""
    for name, row in by_tenant(compaction):
        if row.status != "IDLE" and happened(row.start_time):
            hours = (clock[0].as_of - row.start_time).total_seconds() / 3600
            yield Measurement(name, hours, {"status": row.status, "started": row.start_time})
