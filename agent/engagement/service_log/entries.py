"""What a file of the service log holds. ``agent.engagement.service_log.loading`` reads the files.

Moments carry their zone; days are those of the service's time zone. Every entry has an ``id`` that is unique among
the entries of its kind, so that documents and people can name it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core.core_schema import ValidationInfo

from agent.model.labels import N_
from agent.support.yaml_fields import (
    Block,
    Code,
    Day,
    Invalid,
    Many,
    Moment,
    Name,
    Quantity,
    Some,
    TextList,
    WholeFile,
    require_not_before,
)

# A fault of these severities in production is a major one: it gets a report of its own.
MAJOR_SEVERITIES = ("P1", "P2")
# A fault of this severity stops the business, so the promise for emergencies holds.
EMERGENCY_SEVERITY = "P1"
Severity = Literal["P1", "P2", "P3", "P4"]


def _not_before(field: str) -> Any:
    return AfterValidator(require_not_before(field, f'{{place}}: this is before "{field}"; correct one of the two'))


def _check_month(value: str) -> str:
    year, _, month = value.partition("-")
    if len(year) != 4 or len(month) != 2 or not (year + month).isdecimal() or not 1 <= int(month) <= 12:
        raise Invalid("{place}: write a month such as 2026-03")
    return value


def _check_now_or_before(value: dt.datetime, info: ValidationInfo) -> dt.datetime:
    """Refuse what has not happened yet: a response time from the future would count as a promise kept."""
    now = (info.context or {}).get("now")
    if now is not None and value > now:
        raise Invalid("{place}: this moment is in the future; correct it")
    return value


PastMoment = Annotated[Moment, AfterValidator(_check_now_or_before)]
Month = Annotated[str, AfterValidator(_check_month)]


class LogEntry(Block):
    """What entries of all kinds have. ``target`` is a target of the engagement; without it, all of them are meant."""

    id: Name
    title: TextList
    target: Name | None = None


class SupportQuestion(LogEntry):
    """A question to technical support. ``emergency`` is what the promise for emergencies holds for."""

    asked: PastMoment
    asked_by: TextList
    emergency: bool = False
    category: str = ""
    responded: Annotated[PastMoment, _not_before("asked")] | None = None
    owner: str = ""
    answer: str = ""
    closed: Annotated[PastMoment, _not_before("responded")] | None = None

    @model_validator(mode="after")
    def _require_answer(self) -> SupportQuestion:
        if self.closed and not (self.answer and self.responded):
            raise Invalid('{place}: a question that is closed needs "responded" and "answer"')
        return self


class Notice(Block):
    """A notice to the customer on how far the work on an incident is."""

    at: PastMoment
    text: TextList
    by: str = ""


class Outage(Block):
    """When the business could not use the service; it counts against the availability. Without ``to`` it still lasts.

    One of no length says that there was none: without it, the availability in the time of a major fault is unknown.
    """

    first: Annotated[PastMoment, Field(alias="from")]
    last: Annotated[
        Annotated[PastMoment, AfterValidator(require_not_before("first", '{place}: "to" must not be before "from"'))]
        | None,
        Field(alias="to"),
    ] = None


class Cause(Block):
    """Why it happened. ``probable`` rests on signals and says which; ``open`` says what is still to be found out."""

    certainty: Literal["confirmed", "probable", "open"]
    text: TextList
    evidence: Many[TextList] = ()

    @model_validator(mode="after")
    def _require_evidence(self) -> Cause:
        if self.certainty != "open" and not self.evidence:
            raise Invalid('{place}: a cause that is confirmed or probable needs "evidence"; without it write "open"')
        return self


class Action(Block):
    """Something to do, by whom and until when. ``checks`` are those of the assessment that see whether it holds."""

    action: TextList
    owner: TextList
    due: Day
    done: Day | None = None
    checks: Many[Code] = ()


class Event(Block):
    """Something that happened in an incident, as people saw it."""

    at: PastMoment
    text: TextList
    source: str = ""


class Incident(LogEntry):
    """A fault. P1: the business stands still; P2: an essential part of it fails; P3: a part is slow; P4: no effect."""

    severity: Severity
    production: bool = True
    occurred: PastMoment | None = None
    reported: PastMoment
    reported_by: TextList
    responded: Annotated[PastMoment, _not_before("reported")] | None = None
    owner: str = ""
    notices: Many[Notice] = ()
    recovered: Annotated[PastMoment, _not_before("reported")] | None = None
    outage: Outage | None = None
    symptom: str = ""
    impact: str = ""
    recovery: str = ""
    cause: Cause | None = None
    events: Many[Event] = ()
    actions: Many[Action] = ()
    prevention: Many[Action] = ()

    @model_validator(mode="after")
    def _require_end(self) -> Incident:
        if self.recovered and self.outage and self.outage.last is None:
            raise Invalid('{place}: an incident that is recovered needs "to" in its "outage"')
        return self

    @property
    def is_emergency(self) -> bool:
        """Whether the promise for emergencies holds: production stands still."""
        return self.production and self.severity == EMERGENCY_SEVERITY

    @property
    def is_major(self) -> bool:
        """Whether it is a major fault of production, which the service owes a report of."""
        return self.production and self.severity in MAJOR_SEVERITIES

    @property
    def begun(self) -> dt.datetime:
        """When it began, as far as that is known."""
        return self.occurred or (self.outage.first if self.outage else self.reported)


class Measure(Block):
    """What a project changed, in words and figures of its own."""

    what: TextList
    before: TextList
    after: TextList


class Project(LogEntry):
    """A special project: what it is to reach, and what it reached."""

    goal: TextList
    owner: TextList
    start: Day
    due: Annotated[Day, _not_before("start")]
    finished: Annotated[Day, _not_before("start")] | None = None
    result: str = ""
    measures: Many[Measure] = ()

    @model_validator(mode="after")
    def _require_result(self) -> Project:
        if self.finished and not self.result:
            raise Invalid('{place}: a project that is finished needs "result"')
        return self


class ProductRequest(LogEntry):
    """Something that the customer wants of the product."""

    raised: Day
    raised_by: TextList
    state: Literal["open", "planned", "delivered", "declined"]
    answer: str = ""
    planned_for: str = ""

    @model_validator(mode="after")
    def _require_answer(self) -> ProductRequest:
        if self.state in ("delivered", "declined") and not self.answer:
            raise Invalid('{place}: a request that is delivered or declined needs "answer"')
        return self


class TopicSession(LogEntry):
    """A session on a topic. Without ``held`` it is still to come."""

    planned: Day | None = None
    held: Day | None = None
    speaker: str = ""
    audience: str = ""
    result: str = ""

    @model_validator(mode="after")
    def _require_day(self) -> TopicSession:
        if self.planned is None and self.held is None:
            raise Invalid('{place}: write "planned", or "held" once it was held')
        return self


class Duty(Block):
    """Who is on duty, both days included."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[
        Day, AfterValidator(require_not_before("first", '{place}: "to" must not be before "from"')), Field(alias="to")
    ]
    name: TextList
    role: TextList
    reach: str = ""


