"""CAP003: log disk in use against its size."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Effort, Measurement, NotAssessed, Remediation, Rows, Unit, check, tenant_name
from agent.facts.resources import ResourceUnit
from checks.capacity.pages import LOG_LIMIT, LOG_RECYCLING, LOG_TROUBLES, UNITS


@check(
    code="CAP003",
    name="capacity.log_disk_nearly_full",
    unit=Unit.PCT,
    actor=Actor.PLATFORM,
    title="Log disk used beyond the recycling threshold",
    consequence="Once the log disk is full, all writes of the tenant stop.",
    finding="{resource}: the log disk is {value} full ({used_bytes} of {size_bytes}); limit {limit}.",
    remediation=Remediation(
        advice="Find what prevents old log from being recycled: a long transaction, a checkpoint that does not "
        "advance, log archiving that lags, or a standby tenant that lags. Enlarge the log disk if the write load has "
        "outgrown it.",
        sql=("ALTER SYSTEM MINOR FREEZE{of_tenant};",),
        no_rollback="A freeze only writes memory to disk; no data is lost.",
        pre_check="Compare END_LSN with BASE_LSN per log stream in GV$OB_LOG_STAT: a log stream with more than 128 MB "
        "between them prevents recycling. Also check how long the open transactions have lasted.",
        post_check="LOG_DISK_IN_USE in GV$OB_UNITS falls back to the recycling threshold within half an hour.",
        risk="The freeze costs some disk writes.",
        effort=Effort.ONLINE,
    ),
    sources=(
        LOG_RECYCLING,
        LOG_LIMIT,
        LOG_TROUBLES,
        UNITS,
    ),
)
def log_disk_nearly_full(units: Rows[ResourceUnit]) -> Iterator[Measurement]:
    """Log files are recycled once log_disk_utilization_threshold (80% by default) is reached, so a log disk at that
    level is healthy. Above it, recycling does not keep up; at log_disk_utilization_limit_threshold (95%) all writes of
    the tenant stop."""
    if not units:
        raise NotAssessed("The view shows no row of this tenant.")
    for number, unit in enumerate(units):
        if unit.log_disk_size > 0:
            yield Measurement(
                tenant_name(unit.tenant_id),
                100 * unit.log_disk_in_use / unit.log_disk_size,
                {"used_bytes": unit.log_disk_in_use, "size_bytes": unit.log_disk_size, "zone": unit.zone},
                str(number),
            )
