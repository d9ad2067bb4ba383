"""A cluster as rows of its views, whatever the version has of them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from agent.model.terms import TenantKind
from tests.clusters.schema import DATA, TYPES, Target, columns_of, views_of
from tests.harness import NOW

Row = dict[str, Any]
LONG_NAMES = {view.partition(".")[2]: view for view in TYPES}
GIB = 2**30


class Server(NamedTuple):
    ip: str
    zone: str
    port: int = 2882


class Setting(NamedTuple):
    level: str
    name: str
    value: str


class Cluster:
    """Rows by view. Views and columns that this version lacks are left out; names that no version has are errors."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.rows: dict[str, list[Row]] = defaultdict(list)

    @property
    def is_sys(self) -> bool:
        return self.target.kind is TenantKind.SYS

    def add(self, view: str, **values: Any) -> None:
        """One row; columns that are not named are NULL."""
        name = LONG_NAMES[view]
        row = {column.upper().replace("STATISTIC_NO", "STATISTIC#"): value for column, value in values.items()}
        unknown = row.keys() - columns_of(name)
        if unknown:
            raise KeyError(f"no version of {view} has {sorted(unknown)}")
        present = views_of(self.target).get(name)
        if present:
            self.rows[name].append({column: value for column, value in row.items() if column in present})

    def add_all(self, view: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self.add(view, **row)

    def change(self, view: str, change: Row, where: Callable[[Row], bool] = lambda row: True) -> None:
        """Plant a fault in the rows that are meant, in columns that this version has. Raises LookupError for no row."""
        present = views_of(self.target).get(LONG_NAMES[view], ())
        meant = [row for row in self.rows[LONG_NAMES[view]] if where(row)]
        if present and not meant:
            raise LookupError(f"no row of {view} is meant")
        for row in meant:
            row.update({column: value for column, value in change.items() if column in present})

    def drop(self, view: str, where: Callable[[Row], bool]) -> None:
        """Take rows away."""
        name = LONG_NAMES[view]
        self.rows[name] = [row for row in self.rows[name] if not where(row)]

    def inserts(self, schema: str, at_once: int = 500) -> Iterator[tuple[str, list[Any]]]:
        """Statements with their values that fill the tables."""
        for view, rows in self.rows.items():
            columns = sorted(frozenset[str]().union(*(row.keys() for row in rows)))
            names = ", ".join(f"`{column}`" for column in columns)
            place = "(" + ", ".join(["%s"] * len(columns)) + ")"
            for start in range(0, len(rows), at_once):
                part = rows[start : start + at_once]
                values = [_plain(row.get(column)) for row in part for column in columns]
                table = f"`{schema}`.`{view.partition('.')[2]}`"
                yield f"INSERT INTO {table} ({names}) VALUES {', '.join([place] * len(part))}", values


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def ago(**parts: float) -> datetime:
    """So long before the assessment."""
    return NOW - timedelta(**parts)


@cache
def published(version: str, kind: str) -> tuple[Setting, ...]:
    """The published defaults of a version: kind is ``parameter`` or ``variable``."""
    with (DATA / "published_defaults.tsv").open(encoding="utf-8") as file:
        return tuple(
            Setting(line["level"], line["name"], line["default"])
            for line in csv.DictReader(file, delimiter="\t")
            if (line["version"], line["kind"]) == (version, kind)
        )
