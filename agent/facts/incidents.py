"""What a tenant did minute by minute, as far back as its records go: for the timeline of a fault, not for checks.

Only the customer who signed for it has these read, and only when a fault is looked into.
"""

from __future__ import annotations

from datetime import datetime

from agent.facts import CostClass, expr, source
from agent.facts.sql import NOT_OURS
from agent.model.terms import DataClass

MINUTE_US = 60_000_000


@source(
    "oceanbase.GV$OB_SQL_AUDIT",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=NOT_OURS,
    group_by="minute_us, RET_CODE",
    order_by="minute_us DESC, RET_CODE",
    limit=5000,
)
class AuditMinute:
    """The executions of one minute that ended with one return code; the newest minutes that the audit ring holds.

    Times in microseconds; ``minute_us`` counts from 1970.
    """

    minute_us: int = expr(f"REQUEST_TIME - REQUEST_TIME % {MINUTE_US}")
    ret_code: int = expr("RET_CODE")
    executions: int = expr("COUNT(*)")
    elapsed_us: int = expr("SUM(ELAPSED_TIME)")
    longest_us: int = expr("MAX(ELAPSED_TIME)")
    queue_us: int = expr("SUM(QUEUE_TIME)")


@source(
    "oceanbase.GV$OB_ACTIVE_SESSION_HISTORY",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="SESSION_TYPE = 'FOREGROUND'",
    group_by="minute, WAIT_CLASS",
    order_by="minute DESC, samples DESC",
    limit=5000,
)
class ActiveMinute:
    """How often sessions were seen at work in one minute, by what they waited for; they are looked at once a second.

    4.3.0 has no such view.
    """

    minute: datetime = expr("SUBSTR(SAMPLE_TIME, 1, 16)")
    wait_class: str = expr("WAIT_CLASS")
    samples: int = expr("COUNT(*)")


@source(
    "oceanbase.DBA_WR_ACTIVE_SESSION_HISTORY",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where="SESSION_TYPE = 0",  # a number here: 0 is a user's session
    group_by="minute",
    order_by="minute DESC",
    limit=20000,
)
class KeptMinute:
    """How often the workload repository saw sessions at work in one minute; some days of them."""

    minute: datetime = expr("SUBSTR(SAMPLE_TIME, 1, 16)")
    samples: int = expr("COUNT(*)")