class Freeze(Block):
    """When nothing is changed, both days included."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[
        Day, AfterValidator(require_not_before("first", '{place}: "to" must not be before "from"')), Field(alias="to")
    ]


Share = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class UsualPeak(Block):
    """The peaks of usual days, in per cent of their limits, of what an assessment sees only at its own moment."""

    memstore_pct: Share | None = None
    sessions_pct: Share | None = None


class Preparation(LogEntry):
    """How a critical period of the engagement is protected; ``period`` is its name there.

    ``load_factor`` is the load that is expected, as a multiple of the peak of usual days, which ``usual_peak`` holds
    as far as the monitoring of the customer shows it.
    """

    period: TextList
    load_factor: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    usual_peak: UsualPeak | None = None
    freeze: Freeze | None = None
    roster: Many[Duty] = ()
    checklist: Many[TextList] = ()
    fallback: Many[TextList] = ()


class Usage(LogEntry):
    """What was used of a resource in a month, and what was estimated and paid for in advance."""

    month: Month
    unit: TextList
    estimated: Quantity
    used: Quantity


class DocumentKind(StrEnum):
    """The documents that are owed beside the reports of assessments, named as the commands that write them."""

    QUESTIONS = "questions"
    QUARTER = "quarter"
    INCIDENT = "incident"
    READINESS = "readiness"


class Delivery(LogEntry):
    """A document that was handed to the customer: only who did so knows that.

    ``about`` is the number of the quarter, the id of the incident, or the name of the critical period.
    """

    document: Literal["questions", "quarter", "incident", "readiness"]
    about: TextList
    delivered: Day
    received_by: str = ""


class ServiceFile(WholeFile):
    """One file of the service log; what it does not hold is left out."""

    schema_file: ClassVar[str] = "service.schema.json"
    questions: Some[SupportQuestion] | None = None
    incidents: Some[Incident] | None = None
    projects: Some[Project] | None = None
    requests: Some[ProductRequest] | None = None
    sessions: Some[TopicSession] | None = None
    preparations: Some[Preparation] | None = None
    usage: Some[Usage] | None = None
    deliveries: Some[Delivery] | None = None

    @model_validator(mode="after")
    def _require_entries(self) -> ServiceFile:
        if not any(getattr(self, kind) for kind in KINDS):
            raise Invalid(
                "{place}: the file holds no entries; write at least one, below one of: {known}", known=", ".join(KINDS)
            )
        return self


# In the order in which they are listed. The singular names a kind for ``ob-health service add``.
KINDS = {
    "questions": N_("question"),
    "incidents": N_("incident"),
    "projects": N_("project"),
    "requests": N_("request"),
    "sessions": N_("session"),
    "preparations": N_("preparation"),
    "usage": N_("usage"),
    "deliveries": N_("delivery"),
}
BLOCKS: dict[str, type[LogEntry]] = {
    "questions": SupportQuestion,
    "incidents": Incident,
    "projects": Project,
    "requests": ProductRequest,
    "sessions": TopicSession,
    "preparations": Preparation,
    "usage": Usage,
    "deliveries": Delivery,
}
