"""The view model of a document in one language: sorted and formatted, so that templates only print."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agent.model.document import ChangeEntry, Document, FindingEntry, JudgedEntry, ResultEntry
from agent.model.labels import CHANGES, SEVERITIES
from agent.model.terms import ChangeKind, Outcome, Severity, Unit
from agent.report.style import OURS, Style
from agent.report.view.by_hand import HandItem, build_hand_items
from agent.report.view.cards import (
    Card,
    CardMaker,
    find_counted_severity,
    format_judged,
    format_unjudged,
    show_proofs_once,
)
from agent.report.view.chapters import TOP, Chapter, build_chapters, is_platform
from agent.report.view.check_lines import CheckLine, build_check_line, list_check_lines
from agent.report.view.cover import Cover, build_cover, build_glossary, build_scope
from agent.report.view.decisions import Decision, build_decisions
from agent.report.view.instance import InstanceView, build_instance
from agent.report.view.load_and_receipt import LoadAndReceipt, build_load_and_receipt
from agent.report.view.not_assessed import UnlockGroup, build_unlock_groups
from agent.report.view.page_one import PageOne, build_page_one
from agent.report.view.persons import SignOff, build_sign_off, restate_persons
from agent.report.view.points import PointLoss, ScoreChange, build_score_change, list_losses
from agent.report.view.roadmap import RoadmapStage, build_stages
from agent.report.view.slow_sql import SlowSql, build_slow_sql
from agent.report.view.sources import ReadLine, list_read_lines
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable, read_zone
from agent.support.i18n import count_digits

LIST_LENGTH = 500
_BARE = frozenset({Unit.COUNT, Unit.RATIO, Unit.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedFinding:
    """One muted finding. ``points_lost`` is that of its check if the finding is critical and so still counts, else "".

    A joined finding is one line for each mute that hides some of its signs; ``code`` names the checks of these.
    ``unjudged``: what its check could not judge, if no card says so.
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
    """One override of the rules, and who answers for it."""

    code: str
    change: str
    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One finding against the last assessment."""

    kind: str
    kind_label: str
    code: str
    fingerprint: str
    title: str
    resource: str
    was_severity: str
    severity: str
    was_value: str
    value: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """What limits the assessment, and what helps."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The whole report in one language. ``cards`` are all counted ones; ``top`` and ``chapters`` hold them again."""

    language: str
    cover: Cover
    sign_off: SignOff
    front: PageOne
    decisions: tuple[Decision, ...]
    scope: tuple[tuple[str, str], ...]
    instance: InstanceView
    slow_sql: SlowSql | None
    by_hand: tuple[HandItem, ...]
    losses: tuple[PointLoss, ...]
    bridge: ScoreChange | None
    top: tuple[Card, ...]
    chapters: tuple[Chapter, ...]
    roadmap: tuple[RoadmapStage, ...]
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
    joined: tuple[CheckLine, ...]
    left_out: tuple[CheckLine, ...]
    sources: tuple[ReadLine, ...]
    proof: LoadAndReceipt | None
    problems: tuple[ProblemLine, ...]
    rule_problems: tuple[str, ...]
    notes: tuple[str, ...]
    ruleset_sha256: str
    agent_version: str
    assessment_id: str


