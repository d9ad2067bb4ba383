"""OPS005: operations on the tenant that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import (
    Actor,
    Effort,
    Measurement,
    Named,
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
from agent.facts.cluster import FailedOperation
from agent.facts.given import Clock
from checks.operations.pages import TENANT_EVENTS


@params
class TenantOperationsFailingParams(Params):
    window_days: int


@check(
    code="OPS005",
    name="operations.tenant_operations_failing",
    unit=Unit.COUNT,
    counted="value",
    actor=Actor.BOTH,
    since=(4, 2, 0, 0),
    title="Operations on the tenant fail",
    consequence="Changes of the tenant that were ordered fail, and nobody knows.",
    finding="{resource} failed {value} times in {window_days} (limit {limit}), last on {last} with error {error}.",
    remediation=Remediation(
        advice="Check ERROR_MSG and the values of the newest rows of this event; repeat the operation after removing "
        "the cause. If the message is not sufficient, search the trace id in the server log.",
        pre_check="Read the rows with RET_CODE other than 0 in DBA_OB_TENANT_EVENT_HISTORY.",
        post_check="The next row of this event in DBA_OB_TENANT_EVENT_HISTORY has RET_CODE 0.",
        effort=Effort.OPERATION,
    ),
    sources=(TENANT_EVENTS,),
)
def tenant_operations_failing(
    events: Rows[FailedOperation], clock: Rows[Clock], limits: TenantOperationsFailingParams
) -> Iterator[Measurement]:
    """The history records operations on the tenant as a whole: role changes, log mode changes, scheduled partition
    management. Failures there often stay unnoticed, because the initiator has already logged off."""
    since = clock[0].as_of - timedelta(days=limits.window_days)
    kinds: dict[str, list[FailedOperation]] = {}
    for row in events:
        if row.happened >= since and not is_meta(row.tenant_id):
            tenant = tenant_name(row.tenant_id)
            kind = Named("{tenant}, {module}: {event}", tenant=tenant, module=row.module, event=row.event)
            kinds.setdefault(kind, []).append(row)
    for name, rows in sorted(kinds.items()):
        newest = max(rows, key=lambda row: row.happened)
        evidence: dict[str, Scalar] = {
            "window_days": limits.window_days,
            "last": newest.happened,
            "error": str(newest.ret_code),
        }
        yield Measurement(name, len(rows), evidence)
