"""What to do by when: the roadmap in stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.model.document import Document, ResultEntry, WorkUnitEntry
from agent.model.labels import ACTORS, CATEGORIES, DEADLINES, EFFORTS, RUN_AS, SEVERITIES
from agent.model.terms import Severity
from agent.report.view.action import describe_action
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """One unit of work. ``first`` is the code whose card tells most; ``codes`` are all that it clears.

    ``title`` says what is wrong, ``action`` what to do and with what.
    """

    number: int
    title: str
    action: str
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
    """The units of one deadline; ``score_after`` once all of them and those before are done, told in ``score_told``."""

    deadline: str
    label: str
    units: tuple[UnitLine, ...]
    score_after: str
    score_told: str


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
            end = members[-1].score_after
            told = tell_score_after(end, document, words)
            found.append(RoadmapStage(deadline, words(label), members, end, told))
    return tuple(found)


def tell_score_after(score: str, document: Document, words: Words) -> str:
    """Say which score is reached, and that it is of a part where not all could be assessed."""
    if document["score"]["coverage_pct"] < 100:
        return words("score then {score}, of the part that was assessed", score=score)
    return words("score then {score}", score=score)


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
        action=make_printable(title, NAME_LENGTH)
        if settings
        else describe_action([results[code] for code in unit["codes"]], words),
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
