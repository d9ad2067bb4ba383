"""Page one, for the manager. Every number comes from the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from agent.model.document import AuthorizationEntry, CostEntry, Document, ResultEntry, ScoreEntry
from agent.model.labels import (
    BANDS,
    CATEGORIES,
    CHANGES,
    SEVERITIES,
    SIGNED,
    TENANT_KINDS,
)
from agent.model.terms import Category, Unit
from agent.report.view.assurance import AssuranceLine, build_assurance
from agent.report.view.cards import PROSE_LENGTH, find_counted_severity, list_open_findings
from agent.report.view.chapters import list_unscored
from agent.report.view.due import find_due_day
from agent.report.view.headline import Headline, build_headline, describe_consequence, take_opening
from agent.report.view.roadmap import UnitLine, list_units, tell_score_after
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable

STEPS = 3


@dataclass(frozen=True, slots=True)
class CategoryBar:
    """One category; ``width`` 0-100 is its share of the longest bar. ``note`` says why it has no ``points_lost``.

    ``key`` is that of its chapter.
    """

    key: str
    label: str
    points_lost: str
    width: float
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One of the things to do first: a unit of the roadmap, with the score once it and those before are done.

    ``title`` is what is wrong, ``action`` what to do and with what, and ``consequence`` what follows if it is left.
    ``due`` is a day.
    """

    code: str
    title: str
    severity: str
    severity_label: str
    action: str
    advice: str
    consequence: str
    gain: str
    effort: str
    owner: str
    deadline: str
    due: str
    score_after: str


_NEEDS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreVerdict:
    """The score; ``value``, ``low`` and ``high`` place the marks on the scale, ``shown`` is what is printed.

    ``grade_needs`` are the checks, in words, for want of which a good grade is withheld.
    """

    value: float
    low: float
    high: float
    shown: str
    range_shown: str
    coverage: str
    band: str
    provisional: bool
    assessed: bool
    grade_needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLastTime:
    """Change since the last assessment; ``counts`` are (kind, word, number).

    ``scores`` has both scores; an arrow leads from one to the other only where they can be compared, and
    ``not_compared`` says why they cannot. ``baseline`` is the time of the assessment that it is compared with,
    ``baseline_number`` that report's number.
    """

    was: str
    scores: str
    delta: str
    baseline: str
    baseline_number: str
    ruleset_changed: bool
    not_compared: str
    counts: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOne:
    """What page one prints.

    ``score_after_steps`` is empty in documents without a roadmap, as is ``score_after_told``, which says it in words.
    ``cost`` and ``authorization`` are (name, value), ``severities`` are (key, word, number), and ``first_codes`` has
    the dearest check of each. ``finding_count`` are the findings that the reader can mend, ``platform_count`` those in
    the annex.
    """

    customer: str
    target: str
    version: str
    kind: str
    embedded: bool
    as_of: str
    period: str
    verdict: ScoreVerdict
    headline: Headline
    assurance: tuple[AssuranceLine, ...]
    bars: tuple[CategoryBar, ...]
    steps: tuple[NextStep, ...]
    score_after_steps: str
    score_after_told: str
    since: SinceLastTime | None
    cost: tuple[tuple[str, str], ...]
    authorization: tuple[tuple[str, str], ...]
    severities: tuple[tuple[str, str, int], ...]
    first_codes: Mapping[str, str]
    finding_count: int
    platform_count: int


def build_page_one(
    document: Document, counted: Sequence[ResultEntry], annex: Sequence[ResultEntry], words: Words
) -> PageOne:
    """Return page one. ``counted`` are the results with findings that the reader can mend, ``annex`` the platform's."""
    target, steps = document["target"], _list_steps(counted, document, words)
    score_after = steps[-1].score_after if steps else ""
    return PageOne(
        customer=make_printable(document["customer"], NAME_LENGTH),
        target=make_printable(target["name"], NAME_LENGTH),
        version=make_printable(target["version"], NAME_LENGTH),
        kind=words.label(TENANT_KINDS, target["kind"]),
        embedded=target["embedded"],
        as_of=words.moment(document["as_of"]),
        period=format_period(document["period"], words),
        verdict=build_verdict(document["score"], words),
        headline=build_headline(document, counted, len(steps), score_after, words),
        assurance=build_assurance(document, words),
        bars=_build_bars(document, words),
        steps=steps,
        score_after_steps=score_after,
        score_after_told=tell_score_after(score_after, document, words) if score_after else "",
        since=_build_since_last_time(document, words),
        cost=_list_cost(document["cost"], words),
        authorization=_list_authorization(document["authorization"], words),
        severities=_count_severities(counted, words),
        first_codes={
            find_counted_severity(result): make_printable(result["code"], NAME_LENGTH) for result in reversed(counted)
        },
        finding_count=sum(len(list_open_findings(result)) for result in counted),
        platform_count=sum(len(list_open_findings(result)) for result in annex),
    )


def format_period(told: Any, words: Words) -> str:
    """Return the assessed quarter with its first and last day; a dash for none."""
    if not told:
        return NOTHING
    last = date.fromisoformat(told["to"]) - timedelta(days=1)
    return words("No. {number}: {first} to {last}", number=told["number"], first=told["from"], last=str(last))


