"""What the customer is asked to decide, the most urgent first: a window, a purchase, facts to provide, and the like."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from agent.model.document import Document
from agent.model.labels import N_
from agent.model.terms import Deadline, Effort, Outcome, UnavailableKind
from agent.model.unread import list_waiting
from agent.report.view.impact import choose_space
from agent.report.view.purchase import list_purchases
from agent.report.words import NAME_LENGTH, Words, make_printable

RENEWAL_DAYS = 92  # mutes that end before the next quarterly assessment
CODES_SHOWN = 6
NEEDS_SHOWN = 2
_CHAPTERS = {
    "roadmap": N_("Roadmap"),
    "category-capacity": N_("Capacity"),
    "not-assessed": N_("Not assessed"),
    "mutes": N_("Mutes and overrides"),
    "carried": N_("Carried from an earlier assessment"),
}
_HELD_UP = (UnavailableKind.CLOSED, UnavailableKind.BUSY, UnavailableKind.BUDGET, UnavailableKind.TIMEOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that only the customer can decide.

    ``codes`` are the first checks that it is about; ``more`` says how many others there are, and where. ``all_codes``
    are all of them, for the scope chapter. ``chapter`` is the id of the chapter that tells more.
    """

    text: str
    codes: tuple[str, ...]
    more: str
    all_codes: tuple[str, ...]
    chapter: str
    chapter_title: str


def build_decisions(document: Document, words: Words) -> tuple[Decision, ...]:
    """Return what the customer is asked to decide, the most urgent first."""
    return tuple(_list_decisions(document, words))


def _list_decisions(document: Document, words: Words) -> Iterable[Decision]:
    units = document["roadmap"]
    now = [code for unit in units if unit["deadline"] == Deadline.NOW for code in unit["codes"]]
    if now:
        text = words("Start at once with the critical findings, and name an owner.")
        yield _build_decision(now, text, "roadmap", words)
    held = [unit for unit in units if unit["effort"] in (Effort.WINDOW, Effort.RESTART)]
    if held:
        text = (
            words("Agree on a change window: {count} actions need one.", count=len(held))
            if len(held) > 1
            else words("Agree on a change window: one action needs it.")
        )
        yield _build_decision([code for unit in held for code in unit["codes"]], text, "roadmap", words)
    for purchase in list_purchases(document, words):
        yield _build_decision(purchase.codes, purchase.text, "category-capacity", words)
    broken, held_up = list_waiting(document, UnavailableKind.LOST), list_waiting(document, *_HELD_UP)
    if broken:
        text = words(
            "Allow another assessment: the connection broke before the data for {count} checks was read.",
            count=len(broken),
        )
        yield _build_decision(broken, text, "not-assessed", words)
    if held_up:
        text = words(
            "Allow another assessment in off-peak hours or with a larger load budget, to read what {count} checks "
            "need.",
            count=len(held_up),
        )
        yield _build_decision(held_up, text, "not-assessed", words)
    again = {*broken, *held_up}
    lacking, needs = _list_lacking(document, again, words)
    if lacking:
        text = (
            words(
                "{count} checks lack evidence. What unlocks most of them: {needs}",
                count=len(lacking),
                needs=needs,
            )
            if len(lacking) > 1
            else words("One check lacks evidence. What unlocks it: {needs}", needs=needs)
        )
        yield _build_decision(lacking, text, "not-assessed", words)
    ending = list(_list_ending_mutes(document, words))
    if ending:
        text = words("Renew or end the exemptions that expire before the next assessment.")
        yield _build_decision(ending, text, "mutes", words)
    carried = [result["code"] for result in document["results"] if result["carried_from"]]
    if carried:
        text = words(
            "Some findings of last time could not be assessed again and are carried over: arrange what each of them "
            "needs."
        )
        yield _build_decision(carried, text, "carried", words)


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
    shown = needs[:NEEDS_SHOWN]
    numbered = [f"({number}) {need}" for number, need in enumerate(shown, 1)] if len(shown) > 1 else shown
    return codes, choose_space(words).join(numbered)


def _build_decision(codes: Iterable[str], text: str, chapter: str, words: Words) -> Decision:
    """Return a decision on these checks: the first ones are named, the others counted."""
    title = words(_CHAPTERS[chapter])
    named = tuple(dict.fromkeys(make_printable(code, NAME_LENGTH) for code in codes))
    others = len(named) - CODES_SHOWN
    more = words("and {count} more under “{chapter}”", count=others, chapter=title) if others > 0 else ""
    return Decision(
        text=text, codes=named[:CODES_SHOWN], more=more, all_codes=named, chapter=chapter, chapter_title=title
    )


def _list_ending_mutes(document: Document, words: Words) -> Iterable[str]:
    last = words.day(document["as_of"]) + timedelta(days=RENEWAL_DAYS)
    return (
        result["code"]
        for result in document["results"]
        for finding in result["findings"]
        for mute in (finding["muted"], *(sign["muted"] for sign in finding["signs"]))
        if mute and date.fromisoformat(mute["until"]) <= last
    )
