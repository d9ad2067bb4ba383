"""Other values of one column, and other rows beside one: what ``neighbours`` tries around the cases of a check."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

from agent.model.terms import Version
from tests.checks.decoys import META_ID
from tests.checks.figures import cases_of
from tests.harness import NOW

ELSEWHERE, OTHER_TENANT = "10.0.0.99", 1098
MOST_WORDS = 12  # that a column of few words may have in all cases
MOST_KNOWN = 3  # values of other cases that are put where a row has none
_FACTORS = (0.01, 0.1, 0.5, 2, 10, 100, 1000)
_DAYS = tuple(map(timedelta, (1, 7, 30, 365)))
_AWAY = (*_DAYS, timedelta(seconds=1), timedelta(hours=1))
_US = timedelta(microseconds=1)
# Some between which something changed, and some whose text orders them otherwise.
_VERSIONS = (
    "4.0.0.0", "4.1.0.0", "4.2.0.0", "4.2.1.0", "4.2.1.10", "4.2.2.0", "4.2.5.0", "4.2.5.10", "4.3.0.0", "4.3.1.0",
    "4.3.2.0", "4.3.3.0", "4.3.4.0", "4.3.5.0", "4.3.5.10", "4.4.0.0", "4.9.0.0", "4.10.0.0", "5.0.0.0",
)  # fmt: skip
# Columns that name something: a larger one is another one.
NAMES = frozenset({"tenant_id", "con_id", "svr_port", "ls_id", "snap_id", "plan_hash", "plan_id", "id", "depth"})


def list_others(code: str, row_type: type, name: str, value: Any) -> list[Any]:
    """Values to try instead of this one in a case of a check, those of its other cases among them."""
    beside = [0, value + 1] if name in NAMES and isinstance(value, int) else list_beside(value)
    found = dict.fromkeys([None, *beside] if may_be_none(row_type, name) else beside)
    if value is None or isinstance(value, str):
        column = row_type, name
        known = [*_known_of(code).get(column, ()), *_known_of(None).get(column, ())]
        found |= dict.fromkeys(known[: MOST_KNOWN if value is None else MOST_WORDS])
    return [other for other in found if other != value]


def list_beside(value: Any) -> list[Any]:  # noqa: PLR0911 - a table
    """Less and more of the same kind, in rising order where there is one; numbers stay at zero or above."""
    match value:
        case bool():
            return [not value]
        case Enum():
            return list(type(value))
        case Version():
            return list(map(Version.parse, _VERSIONS))
        case int():
            return sorted({0, 1, *(round(value * factor) for factor in _FACTORS), value + 1, max(0, value - 1)})
        case float():
            return sorted({0.0, 1.0, *(value * factor for factor in _FACTORS), value + 1})
        case datetime():
            return sorted({value + sign * away for away in _AWAY for sign in (-1, 1)})
        case date():
            return sorted({value + sign * away for away in _DAYS for sign in (-1, 1)})
        case str() if value.isdecimal():
            return list(map(str, sorted({0, 1, *(round(int(value) * factor) for factor in _FACTORS)})))
        case str():
            return ["", f"{value}x", value.swapcase()]
    return []


@cache
def _known_of(code: str | None) -> Mapping[tuple[type, str], tuple[Any, ...]]:
    """The values of each column in the cases of a check; in those of all where they are few: then they are words."""
    found: defaultdict[tuple[type, str], dict[Any, None]] = defaultdict(dict)
    chosen = [cases_of()[code]] if code else cases_of().values()
    for row in (row for cases in chosen for case in cases for row in case.facts):
        for item in dataclasses.fields(row) if dataclasses.is_dataclass(row) else ():
            value = getattr(row, item.name)
            if value is not None and value.__hash__:
                found[type(row), item.name][value] = None
    return {column: tuple(known)[:MOST_WORDS] for column, known in found.items() if code or _are_few(known)}


def _are_few(known: Mapping[Any, None]) -> bool:
    return len(known) <= MOST_WORDS or not isinstance(next(iter(known)), str)


@cache
def _hints(row_type: type) -> Mapping[str, Any]:
    return typing.get_type_hints(row_type)


def may_be_none(row_type: type, name: str) -> bool:
    """Whether a column may hold nothing."""
    hint = _hints(row_type)[name]
    return isinstance(hint, types.UnionType) and types.NoneType in typing.get_args(hint)


# Values as numbers, among which a turning point is looked for.


def to_number(value: Any) -> int | None:
    """A value on a scale of the smallest units that it has; None if it has none."""
    match value:
        case bool() | Version():
            return None
        case int():
            return value
        case datetime():
            return (value - NOW.replace(tzinfo=value.tzinfo)) // _US
        case date():
            return value.toordinal()
        case str() if value.isdecimal():
            return int(value)
    return None


def from_number(number: int, like: Any) -> Any:
    """The value at this place of the scale, of the same kind as another."""
    match like:
        case datetime():
            return NOW.replace(tzinfo=like.tzinfo) + number * _US
        case date():
            return date.fromordinal(number)
        case str():
            return str(number)
    return number


# Numbers within a text that stand by themselves: no part of a name, an address or a version.
_WITHIN = re.compile(r"(?<![\w.])\d+(?![\w.])")
MOST_WITHIN = 4


def count_numbers(value: Any) -> int:
    """How many numbers of a text are changed; a text that is a number is one already."""
    is_text = isinstance(value, str) and not value.isdecimal()
    return min(MOST_WITHIN, len(_WITHIN.findall(value))) if is_text else 0


def read_number(text: str, place: int) -> int:
    """The number at this place within a text."""
    return int(_WITHIN.findall(text)[place])


def put_number(text: str, place: int, number: int) -> str:
    """The text with another number at this place."""
    match = list(_WITHIN.finditer(text))[place]
    return f"{text[: match.start()]}{number}{text[match.end() :]}"


def show_value(value: Any) -> str:
    """A value in a line of text; moments and days are told from the clock of the cases."""
    match value:
        case None:
            return "none"
        case datetime():
            away = value - NOW.replace(tzinfo=value.tzinfo)
            return f"{'-' if away < timedelta(0) else '+'}{abs(away)}"
        case date():
            return f"{(value - NOW.date()).days:+} days"
        case float():
            return f"{value:.12g}"
        case Version():
            return str(value)
    return repr(value)


# Other rows.


def list_twins(row: Any) -> Iterator[tuple[str, Any]]:
    """Rows like this one: elsewhere and larger or smaller, of other tenants, with another text in one column."""
    values = {item.name: getattr(row, item.name) for item in dataclasses.fields(row)}
    numbers = {name: value for name, value in values.items() if type(value) in (int, float) and name not in NAMES}
    larger = {name: value * 3 + 1 for name, value in numbers.items()}
    if values.get("svr_ip"):
        yield "larger elsewhere", dataclasses.replace(row, **larger, svr_ip=ELSEWHERE)
        smaller = {name: value // 3 for name, value in numbers.items()}
        yield "smaller elsewhere", dataclasses.replace(row, **smaller, svr_ip=ELSEWHERE)
    if values.get("tenant_id"):
        yield "of META", dataclasses.replace(row, **larger, tenant_id=META_ID)
        yield "of another tenant", dataclasses.replace(row, **larger, tenant_id=OTHER_TENANT)
    for name, value in values.items():
        if isinstance(value, str) and name != "svr_ip":
            yield f"other {name}", dataclasses.replace(row, **larger, **{name: f"{value}x"})
        elif isinstance(value, int) and name in NAMES - {"tenant_id"}:
            yield f"other {name}", dataclasses.replace(row, **larger, **{name: value + 1})
