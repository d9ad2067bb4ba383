"""Whether a tenant is ready for a critical period: each limit at the expected load, and what stands in the way. Pure.

It judges the document of an assessment by the ladders that the document itself holds, so no limit stands here. What is
multiplied by the load factor, and what grows by the day, is a matter of what a check measures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from agent.model.document import Document, FindingEntry, LadderEntry, ResultEntry, Texts
from agent.model.terms import Actor, Outcome, Severity, Unit

_WHOLE = 100.0
_GIB = 1 << 30
_YEAR_DAYS = 365.0


class Grows(StrEnum):
    """How a measured value follows the load: with the load factor, with the days until the end, or not at all."""

    LOAD = "load"
    DAYS = "days"
    NOT = "not"


class Basis(StrEnum):
    """What the value is that the load is set upon.

    PEAK: the peak of usual days, measured or told. MOMENT: the moment of the assessment, which says nothing of the peak
    but that it is no less. EXPECTED: what the customer expects at the peak, which holds the event already. STATE: a
    state that does not come and go with the load.
    """

    PEAK = "peak"
    MOMENT = "moment"
    EXPECTED = "expected"
    STATE = "state"


# The checks that measure how much of a limit is in use, and how that follows the load.
MEASURED: Mapping[str, Grows] = {
    "CAP009": Grows.LOAD,  # CPU
    "CAP001": Grows.LOAD,  # memstore
    "CAP010": Grows.NOT,  # worker threads: the expected peak is that of the event, so the factor is in it
    "CAP005": Grows.LOAD,  # sessions
    "CAP004": Grows.DAYS,  # data disk
    "CAP002": Grows.NOT,  # memory: caches fill it at any load
    "CAP003": Grows.NOT,  # log disk: kept full up to its limit by design
    "CAP012": Grows.NOT,  # tablets
}
_BASES: Mapping[str, Basis] = {
    "CAP009": Basis.PEAK,  # a high percentile of many samples
    "CAP001": Basis.MOMENT,
    "CAP010": Basis.EXPECTED,
    "CAP005": Basis.MOMENT,
}
# Without these nobody can say that the load will be borne.
_ESSENTIAL = ("CAP009", "CAP001")
# What is enlarged where a check's limit is in the way: member of a unit in the document, and its unit.
_ENLARGED = {
    "CAP009": ("cores", Unit.RATIO),
    "CAP010": ("cores", Unit.RATIO),
    "CAP001": ("memory_bytes", Unit.BYTES),
    "CAP002": ("memory_bytes", Unit.BYTES),
    "CAP012": ("memory_bytes", Unit.BYTES),
    "CAP003": ("log_disk_bytes", Unit.BYTES),
    "CAP004": ("data_disk_bytes", Unit.BYTES),
}
_STOPPING = (Severity.CRITICAL, Severity.HIGH)


class ReadinessVerdict(StrEnum):
    """Whether the period can begin. UNKNOWN: too little was assessed to say so."""

    READY = "ready"
    CONDITIONAL = "conditional"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """One limit. ``value`` is the basis, as ``basis`` says, ``projected`` what it becomes; both in ``unit``.

    ``projected`` is None where the peak of usual days is not known and even the moment of the assessment, with the load
    set upon it, stays below all limits: what was not measured is not multiplied.

    ``reached`` is the severity that the rule gives the projected value, None below all its limits. ``limit`` is the one
    that is reached, or else the nearest. ``value`` None: not assessed, and ``reason`` says why.
    """

    code: str
    resource: str
    grows: Grows
    basis: Basis
    value: float | None
    projected: float | None
    unit: str
    limit: float | None
    reached: Severity | None
    reason: Texts

    @property
    def is_unproven(self) -> bool:
        """Whether it was measured, but nobody knows how it will be at the expected load."""
        return self.value is not None and self.projected is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enlargement:
    """A size to reach before the period: ``what`` of a zone, from ``present`` to ``needed``, because of ``code``.

    With it the value of the check stays below ``below_pct``, the lowest limit of its rule.
    """

    what: str
    present: float
    needed: float
    unit: Unit
    code: str
    below_pct: float


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A finding that should be fixed before the period; ``count`` resources have it."""

    code: str
    titles: Texts
    severity: Severity
    actor: str
    effort: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The verdict on one target, and all that it rests on. ``is_stale``: the assessment is no longer valid.

    ``missing`` are the codes without which nothing can be said and that were not assessed. ``as_of`` None: the target
    was never assessed.
    """

    target: str
    verdict: ReadinessVerdict
    headroom: tuple[Headroom, ...]
    enlargements: tuple[Enlargement, ...]
    obstacles: tuple[Obstacle, ...]
    missing: tuple[str, ...] = ()
    is_stale: bool
    as_of: datetime | None
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the period asks for: its days (both included), the load as a multiple of the usual peak, and today.

    ``peaks`` are usual peaks in per cent by the code of the check, of what an assessment sees only at its own moment.
    """

    first: date
    last: date
    load_factor: float
    today: date
    zone: ZoneInfo
    peaks: Mapping[str, float] = field(default_factory=dict)


