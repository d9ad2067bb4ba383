"""One target as a line of the fleet, before any language: its newest figures and what is owed of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from agent.model.fleet import Agreed, FleetFinding, FleetTarget, LatestDocument, Named, RunOut
from agent.model.terms import Severity

KEPT_POINTS = 12  # of a curve: three years of quarters
# An authorization or a subscription that ends before the next quarter does is told.
ENDS_SOON_DAYS = 90
_RANKS: Mapping[str, int] = {severity.value: severity.rank for severity in Severity}
_NO_SCORE = 101.0  # sorts what was never assessed after all that was


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """A target in the list of all. ``page`` is the name of its page without an ending: names of customers are hostile.

    ``worst_score`` orders the list: the score, or the least that the truth may have where no grade was given.
    ``score_was`` is that of the assessment before. ``points`` are the scores of the last assessments, oldest first.
    ``counts`` are findings that count, by severity; ``found`` has their codes, and ``grave`` those of the critical
    and high ones. ``carried`` are among them and could not be looked for again. ``zone`` is that of the customer's
    days.
    """

    customer: str
    target: str
    page: str
    zone: tzinfo
    as_of: datetime | None
    version: str
    score: float | None
    score_was: float | None
    worst_score: float
    band: str | None
    provisional: bool
    is_damaged: bool
    points: tuple[float | None, ...]
    counts: Mapping[str, int]
    carried: int
    found: frozenset[str]
    grave: tuple[str, ...]
    worst_by_code: Mapping[str, str]
    titles: Mapping[str, Named]
    run_outs: tuple[RunOut, ...]
    period_to: date | None
    until: datetime | None
    agreed: Agreed | None

    @property
    def order(self) -> tuple[float, int, int, str, str]:
        """Worst first."""
        grave = (-self.counts.get(Severity.CRITICAL, 0), -self.counts.get(Severity.HIGH, 0))
        return (self.worst_score, *grave, self.customer, self.target)


def name_page(customer: str, target: str) -> str:
    """Return the name of a target's page: a digest, since names may hold anything and file systems do not take it."""
    whose = f"{len(customer)}:{customer}{target}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(whose).hexdigest()[:20]


def list_counted(found: FleetTarget) -> tuple[FleetFinding, ...]:
    """Return the findings of the newest assessment that count, and those that are carried into it."""
    if not found.kept:
        return ()
    newest = found.kept.assessments[-1].findings
    carried = found.kept.latest.carried if found.kept.latest else ()
    seen = {finding.fingerprint for finding in newest}
    more = [finding for finding in carried if finding.fingerprint not in seen]
    return tuple(finding for finding in (*newest, *more) if finding.counts)


def build_line(found: FleetTarget) -> TargetLine:
    """Return a target's line."""
    kept = found.kept
    past = kept.assessments if kept else ()
    newest, latest = (past[-1] if past else None), (kept.latest if kept else None)
    counted = list_counted(found)
    grave = {finding.code: rank_severity(finding.severity) for finding in sorted(counted, key=_rank)}
    score = newest.score if newest else None
    return TargetLine(
        customer=found.customer,
        target=found.target,
        page=name_page(found.customer, found.target),
        zone=find_zone(found),
        as_of=newest.as_of if newest else None,
        version=latest.version if latest else "",
        score=score,
        score_was=past[-2].score if len(past) > 1 else None,
        worst_score=_find_worst(score, latest.low if latest else 0.0) if newest else _NO_SCORE,
        band=newest.band if newest else None,
        provisional=bool(latest and latest.provisional),
        is_damaged=bool(kept and not latest),
        points=tuple(assessment.score for assessment in past[-KEPT_POINTS:]),
        counts=Counter(finding.severity for finding in counted),
        carried=sum(finding.outcome == "carried" for finding in counted),
        found=frozenset(finding.code for finding in counted),
        grave=tuple(
            sorted((code for code in grave if grave[code] >= Severity.HIGH.rank), key=lambda c: (-grave[c], c))
        ),
        worst_by_code={finding.code: finding.severity for finding in sorted(counted, key=_rank)},
        titles=_keep_titles(latest, {finding.code for finding in counted}) if latest else {},
        run_outs=latest.run_outs if latest else (),
        period_to=newest.period_to if newest else None,
        until=found.agreed.until if found.agreed else latest.until if latest else None,
        agreed=found.agreed,
    )


def _keep_titles(latest: LatestDocument, codes: set[str]) -> dict[str, Named]:
    """Return the titles that are told, not those of all checks: the lines of the whole fleet are held in memory."""
    told = codes | {found.code for found in latest.run_outs}
    return {code: latest.titles[code] for code in sorted(told & latest.titles.keys())}


def rank_severity(severity: str) -> int:
    """Return how bad a severity is, worst highest; -1 for a word that is none."""
    return _RANKS.get(severity, -1)


def _rank(finding: FleetFinding) -> int:
    return rank_severity(finding.severity)


def _find_worst(score: float | None, low: float) -> float:
    return low if score is None else score


def find_zone(found: FleetTarget) -> tzinfo:
    """Return the zone of the customer's days; UTC where it is not known."""
    try:
        return ZoneInfo(found.kept.latest.timezone) if found.kept and found.kept.latest else UTC
    except (LookupError, ValueError, OSError):
        return UTC