def build_verdict(score: ScoreEntry, words: Words) -> ScoreVerdict:
    """Return the score as page one prints it."""
    assessed = score["coverage_pct"] > 0
    return ScoreVerdict(
        value=score["value"],
        low=score["low"],
        high=score["high"],
        shown=format_points(score["value"]) if assessed else NOTHING,
        range_shown=f"{format_points(score['low'])}–{format_points(score['high'])}",
        coverage=words.value(score["coverage_pct"], Unit.PCT),
        band=words.label(BANDS, score["band"]) if score["band"] else "",
        provisional=score["provisional"],
        assessed=assessed,
        grade_needs=tuple(_list_grade_needs(score, words)),
    )


def _list_grade_needs(score: ScoreEntry, words: Words) -> Iterator[str]:
    """Yield the first checks that a good grade needs, and how many more there are: page one has room for few."""
    needs = score["grade_needs"]
    yield from (words.pick(need["text"]) for need in needs[:_NEEDS_SHOWN])
    if len(needs) > _NEEDS_SHOWN:
        yield words("… and {count} more", count=len(needs) - _NEEDS_SHOWN)


def _build_bars(document: Document, words: Words) -> tuple[CategoryBar, ...]:
    categories, notes = document["score"]["categories"], list_unscored(document, words)
    order = [category.value for category in Category]
    lost = {name: category["points_lost"] for name, category in categories.items()}
    longest = max((value for value in lost.values() if value), default=1.0)

    def key(name: str) -> tuple[bool, float, int]:
        return lost[name] is None, -(lost[name] or 0.0), order.index(name) if name in order else len(order)

    return tuple(
        CategoryBar(
            name,
            words.label(CATEGORIES, name),
            "" if (points := lost[name]) is None else format_points(points),
            round(100 * (lost[name] or 0.0) / longest, 2),
            notes.get(name, ""),
        )
        for name in sorted(categories, key=key)
    )


def _list_steps(counted: Sequence[ResultEntry], document: Document, words: Words) -> tuple[NextStep, ...]:
    """Return the first units of the roadmap that the reader can do."""
    results = {result["code"]: result for result in counted}
    told = [unit for unit in list_units(document, words) if unit.first in results]
    return tuple(_build_step(unit, results, document, words) for unit in told[:STEPS])


def _build_step(unit: UnitLine, results: Mapping[str, ResultEntry], document: Document, words: Words) -> NextStep:
    first = results[unit.first]
    texts = first["texts"].get(words.language, first["texts"]["en"])
    advice = make_printable(texts["advice"], PROSE_LENGTH)
    return NextStep(
        code=unit.first,
        title=unit.title,
        severity=unit.severity,
        severity_label=unit.severity_label,
        action=unit.action,
        advice=take_opening(advice, words),
        consequence=describe_consequence(first, words, 0),
        gain=unit.gain,
        effort=unit.effort_label,
        owner=unit.actor,
        deadline=unit.deadline_label,
        due=str(day) if (day := find_due_day(unit.deadline, unit.codes, document, words)) else "",
        score_after=unit.score_after,
    )


def _build_since_last_time(document: Document, words: Words) -> SinceLastTime | None:
    comparison = document["comparison"]
    if not comparison:
        return None
    kinds = Counter(change["kind"] for change in comparison["changes"])
    delta = comparison["score_delta"]
    was = NOTHING if comparison["score_was"] is None else format_points(comparison["score_was"])
    now = format_points(document["score"]["value"]) if document["score"]["coverage_pct"] > 0 else NOTHING
    return SinceLastTime(
        was=was,
        scores=words("{was} then, {now} now", was=was, now=now) if delta is None else f"{was} → {now}",
        delta="" if delta is None else f"{delta:+.1f}".replace("-", "−"),
        baseline=words.moment(comparison["baseline_as_of"]),
        baseline_number=make_printable(comparison["baseline_id"], NAME_LENGTH),
        ruleset_changed=comparison["ruleset_changed"],
        not_compared=words("Too little was assessed to compare the two scores.")
        if delta is None and was != NOTHING
        else "",
        counts=tuple((kind, words(word), kinds[kind]) for kind, word in CHANGES.items()),
    )


def _list_cost(cost: CostEntry, words: Words) -> tuple[tuple[str, str], ...]:
    return (
        (words("Statements"), words.count(cost["statements"])),
        (words("Database time"), words.value(cost["database_ms"], Unit.MILLISECONDS)),
        (words("Longest statement"), words.value(cost["longest_ms"], Unit.MILLISECONDS)),
        (words("Rows read"), words.count(cost["rows"])),
        *_list_wait(cost["waited_ms"], words),
        (words("Writes"), words("none sent")),
    )


def _list_wait(milliseconds: float, words: Words) -> Iterable[tuple[str, str]]:
    if milliseconds:
        yield words("Waited while busy"), words.value(milliseconds, Unit.MILLISECONDS)


def _list_authorization(authorization: AuthorizationEntry | None, words: Words) -> tuple[tuple[str, str], ...]:
    """Return who allowed the assessment and until when; keys, hashes and classes stand in the scope chapter."""
    if not authorization:
        return ()
    reasons = ((SIGNED[key], authorization[key]) for key in ("outside_service", "allow_privileges"))
    return (
        (words("Reference"), make_printable(authorization["reference"], NAME_LENGTH)),
        (words("Approved by"), make_printable(authorization["approver"], NAME_LENGTH)),
        (words("Valid until"), words.moment(authorization["until"])),
        # An assessment from before authorizations were signed has none of these.
        *((words(word), make_printable(text)) for word, text in reasons if text),
    )


def _count_severities(counted: Sequence[ResultEntry], words: Words) -> tuple[tuple[str, str, int], ...]:
    worst = Counter(find_counted_severity(result) for result in counted)
    return tuple((name, words(word), worst[name]) for name, word in SEVERITIES.items())
