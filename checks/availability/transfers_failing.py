"""AVL012: failed moves of partitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    is_meta,
    params,
    tenant_name,
)
from agent.facts.cluster import FailedTransfer
from agent.facts.given import Clock
from checks.availability.pages import TRANSFER_HISTORY_PAGE, TRANSFERS_PAGE


@params
class TransfersFailingParams(Params):
    window_days: int


@check(
    code="AVL012",
    name="availability.transfers_failing",
    unit=Unit.COUNT,
    counted="value",
    actor=Actor.PLATFORM,
    since=(4, 2, 0, 0),
    title="Partition transfers fail repeatedly",
    consequence="The load stays uneven, and writes are blocked for moments again and again.",
    finding="{resource}: {value} moves of partitions between log streams failed in {window_days} (limit "
    "{limit}), last with error {error}.",
    remediation=Remediation(
        advice="Check COMMENT of the failed tasks. Usually a long transaction holds locks, or a DDL runs on the same "
        "table: end it, or let balancing run in off-peak hours (partition_balance_schedule_interval).",
        pre_check="Read RESULT and COMMENT of the tasks with STATUS FAILED in DBA_OB_TRANSFER_TASK_HISTORY.",
        post_check="No new task with STATUS FAILED appears in DBA_OB_TRANSFER_TASK_HISTORY.",
        effort=Effort.OPERATION,
    ),
    sources=(TRANSFER_HISTORY_PAGE, TRANSFERS_PAGE),
)
def transfers_failing(
    transfers: Rows[FailedTransfer], clock: Rows[Clock], limits: TransfersFailingParams
) -> Iterator[Measurement]:
    """A single failed transfer is retried and harmless. If transfers fail for days, balancing does not progress, and
    each attempt briefly blocks writes to the partitions."""
    since = clock[0].as_of - timedelta(days=limits.window_days)
    tenants: dict[int | None, list[FailedTransfer]] = {}
    for row in transfers:
        if row.create_time is not None and row.create_time >= since and not is_meta(row.tenant_id):
            tenants.setdefault(row.tenant_id, []).append(row)
    for tenant_id, rows in tenants.items():
        evidence: dict[str, Scalar] = {"window_days": limits.window_days, "error": str(rows[0].result)}
        yield Measurement(tenant_name(tenant_id), len(rows), evidence)
