"""What is known of backup and availability, and what is not: a line of each on page one, never a mere dash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.model.document import Document, ResultEntry
from agent.model.labels import CATEGORIES, N_
from agent.model.terms import Category, Outcome
from agent.report.view.impact import choose_space
from agent.report.words import Words, make_printable

NAMED = 2
SUBJECTS = (Category.BACKUP, Category.AVAILABILITY)
STATES = {
    "risk": N_("Risk found"),
    "unknown": N_("Not known"),
    "partly": N_("Known in part"),
    "well": N_("No objection"),
}
_ASKS_ZONES = "availability.single_zone"  # what a single node answers
_ALONE = N_(
    "The tenant runs on a single node and has no high availability: if the node fails, the service stops, and no other "
    "replica can take over."
)
_LEFT_OUT = frozenset({Outcome.NOT_APPLICABLE, Outcome.DISABLED})
_UNKNOWN = frozenset({Outcome.NOT_ASSESSED, Outcome.ERROR})
_FOUND = frozenset({Outcome.FINDING, Outcome.JOINED, Outcome.MUTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceLine:
    """One subject. ``state`` is a key of STATES; ``known`` and ``unknown`` are sentences, ``unknown`` may be empty."""

    key: str
    label: str
    state: str
    state_label: str
    known: str
    unknown: str


def build_assurance(document: Document, words: Words) -> tuple[AssuranceLine, ...]:
    """Return a line for backup and one for availability."""
    return tuple(_build_line(subject, document, words) for subject in SUBJECTS)


def _build_line(subject: str, document: Document, words: Words) -> AssuranceLine:
    alone = tell_single_node(subject, document, words)
    mine = [
        result
        for result in document["results"]
        if result["category"] == subject and not (alone and result["name"] == _ASKS_ZONES)
    ]
    found = [result for result in mine if result["outcome"] in _FOUND]
    passed = [result for result in mine if result["outcome"] == Outcome.PASS]
    unknown = sorted(
        (result for result in mine if result["outcome"] in _UNKNOWN), key=lambda r: (-r["risk_stake"], r["code"])
    )
    state = "risk" if alone else _choose_state(found, passed, unknown)
    return AssuranceLine(
        key=str(subject),
        label=words(CATEGORIES[subject]),
        state=state,
        state_label=words(STATES[state]),
        known=choose_space(words).join(
            filter(None, (alone, _describe_known(found, passed, words, is_known=bool(alone))))
        ),
        unknown=_describe_unknown(mine, unknown, words),
    )


def tell_single_node(subject: str, document: Document, words: Words) -> str:
    """Say of availability that the tenant has a single node; empty of another subject, and if it has several."""
    return words(_ALONE) if subject == Category.AVAILABILITY and has_single_node(document) else ""


def has_single_node(document: Document) -> bool:
    """Whether it is known that the tenant has one unit on one node, and so no other replica."""
    instance, zones = document["instance"], {seen["zone"] for seen in document["instance"]["replicas"]}
    if document["target"]["embedded"]:
        return True
    units = sum(unit["units"] for unit in instance["units"])
    return units == 1 and len(zones) < 2 and instance["locality"].count("@") < 2


def _choose_state(found: Sequence[object], passed: Sequence[object], unknown: Sequence[object]) -> str:
    if found:
        return "risk"
    if not passed:
        return "unknown"
    return "partly" if unknown else "well"


def _describe_known(
    found: Sequence[ResultEntry], passed: Sequence[ResultEntry], words: Words, *, is_known: bool
) -> str:
    """What was found and what passed; ``is_known`` if something else is known of it."""
    told = []
    if found:
        told.append(words("Found: {titles}.", titles=_name_checks(found, words)))
    if passed:
        attested = sum(result["attested"] for result in passed)
        if attested:
            text = words(
                "{count} checks passed, {stated} of them as the customer states.",
                count=len(passed),
                stated=attested,
            )
        else:
            text = words("{count} checks passed.", count=len(passed)) if len(passed) > 1 else words("1 check passed.")
        told.append(text)
    if not told and not is_known:
        return words("This assessment could not verify it: confirm it in the console.")
    return choose_space(words).join(told)


def _describe_unknown(mine: Sequence[ResultEntry], unknown: Sequence[ResultEntry], words: Words) -> str:
    if unknown:
        return words("Not verified: {titles}.", titles=_name_checks(unknown, words))
    if all(result["outcome"] in _LEFT_OUT for result in mine):
        return words("No check of this kind applies to this tenant; see “To be verified by hand”.")
    return ""


def _name_checks(results: Sequence[ResultEntry], words: Words) -> str:
    """The titles of the first checks, and how many more there are."""
    titles = [make_printable(result["texts"].get(words.language, result["texts"]["en"])["title"]) for result in results]
    named, more = words("; ").join(titles[:NAMED]), len(titles) - NAMED
    return words("{named} and {count} more", named=named, count=more) if more > 0 else named
