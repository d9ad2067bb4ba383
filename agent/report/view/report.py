"""Document -> view model of one language: sorted and formatted, so that templates only print."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from agent.archive.document import Document
from agent.model.labels import CATEGORIES, CHANGES, OUTCOMES, SEVERITIES
from agent.model.terms import ChangeKind, Outcome, Severity, Unit
from agent.report.style import OURS, Style
from agent.report.view import (
    chapters,
    cover,
    load_and_receipt,
)
from agent.report.view import (
    page_one as front,
)
from agent.report.view import (
    points as accounting,
)
from agent.report.view import (
    roadmap as planning,
)
from agent.report.view import (
    sources as reading,
)
from agent.report.view.cards import Card, CardMaker, find_counted_severity, format_unjudged
from agent.report.view.not_assessed import UnlockGroup, build_unlock_groups
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable, read_zone

LIST_LENGTH = 500
CARRIED_NAMED = 5


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as a line of a list; what does not apply is empty. ``carried``: the first resources of it."""

    code: str
    title: str
    category: str
    outcome: str
    reason: str = ""
    unlock: str = ""
    points: str = ""
    carried_from: str = ""
    carried_runs: int = 0
    carried: tuple[str, ...] = ()
    attested: bool = False
    unjudged: str = ""


@dataclass(frozen=True, slots=True)
class MutedFinding:
    """``points_lost``: of its check, for a critical finding, which counts all the same; empty for others.

    ``unjudged``: what its check could not judge, where no card says so.
    """

    code: str
    title: str
    resource: str
    severity: str
    severity_label: str
    points_lost: str
    owner: str
    reason: str
    until: str
    unjudged: str = ""


