"""The body of the report: the top risks, then a chapter per category with what else was found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.document import Document
from agent.report.cards import Card
from agent.report.labels import CATEGORIES
from agent.report.words import Words, points
from agent.terms import Category, Outcome, Unit

TOP = 10


@dataclass(frozen=True, slots=True)
class Chapter:
    """One category. ``top`` are its cards among the top risks, ``cards`` the others; each card is in one place only.

    ``points_lost`` is empty where nothing was assessed.
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


def chapters(document: Document, cards: Sequence[Card], words: Words) -> tuple[Chapter, ...]:
    """The categories that have a check that applies, in the usual order. ``cards``: the counted ones, dearest first."""
    score, order = document["score"]["categories"], [category.value for category in Category]
    first = {card.code for card in cards[:TOP]}
    found = []
    for key in sorted(score, key=lambda name: order.index(name) if name in order else len(order)):
        outcomes = Counter(result["outcome"] for result in document["results"] if result["category"] == key)
        mine = [card for card in cards if card.category_key == key]
        if not outcomes.keys() - {Outcome.NOT_APPLICABLE, Outcome.DISABLED}:
            continue
        lost = score[key]["points_lost"]
        found.append(
            Chapter(
                key=key,
                label=words.label(CATEGORIES, key),
                points_lost="" if lost is None else points(lost),
                coverage=words.value(score[key]["coverage_pct"], Unit.PCT),
                top=tuple(card for card in mine if card.code in first),
                cards=tuple(card for card in mine if card.code not in first),
                passed=outcomes[Outcome.PASS],
                not_assessed=outcomes[Outcome.NOT_ASSESSED] + outcomes[Outcome.ERROR],
                muted=outcomes[Outcome.MUTED],
            )
        )
    return tuple(found)
