"""What to buy and by when, as a card shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.model.document import FindingEntry
from agent.model.labels import N_
from agent.model.terms import Unit
from agent.report.words import NAME_LENGTH, Words, make_printable

BUYS: Mapping[str, str] = {
    "cores": N_("cores"),
    "memory": N_("memory"),
    "data_disk": N_("data disk"),
    "log_disk": N_("log disk"),
    "connections": N_("connections"),
}
_SIZES = {Unit.COUNT: Unit.RATIO}  # cores have decimals


def list_outlook(finding: FindingEntry, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the size to buy with its formula, and the day on which there is no more, as (name, value)."""
    purchase = finding["purchase"]
    if purchase:
        unit = Unit(purchase["unit"])
        size, present = (words.value(purchase[key], _SIZES.get(unit, unit)) for key in ("needed", "present"))
        what = words.label(BUYS, purchase["what"])
        yield (
            words("Size to set" if purchase["what"] == "connections" else "Size to buy"),
            words("{size} {what} (now {present})", size=size, what=what, present=present),
        )
        yield words("Formula"), words.pick(purchase["formula"])
    if finding["exhausted_on"]:
        basis = words.pick(finding["exhausted_by"])
        day = make_printable(finding["exhausted_on"], NAME_LENGTH)
        yield words("Used up on"), words("{day} ({basis})", day=day, basis=basis)
