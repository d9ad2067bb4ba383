"""What has to be bought, with the size computed from demand, growth and limit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agent.model.document import CapacityEntry, Document, FindingEntry, PurchaseEntry
from agent.model.labels import N_
from agent.model.naming import tenant_name
from agent.model.terms import Outcome, Unit
from agent.report.view.cards import list_open_findings
from agent.report.view.measured import list_rungs
from agent.report.words import NAME_LENGTH, Words, make_printable

AHEAD_DAYS = 365
_DISK = "data_disk"
_CHECK = "capacity.data_disk_nearly_full"
_GIB = 1 << 30
_KINDS = {
    "cores": N_("CPU cores"),
    "memory": N_("memory"),
    "data_disk": N_("data disk"),
    "log_disk": N_("log disk"),
}


# What the console sells as one specification, in the order in which it names them.
SPECIFICATION = ("cores", "memory", "log_disk")


@dataclass(frozen=True, slots=True)
class _Part:
    """The largest purchase of one kind with its finding, and the checks that ask for one."""

    finding: FindingEntry
    told: PurchaseEntry
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """Something to buy, in words with its formula; ``codes`` are the checks whose limit it is computed from."""

    text: str
    codes: tuple[str, ...]


def list_purchases(document: Document, words: Words) -> Iterator[PurchaseLine]:
    """Yield what findings say is to be bought, what makes up one specification in one line; else the data disk.

    Of each kind it is the largest size. The data disk that a year takes is told where no finding tells one.
    """
    computed = _collect_computed(document)
    parts = [computed.pop(kind) for kind in SPECIFICATION if kind in computed]
    if len(parts) > 1:
        yield _describe_specification(parts, words)
    else:
        yield from (_describe_computed(part, words) for part in parts)
    for kind in sorted(computed):
        if kind in _KINDS:
            yield _describe_computed(computed[kind], words)
    if _DISK not in computed:
        yield from _list_disks(document, words)


def list_parts(findings: Iterable[FindingEntry], words: Words) -> list[str]:
    """Return the parts of a specification that these findings ask for, each with its largest size."""
    sizes: dict[str, PurchaseEntry] = {}
    for told in (finding["purchase"] for finding in findings):
        if told and (told["what"] not in sizes or told["needed"] > sizes[told["what"]]["needed"]):
            sizes[told["what"]] = told
    return [_describe_part(sizes[kind], words) for kind in SPECIFICATION if kind in sizes]


def _collect_computed(document: Document) -> dict[str, _Part]:
    """The largest purchase of each kind that a finding tells, with all checks that ask for one."""
    found: dict[str, _Part] = {}
    for result in document["results"]:
        for finding in list_open_findings(result):
            told = finding["purchase"]
            if told:
                part = found.get(told["what"], _Part(finding, told, ()))
                largest = _Part(finding, told, part.codes) if told["needed"] > part.told["needed"] else part
                found[told["what"]] = replace(largest, codes=(*part.codes, result["code"]))
    return found


def _describe_part(told: PurchaseEntry, words: Words) -> str:
    size, what = words.value(told["needed"], Unit(told["unit"])), words.label(_KINDS, told["what"])
    return words("{size} {what}", size=size, what=what)


def _describe_specification(parts: Sequence[_Part], words: Words) -> PurchaseLine:
    """One order: the console sells cores, memory and log disk together."""
    formulas = [
        words("{title}: {text}", title=words.label(_KINDS, part.told["what"]), text=words.pick(part.told["formula"]))
        for part in parts
    ]
    present = [words.value(part.told["present"], Unit(part.told["unit"])) for part in parts]
    text = words(
        "Approve a larger specification for the {resource}: the next on sale with no less than {sizes} (now "
        "{present}). {formulas}.",
        resource=words.resource(parts[0].finding),
        sizes=words(", ").join(_describe_part(part.told, words) for part in parts),
        present=words(", ").join(present),
        formulas="; ".join(formulas) if words.language == "en" else "；".join(formulas),
    )
    return PurchaseLine(text, tuple(dict.fromkeys(code for part in parts for code in part.codes)))


def _describe_computed(part: _Part, words: Words) -> PurchaseLine:
    unit = Unit(part.told["unit"])
    text = words(
        "Approve {what} for {resource}: {size} instead of {present}, {formula}.",
        size=words.value(part.told["needed"], unit),
        what=words.label(_KINDS, part.told["what"]),
        resource=words.resource(part.finding),
        present=words.value(part.told["present"], unit),
        formula=words.pick(part.told["formula"]),
    )
    return PurchaseLine(text, tuple(dict.fromkeys(part.codes)))


def _list_disks(document: Document, words: Words) -> Iterator[PurchaseLine]:
    """Yield the data disk to buy: that of the zone which needs the most, where a size and a limit are known.

    Size = (in use now + growth in a year) / limit. Growth is that of earlier assessments, else what the customer says.
    """
    checks = [result for result in document["results"] if result["name"] == _CHECK]
    limit_pct = min((min(list_rungs(result["ladder"]).values(), default=0.0) for result in checks), default=0.0)
    if not limit_pct or any(result["outcome"] == Outcome.DISABLED for result in checks):
        return
    sized = [gauge for gauge in document["figures"]["capacity"] if gauge["kind"] == _DISK and gauge["size_bytes"]]
    needs = [(_compute_need(gauge, document, limit_pct), gauge) for gauge in sized]
    short = [(need, gauge) for need, gauge in needs if need > (gauge["size_bytes"] or 0)]
    if short:
        need, gauge = max(short, key=lambda item: (item[0], item[1]["resource"]))
        yield PurchaseLine(_describe_disk(need, gauge, document, limit_pct, words), tuple(r["code"] for r in checks))


def _compute_need(gauge: CapacityEntry, document: Document, limit_pct: float) -> int:
    """Bytes to buy, in whole GiB."""
    wanted = (gauge["used_bytes"] + _find_growth_bytes(gauge, document)) * 100 / limit_pct
    return math.ceil(wanted / _GIB) * _GIB


def _find_growth_bytes(gauge: CapacityEntry, document: Document) -> float:
    """By how much the data grows within a year; 0 where nothing is known of it."""
    for forecast in document["figures"]["forecasts"]:
        if (forecast["kind"], forecast["resource"]) == (gauge["kind"], gauge["resource"]):
            return max(0.0, float(forecast["bytes_per_day"])) * AHEAD_DAYS
    return gauge["used_bytes"] * (document["business"]["growth_pct_per_year"] or 0.0) / 100


def _describe_disk(need: int, gauge: CapacityEntry, document: Document, limit_pct: float, words: Words) -> str:
    place, growth = gauge["resource"], _find_growth_bytes(gauge, document)
    named = words(place) if place == tenant_name(None) else make_printable(place, NAME_LENGTH)
    values = {
        "zone": named,
        "size": words.value(need, Unit.BYTES),
        "present": words.value(gauge["size_bytes"], Unit.BYTES),
        "used": words.value(gauge["used_bytes"], Unit.BYTES),
        "growth": words.value(round(growth), Unit.BYTES),
        "limit": words.value(limit_pct, Unit.PCT),
    }
    if growth:
        return words(
            "Approve {size} of data disk for {zone} instead of {present}: ({used} in use + {growth} growth in a year) "
            "÷ {limit}.",
            **values,
        )
    return words(
        "Approve {size} of data disk for {zone} instead of {present}: {used} in use ÷ {limit}; no growth is known yet.",
        **values,
    )
