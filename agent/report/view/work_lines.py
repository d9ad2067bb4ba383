"""The list of findings: one line for each unit of work, as the spreadsheet shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agent.model.document import Document
from agent.model.labels import N_
from agent.model.sql_stages import Stage
from agent.model.terms import ChangeKind, Outcome, Severity
from agent.report.view.cards import Card, CardRow, find_state, tell_changes
from agent.report.view.due import find_due_day
from agent.report.view.report import ReportView
from agent.report.view.roadmap import UnitLine
from agent.report.view.scripts import STAGE_COLUMNS, CardScript, CardStep, label_step
from agent.report.words import Words

FINDINGS_SHOWN = 8  # per unit of work; the sheet of findings lists more
STATES: Mapping[str, str] = {
    "new": N_("New"),
    "worsened": N_("Worsened"),
    "unchanged": N_("Unchanged"),
    "improved": N_("Improved"),
    "reopened": N_("Reopened"),
    "resolved": N_("Resolved"),
    "muted": N_("Muted"),
    "not_assessed": N_("Not assessed"),
    "merged": N_("Merged with another line"),
    "left_out": N_("No longer checked"),
}
# A full stop before a small letter ends an abbreviation.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?![a-z])|(?<=[。！？])|\n")
_VERIFIED: tuple[tuple[str, Literal["pre_check", "post_check"]], ...] = (
    (N_("Check before"), "pre_check"),
    (N_("Check after"), "post_check"),
)
# The state of a line whose checks have no unit of work any more: the first one with an outcome of its checks.
_FATES: Sequence[tuple[str, frozenset[str]]] = (
    ("merged", frozenset({Outcome.FINDING, Outcome.JOINED})),
    ("not_assessed", frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})),
    ("muted", frozenset({Outcome.MUTED})),
    ("resolved", frozenset({Outcome.PASS})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """One unit of work. ``codes`` are all that it clears, those of signs at the end; ``gain`` is None without points.

    Texts of several lines hold one finding a line, in the same order in ``resource``, ``seen`` and ``value``.
    ``state_told`` counts the states of its findings where they differ, as the card does.
    ``is_older``: it was seen on the day ``first_seen``, and perhaps before. ``due`` is None without a deadline.
    """

    number: int
    codes: tuple[str, ...]
    first_seen: date
    is_older: bool
    state: str
    state_told: str
    severity: str
    severity_label: str
    category: str
    title: str
    problem: str
    resource: str
    seen: str
    value: str
    limit: str
    impact: str
    action: str
    sql: str
    rollback: str
    verification: str
    gain: float | None
    effort: str
    deadline: str
    due: date | None
    actor: str


def build_work_lines(document: Document, report: ReportView, words: Words) -> tuple[WorkLine, ...]:
    """Return a line for each unit of the roadmap, then one for each card without a unit.

    Without a unit are the platform's findings, and all findings in documents of older agents.
    """
    cards = (*report.cards, *report.platform)
    by_code = {card.code: card for card in _walk_cards(cards)}
    units = [unit for stage in report.roadmap for unit in stage.units]
    planned = {code for unit in units for code in unit.codes}
    others = [card for card in cards if card.code not in planned]
    maker = _WorkLineMaker(document, words)
    return (
        *(maker.line(unit.number, [by_code[code] for code in unit.codes], unit) for unit in units),
        *(maker.line(number, [*_walk_cards([card])], None) for number, card in enumerate(others, start=len(units) + 1)),
    )


def find_fate(document: Document, codes: Sequence[str]) -> str:
    """Return the state of a line whose checks have no unit of work any more: a key of STATES."""
    outcomes = {result["outcome"] for result in document["results"] if result["code"] in codes}
    return next((state for state, ends in _FATES if outcomes & ends), "left_out")


def describe_row(row: CardRow) -> str:
    """Return what was seen of one finding, with its signs, in one line."""
    return " · ".join((row.sentence, *(f"{sign.code}: {sign.sentence}" for sign in row.signs)))


def take_first_sentence(advice: str) -> str:
    """Return how the advice begins, which is what to do; in a list that is cut nowhere but between sentences."""
    return _SENTENCE_END.split(advice, maxsplit=1)[0].rstrip()


def _walk_cards(cards: Sequence[Card]) -> Iterator[Card]:
    for card in cards:
        yield card
        yield from _walk_cards(card.symptoms)


@dataclass(frozen=True, slots=True)
class _WorkLineMaker:
    document: Document
    words: Words

    def line(self, number: int, members: Sequence[Card], unit: UnitLine | None) -> WorkLine:
        first = members[0]
        rows = [row for card in members for row in (*card.rows, *card.more_rows)]
        kinds = [row.change for row in rows]
        state = find_state(kinds) or ChangeKind.NEW
        worst = max(members, key=lambda card: Severity(card.severity).rank)
        advice = {card.code: card.advice for card in members}
        for card in members:
            advice |= {sign.code: sign.advice for sign in card.signs if sign.code not in advice}
        codes = tuple(advice)
        return WorkLine(
            number=number,
            codes=codes,
            first_seen=self._find_first_seen(state),
            is_older=state != ChangeKind.NEW and self.document["comparison"] is not None,
            state=state,
            state_told=tell_changes(kinds, self.words) if len({*kinds} - {""}) > 1 else "",
            severity=worst.severity,
            severity_label=worst.severity_label,
            category=first.category,
            title=unit.action if unit else take_first_sentence(first.advice),
            problem=unit.title if unit else first.title,
            resource=self._join_first(rows, [row.resource for row in rows]),
            seen=self._join_first(rows, [describe_row(row) for row in rows]),
            value=self._join_first(rows, [row.value for row in rows]),
            limit="\n".join(_format_criteria(card) for card in members if card.judged),
            impact=first.impact,
            action=self._label_texts(codes, [*advice.items()], ": "),
            sql=self._join_steps([step for card in members for step in card.steps]),
            rollback=self._join_rollbacks(members),
            verification=self._describe_verification(codes),
            gain=float(unit.gain) if unit else None,
            effort=unit.effort_label if unit else "",
            deadline=unit.deadline_label if unit else "",
            due=find_due_day(unit.deadline, unit.codes, self.document, self.words) if unit else None,
            actor=first.actor,
        )

    def _find_first_seen(self, state: str) -> date:
        comparison = self.document["comparison"]
        is_new = state == ChangeKind.NEW or not comparison
        return self.words.day(self.document["as_of"] if is_new or not comparison else comparison["baseline_as_of"])

    def _join_first(self, rows: Sequence[CardRow], texts: Sequence[str]) -> str:
        """Join the first texts, and say how many more there are."""
        more = len(rows) - FINDINGS_SHOWN
        rest = [self.words("… and {count} more", count=more)] if more > 0 else []
        return "\n".join([*texts[:FINDINGS_SHOWN], *rest])

    def _join_scripts(self, scripts: Sequence[CardScript]) -> str:
        told = [script.text for script in scripts if script.count]
        if not all(script.whole for script in scripts if script.count):
            note = "Shown in part, or with unusual characters made visible; take the original from assessment.json."
            told.append(f"-- {self.words(note)}")
        return "\n".join(told)

    def _join_steps(self, steps: Sequence[CardStep]) -> str:
        """Number the steps. Only the first has its SQL here: what depends on it is never in the same cell to paste.

        The others say where theirs stands.
        """
        stages = [stage for stage in Stage if any(step.stage is stage for step in steps)]
        now = [script for step in steps if step.stage in stages[:1] for script in (step.script, step.more)]
        told = [self._join_scripts(now)]
        if len(stages) > 1:
            labels = [label_step(number, len(stages), stage, self.words) for number, stage in enumerate(stages, 1)]
            told.insert(0, f"-- {labels[0]}")
            told += [f"-- {self._lead_on(label, stage)}" for label, stage in zip(labels[1:], stages[1:], strict=True)]
        return "\n".join(told)

    def _lead_on(self, label: str, stage: Stage) -> str:
        words = self.words
        place = {"sheet": words("Findings"), "column": words(STAGE_COLUMNS[stage])}
        return words("{step} → sheet “{sheet}”, column “{column}”", step=label, **place)

    def _join_rollbacks(self, members: Sequence[Card]) -> str:
        scripts = self._join_scripts([script for card in members for script in (card.rollback, card.more_rollback)])
        reasons = dict.fromkeys(card.no_rollback for card in members if card.no_rollback)
        return "\n".join([*([scripts] if scripts else []), *reasons])

    def _describe_verification(self, codes: Sequence[str]) -> str:
        """Return what to check before and after the change."""
        told: list[tuple[str, str]] = []
        mine = [result for result in self.document["results"] if result["code"] in codes]
        for result in sorted(mine, key=lambda result: codes.index(result["code"])):
            for label, member in _VERIFIED:
                text = self.words.pick({language: item[member] for language, item in result["texts"].items()})
                if text:
                    told.append((result["code"], self.words("{title}: {text}", title=self.words(label), text=text)))
        return self._label_texts(codes, told, " · ")

    def _label_texts(self, codes: Sequence[str], told: Sequence[tuple[str, str]], mark: str) -> str:
        """Join the texts, each once, after the codes of its checks. A text of all checks needs no codes."""
        of: dict[str, list[str]] = {}
        for code, text in told:
            of.setdefault(text, []).append(code)
        return "\n".join(
            text if len(said_by) == len(codes) else f"{', '.join(said_by)}{mark}{text}" for text, said_by in of.items()
        )


def _format_criteria(card: Card) -> str:
    return f"{card.code}: " + " · ".join(f"{name} {value}" for name, value in card.judged)
