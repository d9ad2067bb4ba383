"""Decides which findings a mute hides: those of one fingerprint, or of one code with a resource pattern. Pure."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from fnmatch import fnmatchcase

from agent.judgement.fingerprint import fingerprint_finding
from agent.model.result import Finding
from agent.model.rule import Mute
from agent.model.terms import Severity

LONGEST = timedelta(days=180)
LONGEST_CRITICAL = timedelta(days=30)


class MuteMatcher:
    """The mutes in force on one day, in the customer's timezone. Those of critical findings must end within 30 days."""

    def __init__(self, mutes: tuple[Mute, ...], today: date, target: str = "") -> None:
        self._today, self._target = today, target
        self._mutes = tuple(mute for mute in mutes if today <= mute.until <= today + LONGEST)

    def apply(self, code: str, finding: Finding, former: str = "") -> Finding:
        """Return the finding, marked as muted if a mute hides it. ``former`` is an earlier name of the resource."""
        mute = next((mute for mute in self._mutes if self._hides(mute, code, finding, former)), None)
        return dataclasses.replace(finding, muted=mute) if mute else finding

    def _hides(self, mute: Mute, code: str, finding: Finding, former: str) -> bool:
        if finding.severity is Severity.CRITICAL and mute.until > self._today + LONGEST_CRITICAL:
            return False
        if mute.fingerprint:
            by_former = former and fingerprint_finding(self._target, code, former)
            return mute.fingerprint in (finding.fingerprint, by_former)
        # People copy what their report shows.
        names = (finding.resource, *finding.names.values(), *((former,) if former else ()))
        return mute.code == code and any(fnmatchcase(name, mute.resource) for name in names)
