"""PAR088: the daily major compaction begins within business hours."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.settings import Parameter
from checks.parameters.family import SETTINGS, parse_setting

_NAME = "major_freeze_duty_time"


@params
class ByDayParams(Params):
    """Hours of the day, the second exclusive."""

    day_begins_hours: int
    day_ends_hours: int


@check(
    code="PAR088",
    name="parameters.compaction_by_day",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Daily major compaction starts during business hours",
    consequence="Every day the compaction slows the business down.",
    finding="{resource}: major_freeze_duty_time is {value}: the daily major compaction begins by day.",
    remediation=Remediation(
        advice="Move it to off-peak hours, away from backups and nightly batches. If the off-peak hours are by day, "
        "record the reason and request an exemption.",
        sql=("ALTER SYSTEM SET major_freeze_duty_time = '02:00';",),
        rollback=("ALTER SYSTEM SET major_freeze_duty_time = {present!l};",),
        pre_check="Check in the monitoring at which hours CPU and disk of the servers are least used.",
        post_check="GV$OB_PARAMETERS shows the new time, and the next compaction begins then.",
        risk="Until the next night, changed rows stay in incremental data some hours longer.",
        effort=Effort.ONLINE,
    ),
    sources=(
        DocPage(
            f"{SETTINGS}/100.system-configuration-items/400.tenant-level-configuration-items/5300.major_freeze_duty_time.md"
        ),
    ),
    tenants=(TenantKind.USER,),
)
def compaction_by_day(parameters: Rows[Parameter], p: ByDayParams) -> Iterator[Measurement]:
    """Major compaction reads and rewrites the data of the whole tenant. While it runs it takes CPU and disk, by day at
    the expense of the business."""
    for tenant_id, value in sorted({(row.tenant_id, row.value) for row in parameters if row.name == _NAME}, key=str):
        hour = parse_setting(_parse_hour, _NAME, value)
        if hour is not None and p.day_begins_hours <= hour < p.day_ends_hours:
            yield Measurement(tenant_name(tenant_id), value, {"present": value}, value)


def _parse_hour(text: str) -> int | None:
    """Return the hour of ``"02:00"``, None of ``"disable"``. Raises ValueError."""
    if text.strip().lower() == "disable":
        return None
    hours, minutes = text.split(":")
    int(minutes)
    return int(hours)
