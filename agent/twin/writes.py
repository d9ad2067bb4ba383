"""Estimates what an index costs those statements that write to its table. Pure.

The optimizer's cost of a write does not hold the upkeep of indexes, so each entry that is written counts a fixed time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import expressions as exp

from agent.facts.parsed_sql import parse_statement
from agent.twin.candidates import Candidate
from agent.twin.matched import Matched

# Microseconds for one entry of an index, in memory and later on disk: a coarse figure, to weigh reads against writes.
_ENTRY_US = 5


@dataclass(frozen=True, slots=True)
class _Write:
    """One writing statement: how many rows it wrote in all, and the columns that it sets; None if it sets them all."""

    rows: int
    columns: frozenset[str] | None


class Writes:
    """The writing statements by the name of their table, in lower case."""

    def __init__(self, matched: Iterable[Matched]) -> None:
        self._by_table: defaultdict[str, list[_Write]] = defaultdict(list)
        for one in matched:
            tree = parse_statement(one.statement.text) if one.statement.text else None
            target = _find_target(tree) if tree is not None else None
            if target and tree is not None:
                load = one.statement.load
                self._by_table[target].append(_Write(max(load.rows_used, 0), _list_set(tree)))

    def count_us(self, candidate: Candidate) -> int:
        """Return the microseconds that the upkeep of an index took, had it been there."""
        columns = {name.lower() for name in candidate.columns}
        rows = sum(
            write.rows * (1 if write.columns is None else 2)  # an update takes one entry away and puts one in
            for write in self._by_table[candidate.table.lower()]
            if write.columns is None or write.columns & columns
        )
        return rows * _ENTRY_US


def _find_target(tree: exp.Expr) -> str | None:
    """Return the table that a statement writes to, in lower case; None for one that writes to none."""
    if not isinstance(tree, exp.Insert | exp.Update | exp.Delete):
        return None
    table = tree.find(exp.Table)
    return table.name.lower() if table else None


def _list_set(tree: exp.Expr) -> frozenset[str] | None:
    if not isinstance(tree, exp.Update):
        return None
    set_ = [item.this for item in tree.expressions if isinstance(item, exp.EQ)]
    return frozenset(column.name.lower() for column in set_ if isinstance(column, exp.Column))
