"""One check as a line of a list: what passed, what could not be assessed, what does not apply."""

from __future__ import annotations

from dataclasses import dataclass

from agent.model.document import Document, ResultEntry
from agent.model.labels import CATEGORIES, OUTCOMES
from agent.model.terms import Outcome
from agent.report.view.cards import format_unjudged
from agent.report.view.measured import format_measured
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable

CARRIED_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check as a line of a list; fields that do not apply are empty. ``carried``: the first carried resources.

    ``title`` is what is wrong; that of a check that passed says that it was not found.
    ``told_with``: the checks whose findings tell what this one found. ``measured``: what a check that passed measured.
    """

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
    told_with: str = ""
    measured: str = ""


def build_check_line(result: ResultEntry, document: Document, words: Words) -> CheckLine:
    """Return the line of one check."""
    carried = bool(result["carried_from"])
    texts = result["texts"].get(words.language, result["texts"]["en"])
    title = make_printable(texts["title"])
    return CheckLine(
        code=make_printable(result["code"], NAME_LENGTH),
        title=words("Not found: {title}", title=title) if result["outcome"] == Outcome.PASS else title,
        category=words.label(CATEGORIES, result["category"]),
        outcome=words.label(OUTCOMES, result["outcome"]),
        reason=words.pick(result["reason"]),
        unlock=words.pick(result["unlock"]),
        points=format_points(result["points_lost"] if carried else result["risk_stake"]),
        carried_from=make_printable(result["carried_from"], NAME_LENGTH),
        carried_runs=result["carried_runs"],
        carried=tuple(words.resource(entry) for entry in result["carried"][:CARRIED_NAMED]),
        attested=result["attested"],
        unjudged=format_unjudged(result, document, words)
        if result["outcome"] in (Outcome.PASS, Outcome.JOINED)
        else "",
        told_with=words(", ").join(make_printable(code, NAME_LENGTH) for code in result["told_with"]),
        measured=format_measured(result, words) if result["outcome"] == Outcome.PASS else "",
    )


def list_check_lines(document: Document, words: Words, *outcomes: Outcome) -> tuple[CheckLine, ...]:
    """Return the checks with one of the outcomes, most points at stake first."""
    chosen = [result for result in document["results"] if result["outcome"] in outcomes]
    return tuple(
        build_check_line(result, document, words)
        for result in sorted(chosen, key=lambda r: (-r["risk_stake"], r["code"]))
    )
