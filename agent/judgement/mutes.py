"""Decides which findings a mute hides: those of one fingerprint, or of one code with a resource pattern. Pure."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from fnmatch import fnmatchcase

from agent.model.result import Finding
from agent.model.rule import Mute
from agent.model.terms import Severity

LONGEST = timedelta(days=180)
LONGEST_CRITICAL = timedelta(days=30)


class MuteMatcher:
    """The mutes in force on one day, in the customer's timezone. Those of critical findings must end within 30 days."""

    def __init__(self, mutes: tuple[Mute, ...], today: date) -> None:
        self._today = today
        self._mutes = tuple(mute for mute in mutes if today <= mute.until <= today + LONGEST)

    def apply(self, code: str, finding: Finding) -> Finding:
        """Return the finding, marked as muted if a mute hides it."""
        mute = next((mute for mute in self._mutes if self._hides(mute, code, finding)), None)
        return dataclasses.replace(finding, muted=mute) if mute else finding

    def _hides(self, mute: Mute, code: str, finding: Finding) -> bool:
        if finding.severity is Severity.CRITICAL and mute.until > self._today + LONGEST_CRITICAL:
            return False
        if mute.fingerprint:
            return mute.fingerprint == finding.fingerprint
        names = (finding.resource, *finding.names.values())  # people copy what their report shows
        return mute.code == code and any(fnmatchcase(name, mute.resource) for name in names)