def build_report(document: Document, language: str, style: Style = OURS) -> ReportView:
    """Return the view model of an assessment document in one language; ``style`` may replace words."""
    words = Words(language, style.wording, read_zone(document))
    document = restate_persons(document, style.persons)
    annex = [result for result in _list_results_with_findings(document) if is_platform(result, document)]
    counted = [result for result in _list_results_with_findings(document) if not is_platform(result, document)]
    changes = _list_changes(document, words)
    muted = _list_muted(document, words)
    score = document["score"]
    not_assessed = list_check_lines(document, words, Outcome.NOT_ASSESSED, Outcome.ERROR)
    decisions = build_decisions(document, words)
    page_one, cards = build_page_one(document, counted, annex, words), _build_cards(counted, document, words)
    cover = build_cover(document, page_one.period, words)
    return ReportView(
        language=language,
        cover=cover,
        sign_off=build_sign_off(document, cover, style, words),
        front=page_one,
        decisions=decisions,
        scope=(*build_scope(document, words), *_list_decided(decisions, words)),
        instance=build_instance(document, words),
        slow_sql=build_slow_sql(document, words, cards),
        by_hand=build_hand_items(document, words),
        losses=list_losses(document, words),
        bridge=build_score_change(document, words),
        top=cards[:TOP],
        chapters=build_chapters(document, cards, words),
        roadmap=build_stages(document, words),
        glossary=build_glossary(words),
        cards=cards,
        platform=_build_cards(annex, document, words),
        changes=changes[:LIST_LENGTH],
        changes_unseen=max(0, len(changes) - LIST_LENGTH),
        not_assessed=not_assessed,
        unlocks=build_unlock_groups(document, not_assessed, words),
        carried=tuple(
            build_check_line(result, document, words) for result in document["results"] if result["carried_from"]
        ),
        muted=muted[:LIST_LENGTH],
        muted_unseen=max(0, len(muted) - LIST_LENGTH),
        overrides=_list_overrides(document),
        hidden_by_mutes=format_points(score["hidden_by_mutes"]),
        hidden_by_overrides=format_points(score["hidden_by_overrides"]),
        passed=list_check_lines(document, words, Outcome.PASS),
        joined=list_check_lines(document, words, Outcome.JOINED),
        left_out=list_check_lines(document, words, Outcome.NOT_APPLICABLE, Outcome.DISABLED),
        sources=list_read_lines(document, words),
        proof=build_load_and_receipt(document, words),
        problems=tuple(ProblemLine(words.pick(p["what"]), words.pick(p["remedy"])) for p in document["problems"]),
        rule_problems=tuple(words.pick(text) for text in document["ruleset"]["problems"]),
        notes=tuple(words.pick(note) for note in document["notes"]),
        ruleset_sha256=make_printable(document["ruleset"]["sha256"], NAME_LENGTH),
        agent_version=make_printable(document["agent_version"], NAME_LENGTH),
        assessment_id=make_printable(document["assessment_id"], NAME_LENGTH),
    )


def _list_decided(decisions: Sequence[Decision], words: Words) -> Iterable[tuple[str, str]]:
    """Yield the checks that each decision of page one is about, all of them."""
    for number, decision in enumerate(decisions, start=1):
        if decision.all_codes:
            yield words("Checks behind decision {number}", number=number), ", ".join(decision.all_codes)


def _list_results_with_findings(document: Document) -> list[ResultEntry]:
    """Return the results with findings, most points lost first."""
    found = [result for result in document["results"] if result["outcome"] == Outcome.FINDING]
    return sorted(
        found,
        key=lambda r: (-r["points_lost"], -r["risk_points"], -Severity(find_counted_severity(r)).rank, r["code"]),
    )


def _build_cards(results: Sequence[ResultEntry], document: Document, words: Words) -> tuple[Card, ...]:
    """Return the cards; each cause has the symptoms of its group below it."""
    maker = CardMaker.of(document, words)
    codes = {result["code"] for result in results}
    symptoms: defaultdict[str, list[ResultEntry]] = defaultdict(list)
    for result in results:
        if result["symptom_of"] in codes:
            symptoms[result["symptom_of"]].append(result)
    causes = [result for result in results if result["symptom_of"] not in codes]
    return show_proofs_once([maker.card(result, symptoms[result["code"]]) for result in causes])


def _list_muted(document: Document, words: Words) -> tuple[MutedFinding, ...]:
    return tuple(
        _build_muted(result, finding, told, document, words)
        for result in document["results"]
        for finding in result["findings"]
        if finding["muted"]
        for told in _group_by_mute(result["code"], finding)
    )


def _group_by_mute(code: str, finding: FindingEntry) -> Iterable[list[tuple[str, JudgedEntry]]]:
    """Yield (code, sign) of a muted finding, together those that somebody answers for in the same words."""
    signs: list[tuple[str, JudgedEntry]] = [(sign["code"], sign) for sign in finding["signs"]]
    groups: defaultdict[str, list[tuple[str, JudgedEntry]]] = defaultdict(list)
    for name, sign in signs or [(code, finding)]:
        groups[json.dumps(sign["muted"], sort_keys=True)].append((name, sign))
    return groups.values()


