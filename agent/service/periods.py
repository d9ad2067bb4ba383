"""Periods of targets: where one stands, and the claim of one for a run, so that no two assess it at once and count."""

from __future__ import annotations

import dataclasses
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from agent.archive.history.attempts import list_attempts
from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.store import History
from agent.engagement import targets
from agent.engagement.authorization.authorize import read_validity
from agent.engagement.engagement_file import Engagement
from agent.engagement.permitted import EACH_MOMENT, ClosedDays, Permission
from agent.engagement.service_terms import find_missing_term
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


class Claims(Protocol):
    """What takes, renews and gives back claims: a ``History``."""

    def claim(self, wanted: Claim) -> Claim:
        """Return the claim, taken. Raises PeriodClaimed if another run holds the period."""

    def renew(self, claim: Claim) -> Claim:
        """Return the claim with a new lease. Raises ClaimLost if another run has taken it over."""

    def release(self, claim: Claim) -> None:
        """Give the claim back."""


def read_status(
    history: History,
    engagement: Engagement,
    target: str,
    now: datetime,
    counts_from_pct: float,
    *,
    permission: Permission = EACH_MOMENT,
) -> PeriodStatus:
    """Return where a target stands in its subscription, by what is recorded and what ``permission`` allows."""
    subscription, recorded = engagement.subscription, read_recorded(history, engagement, target)
    status = judge_due(subscription, recorded, now, counts_from_pct, permission=permission)
    attempts = list_attempts(history, engagement.customer.name, target) if status.missed else ()
    if not attempts:
        return status
    return judge_due(subscription, recorded, now, counts_from_pct, permission=permission, attempts=attempts)


def read_recorded(history: History, engagement: Engagement, target: str) -> tuple[PastAssessment, ...]:
    """Return the recorded assessments of a target. A destination that the engagement no longer has is owed nothing."""
    keys = engagement.deliver.keys if engagement.deliver else ()
    return tuple(
        dataclasses.replace(past, undelivered=tuple(key for key in past.undelivered if key in keys))
        for past in history.recorded(engagement.customer.name, target)
    )


def read_permission(engagement: Engagement, target: str, now: datetime) -> Permission:
    """Return when a target may be assessed, by the signed document, the service terms and the engagement.

    The signed document is read and verified; one that does not hold is a refusal in the permission.
    """
    zone, agreed = engagement.service.timezone, engagement.schedule
    validity = read_validity(engagement, target)
    missing = find_missing_term(engagement, now)
    critical = engagement.business_of(target).critical_periods
    return Permission(
        timezone=zone,
        validity=dataclasses.replace(validity, refusal=validity.refusal or missing),
        collection=tuple(window.in_zone(zone) for window in agreed.collection_windows),
        changes=tuple(window.in_zone(zone) for window in agreed.change_windows),
        closed=(
            *(ClosedDays(days.name, days.first, days.last, is_critical=True) for days in critical),
            *(ClosedDays(days.name, days.first, days.last) for days in agreed.blackouts),
        ),
        compaction=agreed.build_compaction(zone),
    )


def estimate_lease(engagement: Engagement, target: str) -> timedelta:
    """Return how long a run may take from its claim to its record, and again from there to its report."""
    budget, busy = targets.build_budget(engagement, target), targets.build_busy_limits(engagement, target)
    longest_s = budget.total_database_ms / 1000 + budget.statement_timeout_s + busy.wait_s
    return timedelta(seconds=longest_s) + _RESERVE


def build_claim(engagement: Engagement, target: str, period: Period) -> Claim:
    """Return the claim that this process asks for."""
    holder = f"{socket.gethostname()}, process {os.getpid()}"[:_HOLDER_LENGTH]
    return make_claim(engagement.customer.name, target, period.start, holder, estimate_lease(engagement, target))


@contextmanager
def hold_period(
    history: Claims, wanted: Claim, keep: Callable[[Claims, Claim], AbstractContextManager[None]] | None = None
) -> Iterator[Claim]:
    """Yield the claim of the period; it is renewed as long as the block lasts, and given back at its end.

    ``keep`` renews it meanwhile; the default does so from a thread. Raises PeriodClaimed if another run holds the
    period. The claim of a run that is killed ends with its lease.
    """
    claim = history.claim(wanted)
    try:
        with (keep or _renew_meanwhile)(history, claim):
            yield claim
    finally:
        try:
            history.release(claim)
        except HistoryError as error:
            console.warn(error.text)


@contextmanager
def _renew_meanwhile(history: Claims, claim: Claim) -> Iterator[None]:
    """Renew a claim from a thread, which ends with the block or the process: nobody knows how long a run takes."""
    over = threading.Event()
    renewing = threading.Thread(target=renew_until, args=(history, claim, over.wait), name="claim", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join(_PATIENCE_S)  # a claim that is renewed after it was given back would hold up the next run


def renew_until(history: Claims, claim: Claim, wait: Callable[[float], bool]) -> None:
    """Renew a claim three times within its lease until ``wait``, given seconds, says that the run is over.

    A claim that another run has taken over stays with that one.
    """
    while not wait(claim.lease.total_seconds() / _RENEWALS):
        try:
            history.renew(claim)
        except ClaimLost:
            return
        except HistoryError:
            continue  # recording says so if the history cannot be reached then, either