def judge_readiness(target: str, document: Document | None, demand: Demand) -> Readiness:
    """Return the verdict on a target by its newest assessment; UNKNOWN without one."""
    if document is None:
        return Readiness(
            target=target,
            verdict=ReadinessVerdict.UNKNOWN,
            headroom=(),
            enlargements=(),
            obstacles=(),
            is_stale=False,
            as_of=None,
            score=None,
        )
    results = {result["code"]: result for result in document["results"]}
    headroom = tuple(
        _measure(results[code], grows, document, demand)
        for code, grows in MEASURED.items()
        if code in results and results[code]["outcome"] != Outcome.NOT_APPLICABLE and results[code]["unit"] == Unit.PCT
    )
    obstacles = tuple(_list_obstacles(document))
    valid_until = document["colophon"]["valid_until"]
    stale = valid_until is not None and demand.today >= date.fromisoformat(valid_until)
    return Readiness(
        target=target,
        verdict=_judge(headroom, obstacles, is_stale=stale),
        headroom=headroom,
        enlargements=tuple(_list_enlargements(headroom, document)),
        obstacles=obstacles,
        missing=_list_missing(headroom),
        is_stale=stale,
        as_of=datetime.fromisoformat(document["as_of"]),
        score=document["score"]["value"],
    )


def choose_worst(verdicts: Sequence[ReadinessVerdict]) -> ReadinessVerdict:
    """Return the verdict on all targets together: what is certainly not ready goes before what is unknown."""
    order = (ReadinessVerdict.NOT_READY, ReadinessVerdict.UNKNOWN, ReadinessVerdict.CONDITIONAL, ReadinessVerdict.READY)
    return next((verdict for verdict in order if verdict in verdicts), ReadinessVerdict.UNKNOWN)


def _judge(headroom: Sequence[Headroom], obstacles: Sequence[Obstacle], *, is_stale: bool) -> ReadinessVerdict:
    if any(one.reached in _STOPPING for one in headroom):
        return ReadinessVerdict.NOT_READY
    if any(one.severity is Severity.CRITICAL for one in obstacles):
        return ReadinessVerdict.NOT_READY
    if _list_missing(headroom):
        return ReadinessVerdict.UNKNOWN
    if obstacles or is_stale or any(one.reached or one.is_unproven for one in headroom):
        return ReadinessVerdict.CONDITIONAL
    return ReadinessVerdict.READY


def _list_missing(headroom: Sequence[Headroom]) -> tuple[str, ...]:
    known = {one.code for one in headroom if one.value is not None}
    return tuple(code for code in _ESSENTIAL if code not in known)


def _measure(result: ResultEntry, grows: Grows, document: Document, demand: Demand) -> Headroom:
    """Return how the worst value of a check stands against its ladder, now and at the expected load."""
    found, basis = _find_worst(result), _BASES.get(result["code"], Basis.STATE)
    if found is None:
        return Headroom(
            code=result["code"],
            resource="",
            grows=grows,
            basis=basis,
            value=None,
            projected=None,
            unit=result["unit"],
            limit=None,
            reached=None,
            reason=result["reason"],
        )
    resource, value = found
    told = demand.peaks.get(result["code"])
    if basis is Basis.MOMENT and told is not None:
        value, basis = max(value, told), Basis.PEAK
    projected: float | None = _project(value, grows, document, demand)
    reached, limit = _climb(result["ladder"], projected or 0.0)
    if basis is Basis.MOMENT and reached is None:
        projected = None
    return Headroom(
        code=result["code"],
        resource=resource,
        grows=grows,
        basis=basis,
        value=value,
        projected=projected,
        unit=result["unit"],
        limit=limit,
        reached=reached,
        reason={},
    )


