"""Chooses a least and a largest value for a column whose real ones are the customer's, and values between them. Pure.

Whole numbers go from 1 to the number of distinct values, dates over the five years before the snapshot, texts from a to
zz. A literal is chosen by the share of the column that lies below it, so estimates can be made those of the tenant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_INTEGER_MAX = {"tinyint": 127, "smallint": 32_767, "mediumint": 8_388_607, "int": 2_147_483_647, "bigint": 10**18}
_FRACTIONS = frozenset({"decimal", "float", "double"})
_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_DAYS = 1826
_LETTERS = 26
_MOST_WHOLE = 10**9
DATES = frozenset({"date", "datetime", "timestamp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnType:
    """A column as the twin's dictionary has it. ``digits`` are those in front of the point of a DECIMAL."""

    data_type: str
    column_type: str
    character_set: str = ""
    collation: str = ""
    digits: int | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """The values that a column is taken to have: evenly from ``low`` to ``high``."""

    column: ColumnType
    most: int  # the largest whole number; of other types how many values there are
    as_of: datetime

    @property
    def low(self) -> str:
        """The least value as a literal."""
        return self.write(0.0)

    @property
    def high(self) -> str:
        """The largest value as a literal."""
        return self.write(1.0)

    def write(self, share: float) -> str:
        """Return the literal below which this share of the column lies."""
        share = min(max(share, 0.0), 1.0)
        kind = self.column.data_type
        if kind in _INTEGER_MAX:
            return str(1 + round(share * (self.most - 1)))
        if kind in _FRACTIONS:
            return f"{1 + share * (self.most - 1):.4f}".rstrip("0").rstrip(".")
        if kind == "year":
            return str(2000 + round(share * 24))
        if kind == "time":
            return f"'{timedelta(seconds=round(share * 86399))!s:0>8}'"
        if kind in DATES:
            return _write_date(self.as_of, share, has_time=kind != "date")
        return f"'{_write_text(share, 1 if self.column.length == 1 else 2)}'"


def _write_date(as_of: datetime, share: float, *, has_time: bool) -> str:
    moment = as_of - timedelta(days=_DAYS * (1 - share))
    return f"'{moment:%Y-%m-%d %H:%M:%S}'" if has_time else f"'{moment:%Y-%m-%d}'"


def _write_text(share: float, letters: int) -> str:
    """Return one or two letters: a is the first, zz the last."""
    place = round(share * (_LETTERS**letters - 1))
    text = chr(ord("a") + place // _LETTERS) if letters > 1 else ""
    return (text + chr(ord("a") + place % _LETTERS)) if share > 0 else "a"


def choose_bounds(column: ColumnType, distinct: int, as_of: datetime) -> Bounds | None:
    """Return the bounds of a column with so many distinct values; None for a type that has no order worth a guess."""
    kind = column.data_type
    if kind in _INTEGER_MAX:
        return Bounds(column, max(2, min(distinct, _INTEGER_MAX[kind])), as_of)
    if kind in _FRACTIONS:
        largest = 10 ** min(column.digits, 9) - 1 if column.digits is not None else _MOST_WHOLE
        return Bounds(column, max(1, min(distinct, largest)), as_of)
    return Bounds(column, distinct, as_of) if kind in DATES | _TEXTS | {"year", "time"} else None


def count_days(share: float) -> int:
    """Return how many days before the snapshot this share of a column of dates lies, at least one."""
    return max(1, round(share * _DAYS))
