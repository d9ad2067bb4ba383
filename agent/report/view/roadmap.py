"""What to do by when: the roadmap in stages, and what the customer is asked to decide."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agent.model.document import Document, ResultEntry, WorkUnitEntry
from agent.model.labels import ACTORS, CATEGORIES, DEADLINES, EFFORTS, RUN_AS, SEVERITIES
from agent.model.terms import Deadline, Effort, Outcome, Severity, UnavailableKind
from agent.model.unread import list_waiting
from agent.report.view.impact import choose_space
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable

RENEWAL_DAYS = 92  # mutes that end before the next quarterly assessment
CODES_SHOWN = 6
NEEDS_SHOWN = 2
_HELD_UP = (UnavailableKind.CLOSED, UnavailableKind.BUSY, UnavailableKind.BUDGET, UnavailableKind.TIMEOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """One unit of work. ``first`` is the code whose card tells most; ``codes`` are all that it clears."""

    number: int
    title: str
    first: str
    codes: tuple[str, ...]
    severity: str
    severity_label: str
    category: str
    actor: str
    run_as: str
    deadline: str
    deadline_label: str
    effort: str
    effort_label: str
    gain: str
    score_after: str


@dataclass(frozen=True, slots=True)
class RoadmapStage:
    """The units of one deadline; ``score_after`` once all of them and those before are done."""

    deadline: str
    label: str
    units: tuple[UnitLine, ...]
    score_after: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that only the customer can decide.

    ``codes`` are the first checks that it is about; ``more`` says how many others there are, and where.
    """

    text: str
    codes: tuple[str, ...]
    more: str


def build_stages(document: Document, words: Words) -> tuple[RoadmapStage, ...]:
    """Return the stages that have work; none for documents of older agents."""
    results = {result["code"]: result for result in document["results"]}
    lines, reached = [], document["score"]["value"]
    for number, unit in enumerate(document["roadmap"], start=1):
        if all(code in results for code in unit["codes"]):
            # Older agents wrote what a unit gains alone; in the order of the roadmap it is what the score climbs.
            lines.append(_build_unit_line(number, {**unit, "gain": unit["score_after"] - reached}, results, words))
        reached = unit["score_after"]
    found = []
    for deadline, label in DEADLINES.items():
        members = tuple(line for line in lines if line.deadline == deadline)
        if members:
            found.append(RoadmapStage(deadline, words(label), members, members[-1].score_after))
    return tuple(found)


def list_units(document: Document, words: Words) -> tuple[UnitLine, ...]:
    """Return all units in their order.

    Older agents made no roadmap: there each result that costs points is a unit, without deadline, effort or score.
    """
    if document["roadmap"]:
        return tuple(unit for stage in build_stages(document, words) for unit in stage.units)
    results = {result["code"]: result for result in document["results"]}
    costly = [
        result
        for result in document["results"]
        if result["severity"] and result["gain"] > 0 and not result["symptom_of"]
    ]
    costly.sort(key=lambda result: (-result["gain"], result["code"]))
    return tuple(
        replace(_build_unit_line(number, _build_unit(result), results, words), score_after="")
        for number, result in enumerate(costly, start=1)
    )


def _build_unit(result: ResultEntry) -> WorkUnitEntry:
    return {"codes": [result["code"]], "deadline": "", "effort": "", "gain": result["gain"], "score_after": 0.0}


def _build_unit_line(number: int, unit: WorkUnitEntry, results: Mapping[str, ResultEntry], words: Words) -> UnitLine:
    first = results[unit["codes"][0]]
    texts = first["texts"].get(words.language, first["texts"]["en"])
    settings = first["category"] == "parameters" and not first["group"] and len(unit["codes"]) > 1
    title = words("Set {count} parameters and variables", count=len(unit["codes"])) if settings else texts["title"]
    severities = [Severity(severity) for code in unit["codes"] if (severity := results[code]["severity"])]
    severity = max(severities, key=lambda worst: worst.rank)
    return UnitLine(
        number=number,
        title=make_printable(title, NAME_LENGTH),
        first=make_printable(first["code"], NAME_LENGTH),
        codes=tuple(make_printable(code, NAME_LENGTH) for code in unit["codes"]),
        severity=severity,
        severity_label=words.label(SEVERITIES, severity),
        category=words.label(CATEGORIES, first["category"]),
        actor=words.label(ACTORS, first["actor"]),
        run_as=words.label(RUN_AS, first["remediation"]["run_as"]),
        deadline=unit["deadline"],
        deadline_label=words.label(DEADLINES, unit["deadline"]),
        effort=unit["effort"],
        effort_label=words.label(EFFORTS, unit["effort"]),
        gain=format_points(unit["gain"]),
        score_after=format_points(unit["score_after"]),
    )


