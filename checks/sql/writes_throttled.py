"""SQL044: statements are slowed down because the tenant writes faster than its memory or log disk is relieved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
    KernelRun,
    Measurement,
    NotAssessed,
    Observes,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    name_shape,
    params,
    tenant_name,
)
from agent.facts.sql import SqlTotal
from checks.sql.pages import SQLSTAT, THROTTLING


@params
class ThrottlingParams(Params):
    min_elapsed_s: int


@check(
    code="SQL044",
    name="sql.writes_throttled",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Write throttling slows statements down",
    consequence="The application becomes slow at each write, and later its writes fail.",
    finding="{resource}: {value} of the time of the most expensive statements was spent waiting for write throttling "
    "(limit {limit}; {throttled_us} of {elapsed_us}); {shape} waited longest.",
    remediation=Remediation(
        advice="Spread imports and batches over more time, or run them outside the peak: the memstore or the log disk "
        "fills faster than it is released. If this is the ordinary load, give the tenant more memory or log disk, and "
        "check whether freezes come late (freeze_trigger_percentage) or compactions lag.",
        no_rollback="Load and size of the tenant are changed; note the present settings.",
        pre_check="Look at GV$OB_MEMSTORE and, for the log disk, LOG_DISK_IN_USE of GV$OB_UNITS while the load runs.",
        post_check="WRITE_THROTTLE_TOTAL in GV$OB_SQLSTAT stops growing.",
        risk="If throttling is switched off instead, the memstore fills up, and all writes then fail.",
    ),
    sources=(
        SQLSTAT,
        THROTTLING,
        KernelCode("src/sql/monitor/ob_sql_stat_record.cpp", "STORAGE_WRITING_THROTTLE_TIME"),
        KernelRun("4.3.5", "an INSERT with writing_throttling_trigger_percentage = 1: 310 of its 323 seconds, in us"),
    ),
)
def writes_throttled(totals: Rows[SqlTotal], limits: ThrottlingParams) -> Iterator[Measurement]:
    """Before the memstore or the log disk is full, each write waits a little, longer the fuller they are. The
    application sees slow statements without a visible reason. This is the first sign that the tenant is too small for
    its writes, or that something delays minor compaction."""
    tenants: defaultdict[int | None, list[tuple[int, SqlTotal]]] = defaultdict(list)
    for row in totals:
        if row.throttled_us is not None:
            tenants[row.tenant_id].append((row.throttled_us, row))
    if not tenants:
        raise NotAssessed("The view shows no statement, or no time of throttling.")
    for tenant_id, rows in tenants.items():
        elapsed_us = sum(row.elapsed_us for _, row in rows)
        throttled_us = sum(waited for waited, _ in rows)
        if elapsed_us >= limits.min_elapsed_s * 1_000_000:
            longest, dearest = max(rows, key=lambda pair: pair[0])
            evidence = {
                "throttled_us": throttled_us,
                "elapsed_us": elapsed_us,
                "shape": str(name_shape(dearest.sql_id, None)) if longest else None,
            }
            yield Measurement(tenant_name(tenant_id), 100 * throttled_us / elapsed_us, evidence, Observes.PLAN_CACHE)