def _build_muted(
    result: ResultEntry,
    finding: FindingEntry,
    told: Sequence[tuple[str, JudgedEntry]],
    document: Document,
    words: Words,
) -> MutedFinding:
    worst = max((Severity(sign["severity"]) for _, sign in told), key=lambda severity: severity.rank)
    mute = told[0][1]["muted"] or {"owner": "", "reason": "", "until": ""}
    return MutedFinding(
        code=", ".join(make_printable(code, NAME_LENGTH) for code, _ in told),
        title=words.pick({language: texts["title"] for language, texts in result["texts"].items()}),
        resource=words.resource(finding),
        severity=worst,
        severity_label=words.label(SEVERITIES, worst),
        points_lost=format_points(result["points_lost"]) if worst is Severity.CRITICAL else "",
        owner=make_printable(mute["owner"], NAME_LENGTH),
        reason=make_printable(mute["reason"]),
        until=make_printable(mute["until"], NAME_LENGTH),
        unjudged=format_unjudged(result, document, words) if result["outcome"] == Outcome.MUTED else "",
    )


def _list_overrides(document: Document) -> tuple[OverrideLine, ...]:
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


def _list_changes(document: Document, words: Words) -> tuple[ChangeLine, ...]:
    """Return what changed; unchanged findings are left out, page one counts them."""
    comparison = document["comparison"]
    if not comparison:
        return ()
    results = {result["code"]: result for result in document["results"]}
    order = list(CHANGES)
    changes = [change for change in comparison["changes"] if change["kind"] != ChangeKind.UNCHANGED]
    # The gravest come first, even if resolved: formats fold a long list after some lines.
    changes.sort(key=lambda c: (-_rank_change(c), order.index(c["kind"]), c["code"], c["resource"]))
    return tuple(_build_change_line(change, results.get(change["code"]), words) for change in changes)


def _rank_change(change: ChangeEntry) -> int:
    """Return the rank of the worse one of the present and the earlier severity."""
    return max(Severity(severity).rank for severity in (change["severity"], change["was_severity"]) if severity)


def _format_changed(value: Any, result: ResultEntry | None, unit: Unit | None, words: Words, digits: int | None) -> str:
    """Return a value of a change. A number that no limit judges, such as the rows of a table without a key, is none."""
    judge = result["ladder"] if result else None
    if value is None or (judge and not judge.keys() & {"rungs", "expected"} and not isinstance(value, str)):
        return ""
    return format_judged(value, judge, unit, words, digits) if judge else words.value(value, unit, digits)


def _says_alone(result: ResultEntry | None, unit: Unit | None) -> bool:
    """Whether a value says something without another one beside it; a bare number or word does not."""
    return unit not in _BARE or (result is not None and "expected" in result["ladder"])


def _build_change_line(change: ChangeEntry, result: ResultEntry | None, words: Words) -> ChangeLine:
    unit = Unit(result["unit"]) if result else None
    titles = {language: texts["title"] for language, texts in result["texts"].items()} if result else {}
    was_severity = change["was_severity"]
    was, now = change["was_value"], change["value"]
    # A change that is told must be seen; values that only differ by noise may read alike.
    moved = change["kind"] in (ChangeKind.WORSENED, ChangeKind.IMPROVED)
    digits = count_digits(now, unit, [was]) if moved else None
    fresh = was_severity is None
    gone = not fresh and change["kind"] in (ChangeKind.RESOLVED, ChangeKind.NOT_COMPARABLE)
    told = not (fresh or gone) or _says_alone(result, unit)
    return ChangeLine(
        kind=change["kind"],
        kind_label=words.label(CHANGES, change["kind"]),
        code=make_printable(change["code"], NAME_LENGTH),
        fingerprint=make_printable(change["fingerprint"], NAME_LENGTH),
        title=words.pick(titles),
        resource=words.resource(change),
        was_severity=words.label(SEVERITIES, was_severity) if was_severity else "",
        severity="" if gone else words.label(SEVERITIES, change["severity"]),
        was_value="" if fresh or not told else _format_changed(was, result, unit, words, digits),
        value="" if gone or not told else _format_changed(now, result, unit, words, digits),
    )
