"""One assessment of one target, as history stores it and renderers print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from agent.model.authorization import Authorization
from agent.model.check import CheckSpec
from agent.model.comparison import Comparison
from agent.model.figures import Figures
from agent.model.instance import Instance
from agent.model.outlook import Outlook
from agent.model.result import CheckResult, Score
from agent.model.roadmap import WorkUnit
from agent.model.rule import Ruleset
from agent.model.snapshot import Snapshot
from agent.model.statement import StatementFacts
from agent.model.terms import Text, Translations


@dataclass(frozen=True, slots=True)
class Period:
    """One of the 4n quarters of a subscription; ``number`` counts from 1, ``end`` is exclusive."""

    number: int
    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAssessment:
    """A recorded assessment, as far as the schedule needs it.

    ``is_complete``: something was assessed, and nothing that the signed authorization grants was left unread.
    ``unwritten`` names the files that were asked for and are not written yet, ``undelivered`` the destinations that it
    was to go to and has not reached for certain. An assessment of the time before these were kept lacks none.
    """

    id: str
    as_of: datetime
    coverage_pct: float
    is_complete: bool = True
    unwritten: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()


class AttemptEnd(StrEnum):
    """What came of an attempt to assess a target for a period."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """When the service tried to assess a target (aware), and what came of it."""

    at: datetime
    end: AttemptEnd

    @property
    def was_possible(self) -> bool:
        """Whether the target could be assessed then: it was reached, and the customer's document permitted it."""
        return self.end is AttemptEnd.REACHED


@dataclass(frozen=True, slots=True)
class Colophon:
    """Who answers for the report, how secret it is, and until when (exclusive) it should be relied on."""

    prepared_by: str = ""
    reviewed_by: str = ""
    classification: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All that history stores and renderers print of one target, with times as in ``timezone``, a name of IANA.

    ``outlooks`` are sizes and days by the fingerprint of the finding; ``sql`` the statements that findings are about.
    ``translations`` are what plug-ins brought: needed to put the texts of their checks into words.
    """

    id: str
    agent_version: str
    customer: str
    period: Period | None
    authorization: Authorization | None
    snapshot: Snapshot
    specs: Mapping[str, CheckSpec]
    ruleset: Ruleset
    results: tuple[CheckResult, ...]
    score: Score
    comparison: Comparison | None = None
    notes: tuple[Text, ...] = ()
    roadmap: tuple[WorkUnit, ...] = ()
    figures: Figures = field(default_factory=Figures)
    outlooks: Mapping[str, Outlook] = field(default_factory=dict)
    sql: tuple[StatementFacts, ...] = ()
    instance: Instance = field(default_factory=Instance)
    colophon: Colophon = field(default_factory=Colophon)
    timezone: str = "UTC"
    translations: Translations = field(default_factory=dict)
