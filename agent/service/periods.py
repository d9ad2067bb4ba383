"""Periods of targets: where one stands, and the claim of one for a run, so that no two assess it at once and count."""

from __future__ import annotations

import dataclasses
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.store import History
from agent.engagement import targets
from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import PeriodStatus, judge_due
from agent.model.assessment import PastAssessment, Period
from agent.support import console
from agent.support.errors import ClaimLost, HistoryError

_HOLDER_LENGTH = 255
# For what the load budget does not bound: passwords, connecting, judging, writing the report.
_RESERVE = timedelta(minutes=10)
# So often a claim is renewed within its lease: a history that cannot be reached for a moment costs nothing.
_RENEWALS = 3
_PATIENCE_S = 10.0


def read_status(
    history: History, engagement: Engagement, target: str, now: datetime, counts_from_pct: float
) -> PeriodStatus:
    """Return where a target stands in its subscription, by what is recorded."""
    return judge_due(engagement.subscription, read_recorded(history, engagement, target), now, counts_from_pct)


def read_recorded(history: History, engagement: Engagement, target: str) -> tuple[PastAssessment, ...]:
    """Return the recorded assessments of a target. A destination that the engagement no longer has is owed nothing."""
    keys = engagement.deliver.keys if engagement.deliver else ()
    return tuple(
        dataclasses.replace(past, undelivered=tuple(key for key in past.undelivered if key in keys))
        for past in history.recorded(engagement.customer.name, target)
    )


def estimate_lease(engagement: Engagement, target: str) -> timedelta:
    """Return how long a run may take from its claim to its record, and again from there to its report."""
    budget, busy = targets.build_budget(engagement, target), targets.build_busy_limits(engagement, target)
    longest_s = budget.total_database_ms / 1000 + budget.statement_timeout_s + busy.wait_s
    return timedelta(seconds=longest_s) + _RESERVE


@contextmanager
def hold_period(history: History, engagement: Engagement, target: str, period: Period) -> Iterator[Claim]:
    """Yield the claim of the period; it is renewed as long as the block lasts, and given back at its end.

    Raises PeriodClaimed if another run holds it. The claim of a run that is killed ends with its lease.
    """
    holder = f"{socket.gethostname()}, process {os.getpid()}"[:_HOLDER_LENGTH]
    customer = engagement.customer.name
    claim = history.claim(make_claim(customer, target, period.start, holder, estimate_lease(engagement, target)))
    try:
        with _renew_meanwhile(history, claim):
            yield claim
    finally:
        try:
            history.release(claim)
        except HistoryError as error:
            console.warn(error.text)


@contextmanager
def _renew_meanwhile(history: History, claim: Claim) -> Iterator[None]:
    """Renew a claim from a thread, which ends with the block or the process: nobody knows how long a run takes.

    A claim that another run has taken over stays with that one.
    """
    over = threading.Event()

    def renew() -> None:
        while not over.wait(claim.lease.total_seconds() / _RENEWALS):
            try:
                history.renew(claim)
            except ClaimLost:
                return
            except HistoryError:
                continue  # recording says so if the history cannot be reached then, either

    renewing = threading.Thread(target=renew, name="claim", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join(_PATIENCE_S)  # a claim that is renewed after it was given back would hold up the next run
