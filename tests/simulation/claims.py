"""Claims in memory, by the rules of ``agent.archive.history.claims``: SQL takes minutes for those of a decade.

``test_claims.py`` does the same to both and holds that they answer alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime

from agent.archive.history.entries import Claim
from agent.model.terms import Scalar, Text
from agent.support.errors import ClaimLost, PeriodClaimed

Key = tuple[str, str, date]


class MemoryClaims:
    """The claims of all periods; ``read_time`` is the clock of the database."""

    def __init__(self, read_time: Callable[[], datetime]) -> None:
        self._read_time = read_time
        self._held: dict[Key, Claim] = {}

    def claim(self, wanted: Claim) -> Claim:
        """Return the claim with its token and its end. Raises PeriodClaimed if another run holds the period."""
        now, held = self._read_time(), self._held.get(_name_key(wanted))
        if held and held.until > now:
            args: dict[str, Scalar] = {"target": wanted.target, "holder": held.holder, "until": held.until}
            raise PeriodClaimed(Text("{target}: {holder} holds the period until {until}.", args))
        taken = dataclasses.replace(wanted, token=held.token + 1 if held else 1, until=now + wanted.lease)
        self._held[_name_key(wanted)] = taken
        return taken

    def renew(self, claim: Claim) -> Claim:
        """Return the claim with a new lease, which begins now. Raises ClaimLost if another run has taken it over."""
        longer = dataclasses.replace(claim, until=self._read_time() + claim.lease)
        if not self._prolong(longer):
            raise ClaimLost(Text("{target}: another run has taken the period over.", {"target": claim.target}))
        return longer

    def release(self, claim: Claim) -> None:
        """Give the claim back. One that another run has taken over is left alone."""
        self._prolong(dataclasses.replace(claim, until=self._read_time()))

    def _prolong(self, claim: Claim) -> bool:
        held = self._held.get(_name_key(claim))
        if held is None or held.token != claim.token:
            return False
        self._held[_name_key(claim)] = dataclasses.replace(held, until=claim.until)
        return True


def _name_key(claim: Claim) -> Key:
    return claim.customer, claim.target, claim.period_from
