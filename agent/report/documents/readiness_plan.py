"""The plan for the protection of a critical period (《重要时段保障方案》), by the newest assessment of each target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.engagement.service_log.entries import Preparation
from agent.judgement.readiness import Basis, Demand, Enlargement, Grows, Headroom, Obstacle, Readiness, ReadinessVerdict
from agent.model.labels import ACTORS, EFFORTS, N_, SEVERITIES
from agent.model.terms import Severity, Unit
from agent.report.documents.telling import tell_beside, tell_day, tell_text
from agent.report.style import Style
from agent.report.view.frame import (
    Cell,
    Column,
    Frame,
    FrameBlock,
    FrameChapter,
    KeyFigure,
    Occasion,
    build_frame_cover,
    build_table,
)
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable

VERDICTS = {
    ReadinessVerdict.READY: N_("Ready"),
    ReadinessVerdict.CONDITIONAL: N_("Ready on conditions"),
    ReadinessVerdict.NOT_READY: N_("Not ready"),
    ReadinessVerdict.UNKNOWN: N_("Cannot be judged"),
}
_TONES = {
    ReadinessVerdict.READY: "good",
    ReadinessVerdict.CONDITIONAL: "warn",
    ReadinessVerdict.NOT_READY: "bad",
    ReadinessVerdict.UNKNOWN: "warn",
}
_SENTENCES = {
    ReadinessVerdict.READY: N_("At {factor} times the usual peak every limit that was assessed keeps its headroom."),
    ReadinessVerdict.CONDITIONAL: N_("The period can begin once the conditions below are met."),
    ReadinessVerdict.NOT_READY: N_(
        "At {factor} times the usual peak the tenant is not ready: a limit is reached, or a critical finding is open."
    ),
    ReadinessVerdict.UNKNOWN: N_("Readiness cannot be judged: {reasons}. Assess again before the period."),
}
_SIZES = {
    "cores": N_("CPU cores of a zone"),
    "memory_bytes": N_("Memory of a zone"),
    "log_disk_bytes": N_("Log disk of a zone"),
    "data_disk_bytes": N_("Data disk of a zone"),
}
# What each check of ``agent.judgement.readiness`` measures: its own title says what is wrong beyond the limit.
_LIMITS = {
    "CAP009": N_("CPU"),
    "CAP001": N_("MemStore"),
    "CAP010": N_("Worker threads of one zone"),
    "CAP005": N_("Sessions"),
    "CAP004": N_("Data disk"),
    "CAP002": N_("Memory of the tenant"),
    "CAP003": N_("Log disk"),
    "CAP012": N_("Tablets"),
}
_GROWTHS = {
    Grows.LOAD: N_("grows with the load"),
    Grows.DAYS: N_("grows by the day"),
    Grows.NOT: N_("as measured"),
}
_BASES = {
    Basis.PEAK: N_("peak of usual days"),
    Basis.MOMENT: N_("at the moment of the assessment"),
    Basis.EXPECTED: N_("peak that the customer expects"),
    Basis.STATE: N_("as measured"),
}
# What has to be seen to in every period, in this order; the service log adds to each.
_BEFORE = (
    N_("Rehearse the expected peak on a copy or in off-peak hours, and compare with the headroom above."),
    N_("Complete the enlargements at least three days before the freeze, because they may move replicas."),
    N_("Make a full backup before the freeze, and see that log archiving runs without a gap."),
    N_("Gather the statistics of large tables, and keep the plans of the core statements."),
    N_("Move the major compaction and batch work out of the hours of the peak."),
    N_("Verify that alarms reach the people on duty, and that they can log in."),
    N_("Rehearse the fallback once, with the time that it takes."),
)
_DURING = (
    N_("Watch CPU, MemStore, sessions and response times of the core statements; report in the group every hour."),
    N_("Change nothing without the agreement of both sides."),
    N_("On a fault: fall back first, look for the cause afterwards; keep SQL audit and logs."),
)
_AFTER = (
    N_("Set the specification back, and check the load on the day after."),
    N_("Review the period together within a week, and enter what was learned."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionPlan:
    """A critical period by its name, what it asks for, how each target stands, and what both sides prepared.

    ``preparation`` None: the service log holds nothing on it.
    """

    period: str
    demand: Demand
    verdict: ReadinessVerdict
    targets: tuple[Readiness, ...]
    preparation: Preparation | None
    occasion: Occasion


def build_readiness_plan(plan: ProtectionPlan, words: Words, style: Style) -> Frame:
    """Return the plan. What nobody prepared is named as missing."""
    demand = plan.demand
    days = words("{first} to {last}", first=str(demand.first), last=str(demand.last))
    factor = f"{demand.load_factor:g}"
    left = (demand.first - demand.today).days
    return Frame(
        language=words.language,
        cover=build_frame_cover(
            words("Plan for the Protection of a Critical Period"),
            plan.occasion,
            words,
            style,
            (
                (words("Critical period"), make_printable(plan.period, NAME_LENGTH)),
                (words("Days"), days),
                (words("Expected load"), words("{factor} times the usual peak", factor=factor)),
            ),
        ),
        verdict=words(_SENTENCES[plan.verdict], factor=factor, reasons=_tell_unknown(plan, words)),
        tone=_TONES[plan.verdict],
        remarks=tuple(_tell_remarks(plan, words)),
        figures=(
            KeyFigure(words("Verdict"), words(VERDICTS[plan.verdict]), "", _TONES[plan.verdict]),
            KeyFigure(words("Days until it begins"), words.count(left) if left >= 0 else words("running")),
            KeyFigure(words("Expected load"), f"× {factor}"),
            *_count_figures(plan, words),
        ),
        chapters=(
            FrameChapter(
                "headroom",
                words("Headroom at the expected load"),
                tuple(block for one in plan.targets for block in _build_headroom(one, plan, words)),
                words(
                    "By the newest assessment of each target. A value of the moment of the assessment is no peak: "
                    "where the usual peak is not known, it is not multiplied, and its headroom is not proven."
                ),
            ),
            FrameChapter("scale", words("What to enlarge, and to how much"), tuple(_build_enlargements(plan, words))),
            FrameChapter(
                "fix",
                words("What must be fixed before"),
                tuple(_build_obstacles(plan, words)),
                _tell_due(plan, words),
            ),
            FrameChapter("freeze", words("Change freeze"), (_build_freeze(plan.preparation, words),)),
            FrameChapter("duty", words("Duty roster"), (_build_roster(plan.preparation, words),)),
            FrameChapter("checklist", words("Checklist"), tuple(_build_checklists(plan.preparation, words))),
            FrameChapter("fallback", words("Fallback"), (_build_fallback(plan.preparation, words),)),
        ),
    )


def _tell_unknown(plan: ProtectionPlan, words: Words) -> str:
    """Return what was not assessed and must be, of each target that cannot be judged."""
    return words("; ").join(
        words(
            "{target}: {what} not assessed",
            target=make_printable(one.target, NAME_LENGTH),
            what=words(", ").join(words.label(_LIMITS, code) for code in one.missing),
        )
        if one.as_of
        else words("{target} was never assessed", target=make_printable(one.target, NAME_LENGTH))
        for one in plan.targets
        if one.verdict is ReadinessVerdict.UNKNOWN
    )


def _tell_due(plan: ProtectionPlan, words: Words) -> str:
    """Return until when findings are to be fixed: the last day before the freeze, or before the period without one."""
    freeze = plan.preparation.freeze if plan.preparation else None
    day = (freeze.first if freeze else plan.demand.first) - timedelta(days=1)
    if day < plan.demand.today:
        return words("Findings, critical or high, that do not concern capacity; they were due on {day}.", day=str(day))
    return words("Findings, critical or high, that do not concern capacity; due on {day}.", day=str(day))


def _tell_remarks(plan: ProtectionPlan, words: Words) -> Iterator[str]:
    for one in plan.targets:
        name = make_printable(one.target, NAME_LENGTH)
        if one.as_of is None:
            yield words("{target} was never assessed.", target=name)
            continue
        day = str(words.day(one.as_of.isoformat()))
        yield words(
            "{target}: {verdict}, by the assessment of {day} with a health score of {score}.",
            target=name,
            verdict=words(VERDICTS[one.verdict]),
            day=day,
            score=format_points(one.score or 0.0),
        )
        if one.is_stale:
            yield words("The assessment of {target} is no longer valid: assess again before the period.", target=name)
        unproven = [limit for limit in one.headroom if limit.is_unproven]
        if unproven:
            yield words(
                "{target}: the usual peak of {what} is not known; verify it in the monitoring before the period.",
                target=name,
                what=words(", ").join(words.label(_LIMITS, limit.code) for limit in unproven),
            )
    missing = list(_list_missing(plan.preparation, words))
    if missing:
        yield words("Still to be agreed: {what}.", what=words(", ").join(missing))


def _list_missing(preparation: Preparation | None, words: Words) -> Iterator[str]:
    if preparation is None or preparation.freeze is None:
        yield words("change freeze")
    if preparation is None or not preparation.roster:
        yield words("duty roster")
    if preparation is None or not preparation.fallback:
        yield words("fallback")


def _count_figures(plan: ProtectionPlan, words: Words) -> Iterator[KeyFigure]:
    assessed = [target for target in plan.targets if target.as_of]
    if not assessed:
        yield KeyFigure(words("Limits reached"), NOTHING, words("not assessed"), "warn")
        yield KeyFigure(words("Findings to fix before"), NOTHING, words("not assessed"), "warn")
        return
    reached = sum(one.reached is not None for target in assessed for one in target.headroom)
    unknown = sum(one.projected is None for target in assessed for one in target.headroom)
    obstacles = sum(len(target.obstacles) for target in assessed)
    note = words("not proven: {count}", count=unknown) if unknown else ""
    never = len(plan.targets) - len(assessed)
    left = words("targets never assessed: {count}", count=never) if never else ""
    yield KeyFigure(words("Limits reached"), words.count(reached), note, "bad" if reached else "")
    tone = "warn" if obstacles or never else "good"
    yield KeyFigure(words("Findings to fix before"), words.count(obstacles), left, tone)


def _build_headroom(target: Readiness, plan: ProtectionPlan, words: Words) -> Iterator[FrameBlock]:
    columns = (
        Column(words("Limit of"), 26),
        Column(words("Where"), 14),
        Column(words("Basis"), 18, is_number=True),
        Column(words("At that load"), 18, is_number=True),
        Column(words("Limit"), 10, is_number=True),
        Column(words("Outcome"), 14),
    )
    title = make_printable(target.target, NAME_LENGTH) if len(plan.targets) > 1 else ""
    rows = (_tell_headroom(one, words) for one in target.headroom)
    yield build_table(columns, rows, title=title, nothing=words("This target was never assessed."))


def _tell_headroom(one: Headroom, words: Words) -> tuple[Cell | str, ...]:
    name = f"{words.label(_LIMITS, one.code)}\n{one.code}"
    if one.value is None:
        reason = words.pick(one.reason) or words("Not assessed")
        return (name, NOTHING, NOTHING, NOTHING, NOTHING, Cell(reason, "soft"))
    unit = Unit(one.unit) if one.unit in list(Unit) else None
    limit = words.value(one.limit, unit) if one.limit is not None else NOTHING
    place, basis = make_printable(one.resource, NAME_LENGTH), words(_BASES[one.basis])
    measured = f"{tell_beside(one.value, one.limit, words, unit)}\n{basis}"
    if one.projected is None:
        return (name, place, measured, NOTHING, limit, Cell(words("not proven: the usual peak is not known"), "warn"))
    if one.reached is None:
        result = Cell(words("within the limit"), "good")
    else:
        tone = "bad" if one.reached in (Severity.CRITICAL, Severity.HIGH) else "warn"
        result = Cell(words("reaches: {severity}", severity=words.label(SEVERITIES, one.reached)), tone)
    expected = tell_beside(one.projected, one.limit, words, unit)
    if one.basis is Basis.MOMENT:
        expected = words("at least {value}", value=expected)
    return (name, place, measured, f"{expected}\n{words(_GROWTHS[one.grows])}", limit, result)


def _build_enlargements(plan: ProtectionPlan, words: Words) -> Iterator[FrameBlock]:
    columns = (
        Column(words("Target"), 18),
        Column(words("Resource to enlarge"), 28),
        Column(words("At present"), 14, is_number=True),
        Column(words("At least"), 14, is_number=True),
        Column(words("Because of"), 26),
    )
    rows: list[tuple[Cell | str, ...]] = [
        (make_printable(target.target, NAME_LENGTH), *_tell_enlargement(one, words))
        for target in plan.targets
        for one in target.enlargements
    ]
    rows += _list_unassessed(plan, len(columns), words)
    yield build_table(columns, rows, nothing=words("By what was assessed, nothing has to be enlarged."))


def _list_unassessed(plan: ProtectionPlan, width: int, words: Words) -> list[tuple[Cell | str, ...]]:
    """Return a row for each target that was never assessed, so that its absence is not taken for a good sign."""
    return [
        (
            make_printable(target.target, NAME_LENGTH),
            Cell(words("never assessed, so nothing can be said"), "warn"),
            *(NOTHING,) * (width - 2),
        )
        for target in plan.targets
        if target.as_of is None
    ]


def _tell_enlargement(one: Enlargement, words: Words) -> tuple[str, ...]:
    return (
        words(_SIZES[one.what]),
        words.value(one.present, one.unit),
        words.value(one.needed, one.unit),
        words("{code}, below {limit}", code=one.code, limit=words.value(one.below_pct, Unit.PCT)),
    )


def _build_obstacles(plan: ProtectionPlan, words: Words) -> Iterator[FrameBlock]:
    columns = (
        Column(words("Target"), 16),
        Column(words("Finding"), 40),
        Column(words("Severity"), 13),
        Column(words("Owner"), 17),
        Column(words("Effort"), 14),
    )
    rows: list[tuple[Cell | str, ...]] = [
        (
            make_printable(target.target, NAME_LENGTH),
            _tell_obstacle(one, words),
            Cell(words.label(SEVERITIES, one.severity), "bad" if one.severity is Severity.CRITICAL else "warn"),
            words.label(ACTORS, one.actor),
            words.label(EFFORTS, one.effort) if one.effort else NOTHING,
        )
        for target in plan.targets
        for one in target.obstacles
    ]
    rows += _list_unassessed(plan, len(columns), words)
    yield build_table(columns, rows, nothing=words("No such finding is open."))


def _tell_obstacle(one: Obstacle, words: Words) -> str:
    name = f"{one.code} {words.pick(one.titles)}"
    return f"{name}\n{words('{count} resources', count=one.count)}" if one.count > 1 else name


def _build_freeze(preparation: Preparation | None, words: Words) -> FrameBlock:
    freeze = preparation.freeze if preparation else None
    if freeze is None:
        return FrameBlock(nothing=words("No change freeze is agreed yet."))
    return FrameBlock(
        pairs=((words("First day"), tell_day(freeze.first)), (words("Last day"), tell_day(freeze.last))),
        items=(
            words("No release, no change of structure, no upgrade, no change of parameters in these days."),
            words(
                "An exception needs the agreement of both sides, a rollback that was tried, and a person who watches."
            ),
        ),
    )


def _build_roster(preparation: Preparation | None, words: Words) -> FrameBlock:
    columns = (
        Column(words("From"), 15),
        Column(words("To"), 15),
        Column(words("Name"), 20),
        Column(words("Role"), 26),
        Column(words("How to reach"), 24),
    )
    rows: Sequence[tuple[str, ...]] = (
        [
            (tell_day(one.first), tell_day(one.last), tell_text(one.name), tell_text(one.role), tell_text(one.reach))
            for one in preparation.roster
        ]
        if preparation
        else []
    )
    return build_table(columns, rows, nothing=words("No duty roster is agreed yet."))


def _build_checklists(preparation: Preparation | None, words: Words) -> Iterator[FrameBlock]:
    more = tuple(tell_text(text) for text in preparation.checklist) if preparation else ()
    for title, lines, added in (
        (N_("Before"), _BEFORE, more),
        (N_("During"), _DURING, ()),
        (N_("Afterwards"), _AFTER, ()),
    ):
        yield FrameBlock(title=words(title), items=(*map(words, lines), *added), is_checklist=True)


def _build_fallback(preparation: Preparation | None, words: Words) -> FrameBlock:
    lines = tuple(tell_text(text) for text in preparation.fallback) if preparation else ()
    return FrameBlock(items=lines, nothing=words("No fallback is agreed yet."))
