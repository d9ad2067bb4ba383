"""CMP001: time since the last finished major compaction."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, Unit, Unjudged, check, list_names
from agent.facts.given import Clock
from agent.facts.maintenance import MajorCompaction
from agent.facts.resources import ResourceUnit
from checks.compaction.tenants import DAILY_MERGE_PAGE, MAJOR_COMPACTION_PAGE, MERGE_START_PAGE, by_tenant
from checks.compaction.times import happened


@check(
    code="CMP001",
    name="compaction.major_compaction_late",
    unit=Unit.HOURS,
    actor=Actor.PLATFORM,
    title="No major compaction completed for too long",
    consequence="Reads become slower day by day, and disk space is not released.",
    finding="{resource}: no major compaction has completed for {value}, since {since} (limit {limit}).",
    remediation=Remediation(
        advice="Check whether the daily compaction is switched off (major_freeze_duty_time), suspended, or running "
        "without end. Remove the cause, then start one in off-peak hours.",
        sql=("ALTER SYSTEM MAJOR FREEZE{of_tenant};",),
        no_rollback="A major compaction only rewrites data; no data is lost.",
        pre_check="STATUS in DBA_OB_MAJOR_COMPACTION is IDLE, IS_SUSPENDED and IS_ERROR are NO.",
        post_check="LAST_FINISH_TIME in DBA_OB_MAJOR_COMPACTION is later than the start.",
        risk="The compaction reads and writes all changed data; CPU and disk load are high until it ends.",
        window=True,
    ),
    sources=(MAJOR_COMPACTION_PAGE, DAILY_MERGE_PAGE, MERGE_START_PAGE),
)
def major_compaction_late(
    compaction: Rows[MajorCompaction], clock: Rows[Clock], units: Rows[ResourceUnit] | None
) -> Iterator[Measurement | Unjudged]:
    """The daily major compaction merges changes into the baseline data, compares the checksums of replicas and frees
    space. Without it, reads pass through more and more SSTables, deleted rows and old versions keep their space, and
    damaged data stays unnoticed."""
    unknown = []
    for name, row in by_tenant(compaction):
        finished = happened(row.last_finish_time)
        known = [row.last_finish_time] if finished else [row.frozen_time] if happened(row.frozen_time) else []
        if not finished:
            its = [unit for unit in units or () if row.tenant_id is None or unit.tenant_id in (None, row.tenant_id)]
            created = [unit.create_time for unit in its if unit.create_time is not None]
            known += created
            if not created:
                yield Unjudged(name)  # it may be older than its last freeze
        if not known:
            unknown.append(name)
        else:
            hours = (clock[0].as_of - min(known)).total_seconds() / 3600
            yield Measurement(name, hours, {"finished_before": finished, "status": row.status, "since": min(known)})
    if unknown:
        raise NotAssessed(
            "{tenants}: no major compaction has run yet, and the age is unknown.", tenants=list_names(unknown)
        )
