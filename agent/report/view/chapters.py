"""The body of the report: the top risks, then a chapter per category with what else was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.model.document import Document, ResultEntry
from agent.model.labels import CATEGORIES
from agent.model.terms import Actor, Category, Outcome, TenantKind, Unit
from agent.report.view.assurance import tell_single_node
from agent.report.view.cards import Card
from agent.report.words import NOTHING, Words, format_points

TOP = 10
_LEFT_OUT = frozenset({Outcome.NOT_APPLICABLE, Outcome.DISABLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One category. ``top`` are its cards among the top risks, ``cards`` the others; each card is in one place only.

    ``points_lost`` is empty if nothing that takes points was assessed. ``joined`` counts the checks whose findings are
    told with those of others. ``note`` explains why there are no cards.
    """

    key: str
    label: str
    points_lost: str
    coverage: str
    top: tuple[Card, ...]
    cards: tuple[Card, ...]
    passed: int
    not_assessed: int
    muted: int
    joined: int
    note: str


def build_chapters(document: Document, cards: Sequence[Card], words: Words) -> tuple[Chapter, ...]:
    """Return a chapter for each category with a check that applies, in the order of ``Category``.

    ``cards`` are the counted ones, most points lost first.
    """
    score, order = document["score"]["categories"], [category.value for category in Category]
    first = {card.code for card in cards[:TOP]}
    found = []
    for key in sorted(score, key=lambda name: order.index(name) if name in order else len(order)):
        applying = _list_applying(document, key)
        if not applying:
            continue
        outcomes = Counter(result["outcome"] for result in applying)
        mine = [card for card in cards if card.category_key == key]
        platforms = all(is_platform(result, document) for result in applying)
        lost = score[key]["points_lost"]
        note = tell_single_node(key, document, words) or _explain_no_cards(outcomes, lost, platforms, words)
        found.append(
            Chapter(
                key=key,
                label=words.label(CATEGORIES, key),
                points_lost="" if lost is None else format_points(lost),
                coverage=NOTHING if platforms else words.value(score[key]["coverage_pct"], Unit.PCT),
                top=tuple(card for card in mine if card.code in first),
                cards=tuple(card for card in mine if card.code not in first),
                passed=outcomes[Outcome.PASS],
                not_assessed=outcomes[Outcome.NOT_ASSESSED] + outcomes[Outcome.ERROR],
                muted=outcomes[Outcome.MUTED],
                joined=outcomes[Outcome.JOINED],
                note="" if mine else note,
            )
        )
    return tuple(found)


def list_unscored(document: Document, words: Words) -> Mapping[str, str]:
    """Return the categories without points, each with the reason in a few words."""
    found = {}
    for key, category in document["score"]["categories"].items():
        applying = _list_applying(document, key)
        if category["points_lost"] is not None:
            continue
        if not applying:
            found[key] = words("no check applies")
        elif all(is_platform(result, document) for result in applying):
            found[key] = words("the platform's, no points")
        else:
            found[key] = words("not assessed")
    return found


def is_platform(result: ResultEntry, document: Document) -> bool:
    """Whether the result is for the cloud platform. On a user tenant it takes no points and leaves the coverage."""
    return bool(result["actor"] == Actor.PLATFORM and document["target"]["kind"] == TenantKind.USER)


def _list_applying(document: Document, category: str) -> list[ResultEntry]:
    return [r for r in document["results"] if r["category"] == category and r["outcome"] not in _LEFT_OUT]


def _explain_no_cards(outcomes: Mapping[str, int], lost: float | None, platforms: bool, words: Words) -> str:
    if outcomes.get(Outcome.FINDING):  # no card is the customer's
        return words(
            "Findings of this category are handled by the cloud platform: they take no points and are listed "
            "in the annex."
        )
    if outcomes.get(Outcome.JOINED):
        return words("The findings here are combined with findings of other checks.")
    if platforms and outcomes.get(Outcome.PASS):
        return words(
            "The checks of this category belong to the cloud platform and take no points; those that were "
            "assessed found nothing."
        )
    if lost is not None:
        return words("Nothing was found here.")
    if outcomes.get(Outcome.PASS):
        return words("Nothing here that takes points could be assessed.")
    return words("Nothing here could be assessed.")
