"""Reads what a statement asks of each table: its conditions by column, with the place of each value. Pure.

A statement's text has ``?`` for values; the k-th, from 0, is that of the k-th entry of the plan's PARAM_INFOS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlglot import expressions as exp

from agent.facts.definition_text import TableShape
from agent.facts.dialect import parse_sql
from agent.facts.sql import CUT

_PARAMETER = re.compile(r"\{[^{}]*?(-?\d+)\}")
_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_MOST_CHARS = 40_000


class Asks(StrEnum):
    """What a condition asks of a column."""

    EQUAL = "equal"  # = ?
    AMONG = "among"  # IN (?, ?)
    RANGE = "range"
    LIKE = "like"
    JOINED = "joined"  # = a column of another table
    WRAPPED = "wrapped"  # a function of the column is compared
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition that every row must meet, on one column of one table. ``parameters`` are places of its values.

    ``other`` is the (table, column) that a joined column equals. ``block`` numbers the SELECT, UPDATE or DELETE.
    """

    table: str
    column: str
    asks: Asks
    parameters: tuple[int, ...] = ()
    other: tuple[str, str] | None = None
    block: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one block of a statement asks: its tables, its conditions, and the columns of each OR over several columns.

    ``ordered`` and ``grouped`` are (table, column). ``unresolved`` counts the columns whose table is not known.
    """

    tables: tuple[str, ...]
    conditions: tuple[Condition, ...]
    alternatives: tuple[tuple[tuple[str, str], ...], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    grouped: tuple[tuple[str, str], ...] = ()
    unresolved: int = 0
    joins_everything: bool = False


def read_questions(statement: str, shapes: Mapping[str, TableShape]) -> tuple[Question, ...] | None:
    """Return what each block of a statement asks; None for a text that is cut, too long or cannot be parsed.

    ``shapes`` are the definitions of tables by name: a column without a table is that of the one that has it.
    """
    if statement.endswith(CUT) or len(statement) > _MOST_CHARS:
        return None
    trees = parse_sql(statement, numbered=True)
    if not trees:
        return None
    blocks = [block for tree in trees for block in tree.find_all(exp.Select, exp.Update, exp.Delete)]
    return tuple(_read_block(block, number, shapes) for number, block in enumerate(blocks))


def read_parameter_types(param_infos: str) -> tuple[int, ...]:
    """Return the type number of each value of a plan, in the order of the text (4.3.5: 5 BIGINT, 22 VARCHAR)."""
    return tuple(int(found) for found in _PARAMETER.findall(param_infos))


class _Scope:
    """The tables of one block by the names that its columns use."""

    def __init__(self, block: exp.Expr, shapes: Mapping[str, TableShape]) -> None:
        self.by_alias: dict[str, str] = {}
        self.derived: set[str] = set()
        for source in _list_sources(block):
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                self.by_alias[source.alias_or_name.lower()] = source.name
            else:
                self.derived.add(source.alias_or_name.lower())
        self.shapes = {name.lower(): shape for name, shape in shapes.items()}
        self.unresolved = 0

    def find_column(self, column: exp.Column) -> tuple[str, str] | None:
        """Return table and column, or None for a column of a derived or an outer table, or of an unknown one."""
        if column.table:
            table = self.by_alias.get(column.table.lower())
            return (table, column.name) if table else None
        tables = list(dict.fromkeys(self.by_alias.values()))
        if len(tables) == 1 and not self.derived:
            return tables[0], column.name
        owners = [
            table
            for table in tables
            if any(column.name.lower() == name.lower() for name in self.shapes.get(table.lower(), TableShape()).columns)
        ]
        if len(owners) == 1:
            return owners[0], column.name
        self.unresolved += 1
        return None


def _list_sources(block: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(block, exp.Update | exp.Delete):
        yield from (block.this, *(block.args.get("tables") or ()), *(block.args.get("using") or ()))
    if from_ := block.args.get("from_"):
        yield from_.this
    for join in _list_joins(block):
        yield join.this


def _list_joins(block: exp.Expr) -> list[exp.Join]:
    own = list(block.args.get("joins") or ())
    first = block.args.get("from_")
    for source in (first.this if first else None, block.this if isinstance(block, exp.Update) else None):
        if isinstance(source, exp.Table):
            own += source.args.get("joins") or ()
    return own


def _read_block(block: exp.Expr, number: int, shapes: Mapping[str, TableShape]) -> Question:
    scope = _Scope(block, shapes)
    musts: list[exp.Expr] = []
    if where := block.args.get("where"):
        musts += _list_musts(where.this)
    joins = _list_joins(block)
    for join in joins:
        musts += _list_musts(join.args["on"]) if join.args.get("on") else ()
    conditions: list[Condition] = []
    alternatives: list[tuple[tuple[str, str], ...]] = []
    for must in musts:
        if isinstance(must, exp.Or):
            columns = _list_columns(must, scope)
            if len(set(columns)) > 1:
                alternatives.append(tuple(dict.fromkeys(columns)))
        else:
            conditions += _read_condition(must, number, scope)
    conditions += _read_using(joins, number, scope)
    return Question(
        tables=tuple(dict.fromkeys(scope.by_alias.values())),
        conditions=tuple(conditions),
        alternatives=tuple(alternatives),
        ordered=_list_plain(block.args.get("order"), scope),
        grouped=_list_plain(block.args.get("group"), scope),
        unresolved=scope.unresolved,
        joins_everything=_joins_everything(block, scope, conditions),
    )


def _list_musts(condition: exp.Expr) -> list[exp.Expr]:
    plain = condition.unnest()
    if isinstance(plain, exp.And):
        return [must for side in (plain.this, plain.expression) for must in _list_musts(side)]
    return [plain]


def _list_columns(node: exp.Expr, scope: _Scope) -> list[tuple[str, str]]:
    return [found for column in node.find_all(exp.Column) if (found := scope.find_column(column))]


def _list_plain(part: exp.Expr | None, scope: _Scope) -> tuple[tuple[str, str], ...]:
    found = []
    for item in part.expressions if part else ():
        column = item.this if isinstance(item, exp.Ordered) else item
        if isinstance(column, exp.Column) and (place := scope.find_column(column)):
            found.append(place)
    return tuple(found)


def _read_using(joins: Iterable[exp.Join], number: int, scope: _Scope) -> Iterator[Condition]:
    tables = list(scope.by_alias.values())
    for join in joins:
        table = scope.by_alias.get(join.this.alias_or_name.lower())
        for column in join.args.get("using") or ():
            if table and tables:
                yield Condition(
                    table=table, column=column.name, asks=Asks.JOINED, other=(tables[0], column.name), block=number
                )


def _read_condition(must: exp.Expr, number: int, scope: _Scope) -> Iterator[Condition]:
    sides = [side.unnest() for side in must.iter_expressions()]
    if isinstance(must, exp.EQ) and all(isinstance(side, exp.Column) for side in sides):
        yield from _read_join(sides, number, scope)
        return
    with_columns = [side for side in sides if side.find(exp.Column)]
    if len(with_columns) != 1 or must.find(exp.Query):
        return
    side = with_columns[0]
    if isinstance(must, exp.Not):  # IS NOT NULL, NOT IN, NOT LIKE: no index narrows by them, and nothing is wrapped
        for table, name in _list_columns(side, scope):
            yield Condition(table=table, column=name, asks=Asks.OTHER, block=number)
        return
    for column in [side] if isinstance(side, exp.Column) else list(side.find_all(exp.Column)):
        place = scope.find_column(column)
        if place:
            asks = _classify(must) if side is column else Asks.WRAPPED
            yield Condition(table=place[0], column=place[1], asks=asks, parameters=_list_parameters(must), block=number)


def _read_join(sides: Sequence[exp.Expr], number: int, scope: _Scope) -> Iterator[Condition]:
    places = [scope.find_column(side) if isinstance(side, exp.Column) else None for side in sides]
    for own, other in (places, reversed(places)):
        if own is not None:
            yield Condition(table=own[0], column=own[1], asks=Asks.JOINED, other=other, block=number)


def _classify(must: exp.Expr) -> Asks:
    if isinstance(must, exp.EQ | exp.NullSafeEQ | exp.Is):
        return Asks.EQUAL
    if isinstance(must, exp.In):
        return Asks.AMONG
    if isinstance(must, exp.Like):
        return Asks.LIKE
    return Asks.RANGE if isinstance(must, _RANGES) else Asks.OTHER


def _list_parameters(must: exp.Expr) -> tuple[int, ...]:
    return tuple(sorted(int(found.name) for found in must.find_all(exp.Placeholder) if found.name.isdecimal()))


def _joins_everything(block: exp.Expr, scope: _Scope, conditions: Sequence[Condition]) -> bool:
    """Whether two of the block's tables are joined by no condition at all: each row of one meets each of the other."""
    aliases = [alias for alias in scope.by_alias if alias]
    if len(aliases) < 2 or scope.derived or scope.unresolved:
        return False
    group = {alias: alias for alias in aliases}

    def root(alias: str) -> str:
        while group[alias] != alias:
            alias = group[alias]
        return alias

    for condition in (*block.find_all(exp.Predicate), *block.find_all(exp.Join)):
        used = {column.table.lower() for column in condition.find_all(exp.Column) if column.table} & set(aliases)
        if isinstance(condition, exp.Join) and condition.args.get("using"):
            used = set(aliases)
        for alias in used:
            group[root(alias)] = root(next(iter(used)))
    by_table = {condition.table for condition in conditions if condition.asks is Asks.JOINED}
    return len({root(alias) for alias in aliases}) > 1 and len(by_table) < len(set(scope.by_alias.values()))
