"""Checks that records read from a file hold what their annotations say."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from agent.model.terms import TenantKind, Version

T = TypeVar("T")
_LARGEST_NUMBER = 1 << 100  # sums of 64-bit numbers are less
_PLAIN_TYPES = frozenset({str, int, float, bool, datetime, date, Version, TenantKind, types.NoneType})


def check_record(record: T) -> T:
    """The record, a dataclass. Raises ValueError for a field of a wrong type, which would break a report later."""
    kind: type = type(record)
    for name, kinds in _find_kinds(kind).items():
        value = getattr(record, name)
        if type(value) not in kinds or (type(value) is int and abs(value) > _LARGEST_NUMBER):
            raise ValueError(f"{kind.__name__}.{name}")
    return record


@cache
def _find_kinds(record: type) -> Mapping[str, frozenset[type]]:
    """The types that each field may hold. Fields that hold more than plain values are left out."""
    found = {}
    for name, hint in typing.get_type_hints(record).items():
        kinds = frozenset(typing.get_args(hint) or (hint,))
        if kinds <= _PLAIN_TYPES:
            found[name] = kinds | {int} if float in kinds else kinds
    return found


def parse_moment(text: str) -> datetime:
    """The aware time of an ISO 8601 text. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found


def parse_version(parts: list[int]) -> Version:
    """A version from its numbers. Raises ValueError."""
    if not all(type(part) is int and 0 <= part <= _LARGEST_NUMBER for part in parts):
        raise ValueError("this is no version")
    return Version(*parts)
