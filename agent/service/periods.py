"""Periods of targets: where one stands, and the claim of one for a run, so that no two assess it at once and count."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.store import History
from agent.engagement import targets
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.assessment import Period
from agent.support import console
from agent.support.errors import HistoryError

_HOLDER_LENGTH = 255
# For what the load budget does not bound: passwords, connecting, judging, writing the report.
_RESERVE = timedelta(minutes=10)


def read_status(history: History, engagement: Engagement, target: str, now: datetime) -> PeriodStatus:
    """Return where a target stands in its subscription, by what is recorded."""
    return judge_due(engagement.subscription, history.recorded(engagement.customer.name, target), now)


def estimate_lease(engagement: Engagement, target: str) -> timedelta:
    """Return how long a run may take from its claim to its record, and again from there to its report."""
    budget, busy = targets.build_budget(engagement, target), targets.build_busy_limits(engagement, target)
    longest_s = budget.total_database_ms / 1000 + budget.statement_timeout_s + busy.wait_s
    return timedelta(seconds=longest_s) + _RESERVE


@contextmanager
def hold_period(history: History, engagement: Engagement, target: str, period: Period) -> Iterator[Claim]:
    """Yield the claim of the period; it is given back at the end of the block.

    Raises PeriodClaimed if another run holds it. The claim of a run that is killed ends with its lease.
    """
    holder = f"{socket.gethostname()}, process {os.getpid()}"[:_HOLDER_LENGTH]
    customer = engagement.customer.name
    claim = history.claim(make_claim(customer, target, period.start, holder, estimate_lease(engagement, target)))
    try:
        yield claim
    finally:
        try:
            history.release(claim)
        except HistoryError as error:
            console.warn(error.text)