def _find_worst(result: ResultEntry) -> tuple[str, float] | None:
    """Return the resource and the value nearest to the limit, or beyond it; None where nothing was measured."""
    values = [(finding["resource"], finding["value"]) for finding in result["findings"]]
    if result["measured"]:
        values.append((result["measured"]["resource"], result["measured"]["value"]))
    numbers = [(resource, float(value)) for resource, value in values if isinstance(value, int | float)]
    return max(numbers, key=lambda pair: pair[1], default=None)


def _project(value: float, grows: Grows, document: Document, demand: Demand) -> float:
    if grows is Grows.LOAD:
        return value * demand.load_factor
    if grows is Grows.DAYS:
        return value * (1 + _estimate_growth(document, demand))
    return value


def _estimate_growth(document: Document, demand: Demand) -> float:
    """Return by what share the data grow until the end of the period, on whose days the load factor holds.

    By the line through several assessments, or by the growth that the customer told; 0 without either.
    """
    measured_on = datetime.fromisoformat(document["as_of"]).astimezone(demand.zone).date()
    days = max((demand.first - measured_on) / timedelta(days=1), 0.0)
    days += demand.load_factor * ((demand.last - demand.first) / timedelta(days=1) + 1)
    shares = [
        forecast["bytes_per_day"] / gauge["used_bytes"]
        for forecast in document["figures"]["forecasts"]
        for gauge in document["figures"]["capacity"]
        if (forecast["kind"], forecast["resource"]) == (gauge["kind"], gauge["resource"]) and gauge["used_bytes"]
    ]
    told = (document["business"]["growth_pct_per_year"] or 0.0) / _WHOLE / _YEAR_DAYS
    return max(0.0, (max(shares) if shares else told) * days)


def _climb(ladder: LadderEntry, value: float) -> tuple[Severity | None, float | None]:
    """Return the highest severity that a value reaches and its limit; below all limits None and the lowest of them."""
    if "rungs" not in ladder:
        return None, None
    rungs = sorted(ladder["rungs"].items(), key=lambda rung: Severity(rung[0]).rank)
    passed = [(Severity(name), limit) for name, limit in rungs if value >= limit]
    if passed:
        return passed[-1]
    return None, rungs[0][1] if rungs else None


def _list_enlargements(headroom: Sequence[Headroom], document: Document) -> Iterator[Enlargement]:
    """Yield the size with which the projected value stays below the lowest limit of the rule, the largest by kind."""
    ladders = {result["code"]: result["ladder"] for result in document["results"]}
    largest: dict[str, Enlargement] = {}
    for one in headroom:
        ladder = ladders[one.code]
        if one.reached is None or one.projected is None or one.code not in _ENLARGED or "rungs" not in ladder:
            continue
        what, unit = _ENLARGED[one.code]
        present = _find_size(document, what)
        aim = min(ladder["rungs"].values(), default=0.0)
        if not present or not aim or one.unit != Unit.PCT:
            continue
        needed = _round_up(present * one.projected / aim, unit)
        made = Enlargement(what=what, present=present, needed=needed, unit=unit, code=one.code, below_pct=aim)
        if what not in largest or largest[what].needed < made.needed:
            largest[what] = made
    yield from largest.values()


def _find_size(document: Document, what: str) -> float:
    """Return the smallest size of a zone: that is the one which reaches its limit first. 0 where it is not known."""
    sizes = [unit[what] for unit in document["instance"]["units"]]  # type: ignore[literal-required]
    return min((float(size) for size in sizes if size), default=0.0)


def _round_up(size: float, unit: Unit) -> float:
    step = _GIB if unit is Unit.BYTES else 1
    return float(math.floor(size / step) + 1) * step


def _list_obstacles(document: Document) -> Iterator[Obstacle]:
    """Yield the findings, critical or high, that the customer can fix, the worst first."""
    efforts = {code: unit["effort"] for unit in document["roadmap"] for code in unit["codes"]}
    found = []
    for result in document["results"]:
        if result["outcome"] != Outcome.FINDING or result["actor"] == Actor.PLATFORM or result["symptom_of"]:
            continue
        grave = [finding for finding in result["findings"] if _is_grave(finding)]
        if grave and result["code"] not in MEASURED:
            worst = max((Severity(finding["severity"]) for finding in grave), key=lambda severity: severity.rank)
            titles = {language: texts["title"] for language, texts in result["texts"].items()}
            effort = efforts.get(result["code"], "")
            found.append(Obstacle(result["code"], titles, worst, result["actor"], effort, len(grave)))
    yield from sorted(found, key=lambda one: (-one.severity.rank, one.code))


def _is_grave(finding: FindingEntry) -> bool:
    return not finding["muted"] and Severity(finding["severity"]) in _STOPPING
