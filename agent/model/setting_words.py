"""Values of settings in words. As servers and rules spell them, units are left out and no limit is a huge number."""

from __future__ import annotations

import re
from functools import reduce

from agent.model.terms import Scalar, Text, Unit

Told = str | Text
_UNLIMITED = frozenset({2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1})
_SWITCHES = {"true": "{word} (on)", "false": "{word} (off)"}
_UNITS = {
    "us": "{number} us ({time_s})",
    "ms": "{number} ms",
    "s": "{number} s",
    "m": "{number} min",
    "h": "{number} h",
    "d": "{number} days",
    "B": "{number} bytes",
    "K": "{number} KiB",
    "M": "{number} MiB",
    "G": "{number} GiB",
    "T": "{number} TiB",
}
# The units of evidence as settings spell them.
BARE_UNITS = {
    Unit.PCT: "%",
    Unit.BYTES: "B",
    Unit.SECONDS: "s",
    Unit.MILLISECONDS: "ms",
    Unit.MICROSECONDS: "us",
}
_AMOUNT = re.compile(r"(-?\d+(?:\.\d+)?) ?(us|ms|[smhd%]|[KMGT]I?B?|B|)", re.IGNORECASE)
_RANGE, _ALTERNATIVES = " – ", " / "


def read_bare_unit(expected: str) -> str:
    """Return the unit of bare numbers: it stands once, behind what a rule expects, as in ``900 – 86400 s``."""
    found = re.search(r"\d( (?:us|ms|s|B)|%)$", expected)
    return found[1].strip() if found else ""


def tell_setting(word: str, unit: str) -> Told:
    """Return the value of a setting in words; ``unit`` is that of bare numbers, "" if they have none."""
    if not word.strip("' "):
        return Text("empty")
    if word.lower() in _SWITCHES:
        return Text(_SWITCHES[word.lower()], {"word": word})
    found = _AMOUNT.fullmatch(word)
    if found is None:
        return word
    whole = "." not in found[1]
    number = f"{int(found[1]):,}" if whole else found[1]
    if whole and int(found[1]) in _UNLIMITED:
        return Text("unlimited ({number})", {"number": number})
    own, amount = _find_unit(found[2]) or unit, float(found[1])
    if not own or amount <= 0:  # what means "off" or "as long as it takes" has no unit
        return number
    if own == "%":
        return f"{number}%"
    if own == "d" and amount == 1:
        return Text("{number} day", {"number": number})
    values: dict[str, Scalar | Text] = {"number": number}
    if own == "us":
        values["time_s"] = amount / 1_000_000
    return Text(_UNITS[own], values)


def tell_expected(expected: str) -> Told:
    """Return in words what a rule expects: ``0ms / ≥ 1s`` becomes ``0 or at least 1 s``."""
    unit = read_bare_unit(expected)
    *others, last = (_tell_alternative(part, unit) for part in expected.split(_ALTERNATIVES))
    if not others:
        return last
    named = reduce(lambda first, second: Text("{first}, {second}", {"first": first, "second": second}), others)
    return Text("{first} or {second}", {"first": named, "second": last})


def _tell_alternative(part: str, unit: str) -> Told:
    bare = part.removesuffix(unit).rstrip() if unit else part
    if bare.startswith("≤ "):
        return Text("at most {bound}", {"bound": tell_setting(bare.removeprefix("≤ "), unit)})
    if bare.startswith("≥ "):
        bound = bare.removeprefix("≥ ")
        told = tell_setting(bound, unit)
        # Nothing lies above the largest number.
        return told if bound.isdecimal() and int(bound) in _UNLIMITED else Text("at least {bound}", {"bound": told})
    low, dash, high = bare.partition(_RANGE)
    if not dash:
        return tell_setting(bare, unit)
    return Text("{low} to {high}", {"low": tell_setting(low, unit), "high": tell_setting(high, unit)})


def _find_unit(spelled: str) -> str:
    """``M`` and ``MB`` are sizes, ``m`` are minutes."""
    if spelled.lower() in ("", "us", "ms", "s", "h", "d", "%"):
        return spelled.lower()
    return "m" if spelled == "m" else spelled[0].upper()
