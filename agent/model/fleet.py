"""Many targets of many customers, as the fleet site shows them: what history holds, and what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from agent.model.assessment import PastAssessment, Period
from agent.model.terms import Severity, Text

Named = Mapping[str, str]  # language -> text


@dataclass(frozen=True, slots=True)
class FleetFinding:
    """One finding of a recorded assessment, without any text of it. ``outcome`` is ``muted`` or that of its check."""

    fingerprint: str
    code: str
    resource: str
    severity: str
    outcome: str

    @property
    def counts(self) -> bool:
        """Whether it is told among the findings: a mute hides it, unless it is critical."""
        return self.outcome != "muted" or self.severity == Severity.CRITICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAssessment:
    """One recorded assessment. ``score`` and ``band`` are None where coverage was too low; ``place`` is a directory."""

    id: str
    as_of: datetime
    period_number: int | None
    period_to: date | None
    score: float | None
    band: str | None
    coverage_pct: float
    agent_version: str
    place: str | None
    is_complete: bool
    unwritten: tuple[str, ...]
    findings: tuple[FleetFinding, ...]

    def as_past(self) -> PastAssessment:
        """Return what the schedule needs of it."""
        return PastAssessment(
            id=self.id,
            as_of=self.as_of,
            coverage_pct=self.coverage_pct,
            is_complete=self.is_complete,
            unwritten=self.unwritten,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOut:
    """Something that is used up on ``day``: the finding of check ``code``, or, without one, a disk."""

    day: date
    code: str
    resource: str
    names: Named
    by: Named


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestDocument:
    """What the site reads of the document of the newest assessment of a target.

    ``low`` is the least score that the truth may have. ``titles``: code -> title of the check by language; ``names``:
    fingerprint -> name of the resource by language, where that is ours. ``carried`` are findings of earlier
    assessments that could not be looked for again. ``until`` (aware) is when the authorization ends, None if there
    was none.
    """

    timezone: str
    version: str
    low: float
    provisional: bool
    until: datetime | None
    titles: Mapping[str, Named]
    names: Mapping[str, Named]
    carried: tuple[FleetFinding, ...]
    run_outs: tuple[RunOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTarget:
    """A target in history; its assessments oldest first. ``latest`` is None if that document cannot be read."""

    customer: str
    target: str
    assessments: tuple[KeptAssessment, ...]
    latest: LatestDocument | None


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report. ``sha256`` is None where neither a manifest tells it nor it was worth reading the file."""

    path: Path
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What an engagement file says of a target.

    ``subscribed_until`` is the first day after the subscription. ``until`` (aware) is when the signed authorization
    ends; None with a ``problem`` if there is no good one.
    """

    subscribed_until: date
    overdue: tuple[Period, ...]
    is_due: bool
    state: Text
    until: datetime | None
    problem: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTarget:
    """One target of the fleet. ``kept`` is None if it was never assessed, ``agreed`` if no engagement names it.

    ``files``: id of an assessment -> the files of its report that are on this machine.
    """

    customer: str
    target: str
    kept: KeptTarget | None
    agreed: Agreed | None
    files: Mapping[str, tuple[ReportFile, ...]]
