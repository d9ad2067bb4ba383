"""The sentence at the head of page one: how grave it is, what was found, what follows, and what mending it brings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agent.model.document import Document, FindingEntry, JudgedEntry, ResultEntry
from agent.model.naming import tenant_name
from agent.model.terms import Outcome, Severity, Unit
from agent.report.view.cards import PROSE_LENGTH, find_counted_severity, list_open_findings
from agent.report.view.impact import choose_space
from agent.report.words import Words, make_printable
from agent.support.i18n import count_digits

OPENING_LENGTH = 220
FORECAST_DAYS = 365
_PLACE_LENGTH = 60
_BARE = frozenset({Unit.COUNT, Unit.RATIO, Unit.TEXT})  # a number alone says nothing
_CHINESE_WIDTH = 2  # a Chinese character takes twice the room
_SENTENCES = re.compile(r"(?<=[.!?])(?<!\.\.\.)\s+(?![a-z])|(?<=[。！？])")
_UNKNOWN = frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Headline:
    """``verdict`` is one sentence; ``consequence`` what follows from the gravest finding, "" without one.

    ``outlook`` says what the first steps bring, and when a disk is full; ``limits`` what the verdict does not cover;
    ``rest`` is both.
    """

    verdict: str
    consequence: str
    outlook: str
    limits: str
    rest: str


def build_headline(
    document: Document, counted: Sequence[ResultEntry], steps: int, score_after: str, words: Words
) -> Headline:
    """Return the headline. ``counted`` are the results that the reader can mend, the dearest first.

    ``score_after`` is the score after the first ``steps`` units of the roadmap, "" if that is not known.
    """
    grave = [r for r in counted if Severity(find_counted_severity(r)).rank >= Severity.HIGH.rank]
    first = max(grave, key=lambda r: Severity(find_counted_severity(r)).rank, default=None)
    outlook, limits = _describe_outlook(document, steps, score_after, words), _describe_limits(document, words)
    return Headline(
        _describe_verdict(document, counted, words),
        _describe_gravest(first, document, words) if first else "",
        outlook,
        limits,
        choose_space(words).join(text for text in (outlook, limits) if text),
    )


def take_opening(text: str, words: Words, length: int = OPENING_LENGTH) -> str:
    """Return the first sentences that fit, and always the first one: a sentence is never cut."""
    room = length // _CHINESE_WIDTH if words.language.startswith("zh") else length
    ends = [found.start() for found in _SENTENCES.finditer(text)] + [len(text)]
    return text[: max((end for end in ends if end <= room), default=ends[0])]


def describe_consequence(result: ResultEntry, words: Words, length: int = OPENING_LENGTH * 2 // 3) -> str:
    """Return what happens if the findings of a check are left; where it does not say, the opening of its reason."""
    texts = result["texts"].get(words.language, result["texts"]["en"])
    told = make_printable(texts["consequence"], PROSE_LENGTH)
    return told or take_opening(make_printable(texts["rationale"], PROSE_LENGTH), words, length)


def _describe_verdict(document: Document, counted: Sequence[ResultEntry], words: Words) -> str:
    if not document["score"]["coverage_pct"]:
        return words("Nothing could be assessed, so nothing can be said about the health of this target.")
    worst = Counter(find_counted_severity(result) for result in counted)
    critical, high, rest = worst["critical"], worst["high"], worst["medium"] + worst["low"]
    if critical and high:
        return words(
            "Critical risks need action now: {critical} critical, {high} high.",
            critical=critical,
            high=high,
        )
    if critical:
        return words("Critical risks need action now: {critical}.", critical=critical)
    if high:
        return words("Nothing critical was found. High risks to fix within 30 days: {high}.", high=high)
    if rest:
        return words("Nothing critical or high was found. Smaller risks: {count}.", count=rest)
    return words("None of the checks that were assessed found a risk.")


def _describe_gravest(result: ResultEntry, document: Document, words: Words) -> str:
    """What is wrong with which object and by how much, and what follows; of joined findings that of the worst sign.

    The card has the whole sentence of the finding, with its limit.
    """
    findings = list_open_findings(result)
    if not findings:
        return describe_consequence(result, words)
    finding, teller = findings[0], result
    told: JudgedEntry = finding
    if finding["signs"]:
        worst = max(finding["signs"], key=lambda sign: (Severity(sign["severity"]).rank, sign["risk_points"]))
        told = worst
        teller = next((other for other in document["results"] if other["code"] == worst["code"]), result)
    ending = _describe_end(finding, words.day(document["as_of"]), words)
    parts = (_name_gravest(finding, told, teller, words), describe_consequence(teller, words), ending)
    return choose_space(words).join(part for part in parts if part)


def _name_gravest(finding: FindingEntry, told: JudgedEntry, teller: ResultEntry, words: Words) -> str:
    """Return the title with its object and value, as far as a sentence can say them; else the finding's sentence."""
    texts, unit = teller["texts"].get(words.language, teller["texts"]["en"]), Unit(teller["unit"])
    value = told["value"]
    if finding["resource"] == tenant_name(None) or isinstance(value, str) or value is None or unit in _BARE:
        return words.pick(told["texts"])
    limits = [limit] if isinstance(limit := told["limit"], int | float) else []
    return words(
        "{title}: {resource} ({value}).",
        title=make_printable(texts["title"]),
        resource=words.resource(finding, _PLACE_LENGTH),
        value=words.value(value, unit, count_digits(value, unit, limits)),
    )


def _describe_end(finding: FindingEntry, today: date, words: Words) -> str:
    """In how many days there is no more of it, where the finding tells the day."""
    told = finding["exhausted_on"] or ""
    try:
        left = (date.fromisoformat(told) - today).days
    except ValueError:  # a document that another hand has changed
        return ""
    if left <= 0:
        return words("By what was measured there is no more of it as of now.")
    return words("At the present rate there is no more of it in about {count} days, on {day}.", count=left, day=told)


def _describe_outlook(document: Document, steps: int, score_after: str, words: Words) -> str:
    told = []
    if steps and score_after:
        now = f"{document['score']['value']:.1f}"
        told.append(
            words(
                "The first {count} actions take the score from {now} to {after}.",
                count=steps,
                now=now,
                after=score_after,
            )
            if steps > 1
            else words("The first action takes the score from {now} to {after}.", now=now, after=score_after)
        )
    told += _list_full_disks(document, words)
    return choose_space(words).join(told)


def _list_full_disks(document: Document, words: Words) -> list[str]:
    """The data disk that is full first, if that is within a year."""
    today = words.day(document["as_of"])
    ends = [
        (date.fromisoformat(forecast["full_on"]), forecast["resource"])
        for forecast in document["figures"]["forecasts"]
        if forecast["full_on"]
    ]
    near = sorted((day, place) for day, place in ends if (day - today).days <= FORECAST_DAYS)
    return [
        words(
            "At the present growth the data disk of {zone} is full on {day}.", zone=make_printable(place), day=str(day)
        )
        for day, place in near[:1]
    ]


def _describe_limits(document: Document, words: Words) -> str:
    """How much the verdict does not cover: what was not assessed is not healthy."""
    unknown = sum(result["outcome"] in _UNKNOWN for result in document["results"])
    if not unknown or not document["score"]["coverage_pct"]:
        return ""
    return words("Checks that could not be assessed, so that the verdict does not cover them: {count}.", count=unknown)