def build_decisions(document: Document, words: Words) -> tuple[Decision, ...]:
    """Return what the customer is asked to decide, the most urgent first."""
    return tuple(_list_decisions(document, words))


def _list_decisions(document: Document, words: Words) -> Iterable[Decision]:
    units = document["roadmap"]
    now = [code for unit in units if unit["deadline"] == Deadline.NOW for code in unit["codes"]]
    if now:
        text = words("Start at once with the critical findings, and name an owner.")
        yield _build_decision(now, text, words("Roadmap"), words)
    held = [code for unit in units if unit["effort"] in (Effort.WINDOW, Effort.RESTART) for code in unit["codes"]]
    if held:
        text = words("Agree on a change window for the actions that need one.")
        yield _build_decision(held, text, words("Roadmap"), words)
    broken, held_up = list_waiting(document, UnavailableKind.LOST), list_waiting(document, *_HELD_UP)
    if broken:
        text = words(
            "Allow another assessment: the connection broke before the data for {count} checks was read.",
            count=len(broken),
        )
        yield _build_decision(broken, text, words("Not assessed"), words)
    if held_up:
        text = words(
            "Allow another assessment in off-peak hours or with a larger load budget, to read what {count} checks "
            "need.",
            count=len(held_up),
        )
        yield _build_decision(held_up, text, words("Not assessed"), words)
    again = {*broken, *held_up}
    lacking, needs = _list_lacking(document, again, words)
    if lacking:
        text = words("Provide or arrange what {count} checks need. First: {needs}", count=len(lacking), needs=needs)
        yield _build_decision(lacking, text, words("Not assessed"), words)
    ending = list(_list_ending_mutes(document, words))
    if ending:
        text = words("Renew or end the exemptions that expire before the next assessment.")
        yield _build_decision(ending, text, words("Mutes and overrides"), words)
    carried = [result["code"] for result in document["results"] if result["carried_from"]]
    if carried:
        text = words(
            "Restore the conditions under which the findings carried over from last time can be assessed again."
        )
        yield _build_decision(carried, text, words("Carried from an earlier assessment"), words)


def _list_lacking(document: Document, again: Container[str], words: Words) -> tuple[list[str], str]:
    """Return the checks for which something can be provided or arranged, and what, in the order of what it adds.

    A check that this version cannot answer, or not yet, waits for nobody.
    """
    waiting = {
        result["code"]: words.pick(result["unlock"])
        for result in document["results"]
        if result["outcome"] == Outcome.NOT_ASSESSED and any(result["unlock"].values()) and result["code"] not in again
    }
    dearest = [code for group in document["unlocks"] for code in group["codes"] if code in waiting]
    codes = list(dict.fromkeys([*dearest, *waiting]))
    needs = list(dict.fromkeys(waiting[code] for code in codes))
    return codes, choose_space(words).join(needs[:NEEDS_SHOWN])


def _build_decision(codes: Iterable[str], text: str, chapter: str, words: Words) -> Decision:
    """Return a decision on these checks: the first ones are named, the others counted."""
    named = tuple(dict.fromkeys(make_printable(code, NAME_LENGTH) for code in codes))
    others = len(named) - CODES_SHOWN
    more = words("and {count} more under “{chapter}”", count=others, chapter=chapter) if others > 0 else ""
    return Decision(text, named[:CODES_SHOWN], more)


def _list_ending_mutes(document: Document, words: Words) -> Iterable[str]:
    last = words.day(document["as_of"]) + timedelta(days=RENEWAL_DAYS)
    return (
        result["code"]
        for result in document["results"]
        for finding in result["findings"]
        for mute in (finding["muted"], *(sign["muted"] for sign in finding["signs"]))
        if mute and date.fromisoformat(mute["until"]) <= last
    )
