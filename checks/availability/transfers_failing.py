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
    actor=Actor.PLATFORM,
    since=(4, 2, 0, 0),
    title="Moves of partitions fail again and again",
    finding="{resource}: {value} moves of partitions between log streams failed in {window_days} (limit "
    "{limit}), last with error {error}.",
    remediation=Remediation(
        advice="Read COMMENT of the failed tasks. Locks held by long transactions or a DDL on the same table "
        "are the usual cause: end them, or let the balancing run in a quieter hour "
        "(partition_balance_schedule_interval).",
        pre_check="Read RESULT and COMMENT of the tasks with STATUS FAILED in DBA_OB_TRANSFER_TASK_HISTORY.",
        post_check="No new task with STATUS FAILED appears in DBA_OB_TRANSFER_TASK_HISTORY.",
        effort=Effort.OPERATION,
    ),
    sources=(TRANSFER_HISTORY_PAGE, TRANSFERS_PAGE),
)
def transfers_failing(
    transfers: Rows[FailedTransfer], clock: Rows[Clock], limits: TransfersFailingParams
) -> Iterator[Measurement]:
    """A single failed move is tried again and harmless. When they fail for days the balancing does not get on, and
    each attempt blocks writes to the partitions for a moment."""
    since = clock[0].as_of - timedelta(days=limits.window_days)
    tenants: dict[int | None, list[FailedTransfer]] = {}
    for row in transfers:
        if row.create_time is not None and row.create_time >= since and not is_meta(row.tenant_id):
            tenants.setdefault(row.tenant_id, []).append(row)
    for tenant_id, rows in tenants.items():
        evidence: dict[str, Scalar] = {"window_days": limits.window_days, "error": str(rows[0].result)}
        yield Measurement(tenant_name(tenant_id), len(rows), evidence)