@dataclass(frozen=True, slots=True)
class OverrideLine:
    code: str
    change: str
    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    kind: str
    kind_label: str
    code: str
    title: str
    resource: str
    was_severity: str
    severity: str
    was_value: str
    value: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole report in one language. ``cards`` are all counted ones; ``top`` and ``chapters`` share them out."""

    language: str
    cover: cover.Cover
    front: front.PageOne
    decisions: tuple[planning.Decision, ...]
    scope: tuple[tuple[str, str], ...]
    losses: tuple[accounting.PointLoss, ...]
    bridge: accounting.ScoreChange | None
    top: tuple[Card, ...]
    chapters: tuple[chapters.Chapter, ...]
    roadmap: tuple[planning.RoadmapStage, ...]
    statements: tuple[reading.StatementLine, ...]
    glossary: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    platform: tuple[Card, ...]
    changes: tuple[ChangeLine, ...]
    changes_unseen: int
    not_assessed: tuple[CheckLine, ...]
    unlocks: tuple[UnlockGroup, ...]
    carried: tuple[CheckLine, ...]
    muted: tuple[MutedFinding, ...]
    muted_unseen: int
    overrides: tuple[OverrideLine, ...]
    hidden_by_mutes: str
    hidden_by_overrides: str
    passed: tuple[CheckLine, ...]
    left_out: tuple[CheckLine, ...]
    sources: tuple[reading.SourceLine, ...]
    proof: load_and_receipt.LoadAndReceipt | None
    problems: tuple[ProblemLine, ...]
    rule_problems: tuple[str, ...]
    notes: tuple[str, ...]
    ruleset_sha256: str
    agent_version: str
    assessment_id: str


def build_report(document: Document, language: str, style: Style = OURS) -> ReportView:
    """The view model of an assessment document, in the words of the house."""
    words = Words(language, style.wording, read_zone(document))
    annex = [result for result in _with_findings(document) if chapters.is_platform(result, document)]
    counted = [result for result in _with_findings(document) if not chapters.is_platform(result, document)]
    changes = _changes(document, words)
    muted = _muted(document, words)
    score = document["score"]
    not_assessed = _lines(document, words, Outcome.NOT_ASSESSED, Outcome.ERROR)
    page_one, cards = front.build_page_one(document, counted, words), _cards(counted, document, words)
    return ReportView(
        language=language,
        cover=cover.build_cover(document, page_one.period, words),
        front=page_one,
        decisions=planning.build_decisions(document, words),
        scope=cover.build_scope(document, words),
        losses=accounting.list_losses(document, words),
        bridge=accounting.build_score_change(document, words),
        top=cards[: chapters.TOP],
        chapters=chapters.build_chapters(document, cards, words),
        roadmap=planning.build_stages(document, words),
        statements=reading.list_statement_lines(document, words),
        glossary=cover.build_glossary(words),
        cards=cards,
        platform=_cards(annex, document, words),
        changes=changes[:LIST_LENGTH],
        changes_unseen=max(0, len(changes) - LIST_LENGTH),
        not_assessed=not_assessed,
        unlocks=build_unlock_groups(document, not_assessed, words),
        carried=tuple(_line(result, words) for result in document["results"] if result["carried_from"]),
        muted=muted[:LIST_LENGTH],
        muted_unseen=max(0, len(muted) - LIST_LENGTH),
        overrides=_overrides(document, words),
        hidden_by_mutes=format_points(score["hidden_by_mutes"]),
        hidden_by_overrides=format_points(score["hidden_by_overrides"]),
        passed=_lines(document, words, Outcome.PASS),
        left_out=_lines(document, words, Outcome.NOT_APPLICABLE, Outcome.DISABLED),
        sources=reading.list_source_lines(document, words),
        proof=load_and_receipt.build_load_and_receipt(document, words),
        problems=tuple(ProblemLine(words.pick(p["what"]), words.pick(p["remedy"])) for p in document["problems"]),
        rule_problems=tuple(words.pick(text) for text in document["ruleset"]["problems"]),
        notes=tuple(words.pick(note) for note in document["notes"]),
        ruleset_sha256=make_printable(document["ruleset"]["sha256"], NAME_LENGTH),
        agent_version=make_printable(document["agent_version"], NAME_LENGTH),
        assessment_id=make_printable(document["assessment_id"], NAME_LENGTH),
    )


def _with_findings(document: Document) -> list[Document]:
    """Results with findings, the dearest first."""
    found = [result for result in document["results"] if result["outcome"] == Outcome.FINDING]
    return sorted(
        found,
        key=lambda r: (-r["points_lost"], -r["risk_points"], -Severity(find_counted_severity(r)).rank, r["code"]),
    )


def _cards(results: Sequence[Document], document: Document, words: Words) -> tuple[Card, ...]:
    """Cards, each cause with the symptoms of its group under it."""
    comparison = document["comparison"]
    maker = CardMaker(
        document, words, {c["fingerprint"]: c["kind"] for c in comparison["changes"]} if comparison else {}
    )
    codes = {result["code"] for result in results}
    symptoms: defaultdict[str, list[Document]] = defaultdict(list)
    for result in results:
        if result["symptom_of"] in codes:
            symptoms[result["symptom_of"]].append(result)
    causes = [result for result in results if result["symptom_of"] not in codes]
    return tuple(maker.card(result, symptoms[result["code"]]) for result in causes)


def _line(result: Document, words: Words) -> CheckLine:
    carried = bool(result["carried_from"])
    texts = result["texts"].get(words.language, result["texts"]["en"])
    return CheckLine(
        code=make_printable(result["code"], NAME_LENGTH),
        title=make_printable(texts["title"]),
        category=words.label(CATEGORIES, result["category"]),
        outcome=words.label(OUTCOMES, result["outcome"]),
        reason=words.pick(result["reason"]),
        unlock=words.pick(result["unlock"]),
        points=format_points(result["points_lost"] if carried else result["risk_stake"]),
        carried_from=make_printable(result["carried_from"], NAME_LENGTH),
        carried_runs=result["carried_runs"],
        carried=tuple(words.resource(entry) for entry in result.get("carried", ())[:CARRIED_NAMED]),
        attested=result["attested"],
        unjudged=format_unjudged(result, words) if result["outcome"] == Outcome.PASS else "",
    )


def _lines(document: Document, words: Words, *outcomes: Outcome) -> tuple[CheckLine, ...]:
    """The checks with one of the outcomes, the most at stake first."""
    chosen = [result for result in document["results"] if result["outcome"] in outcomes]
    return tuple(_line(result, words) for result in sorted(chosen, key=lambda r: (-r["risk_stake"], r["code"])))


def _muted(document: Document, words: Words) -> tuple[MutedFinding, ...]:
    return tuple(
        MutedFinding(
            make_printable(result["code"], NAME_LENGTH),
            words.pick({language: texts["title"] for language, texts in result["texts"].items()}),
            words.resource(finding),
            finding["severity"],
            words.label(SEVERITIES, finding["severity"]),
            format_points(result["points_lost"]) if finding["severity"] == Severity.CRITICAL else "",
            make_printable(finding["muted"]["owner"], NAME_LENGTH),
            make_printable(finding["muted"]["reason"]),
            make_printable(finding["muted"]["until"], NAME_LENGTH),
            format_unjudged(result, words) if result["outcome"] == Outcome.MUTED else "",
        )
        for result in document["results"]
        for finding in result["findings"]
        if finding["muted"]
    )


def _overrides(document: Document, words: Words) -> tuple[OverrideLine, ...]:
    return tuple(
        OverrideLine(
            make_printable(override["code"], NAME_LENGTH),
            make_printable(json.dumps(override["change"], ensure_ascii=False)),
            make_printable(override["owner"], NAME_LENGTH),
            make_printable(override["reason"]),
            make_printable(override["until"], NAME_LENGTH),
        )
        for override in document["ruleset"]["overrides"]
    )


def _changes(document: Document, words: Words) -> tuple[ChangeLine, ...]:
    """What changed; findings that stayed as they were are only counted."""
    comparison = document["comparison"]
    if not comparison:
        return ()
    results = {result["code"]: result for result in document["results"]}
    order = list(CHANGES)
    changes = [change for change in comparison["changes"] if change["kind"] != ChangeKind.UNCHANGED]
    # The gravest first, whatever became of it: formats fold a long list after some lines.
    changes.sort(key=lambda c: (-_gravest(c), order.index(c["kind"]), c["code"], c["resource"]))
    return tuple(_change(change, results.get(change["code"]), words) for change in changes)


def _gravest(change: Document) -> int:
    """Rank of the severity, or of what it was, if that was worse."""
    return max(Severity(severity).rank for severity in (change["severity"], change["was_severity"]) if severity)


def _change(change: Document, result: Document | None, words: Words) -> ChangeLine:
    unit = Unit(result["unit"]) if result else None
    titles = {language: texts["title"] for language, texts in result["texts"].items()} if result else {}
    fresh = change["was_severity"] is None
    gone = not fresh and change["kind"] in (ChangeKind.RESOLVED, ChangeKind.NOT_COMPARABLE)
    return ChangeLine(
        kind=change["kind"],
        kind_label=words.label(CHANGES, change["kind"]),
        code=make_printable(change["code"], NAME_LENGTH),
        title=words.pick(titles),
        resource=words.resource(change),
        was_severity="" if fresh else words.label(SEVERITIES, change["was_severity"]),
        severity="" if gone else words.label(SEVERITIES, change["severity"]),
        was_value="" if fresh or change["was_value"] is None else words.value(change["was_value"], unit),
        value="" if gone or change["value"] is None else words.value(change["value"], unit),
    )
