"""Reads what a statement asks of each table: its conditions by column, with the place of each value. Pure.

A statement's text has ``?`` for values; the k-th, from 0, is that of the k-th entry of the plan's PARAM_INFOS.
"""

from __future__ import annotations

import dataclasses
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
_CALCULATED = (exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
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

    ``alias`` is the table's name in the statement, in lower case. ``parameters`` are the values that the column itself
    is compared with, and not those inside a function. ``other`` is the (table, column) that a joined column equals.
    ``block`` numbers the SELECT, UPDATE or DELETE.
    """

    table: str
    column: str
    asks: Asks
    alias: str = ""
    parameters: tuple[int, ...] = ()
    other: tuple[str, str] | None = None
    block: int = 0


# An OR over several columns: the conditions of each of its branches. A branch that asks more of the statement than
# conditions on columns (a subquery, say) is empty.
Branches = tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one block of a statement asks: its tables, its conditions, and each OR over several columns.

    ``ordered`` and ``grouped`` are (table, column). ``unresolved`` counts the columns whose table is not known.
    ``unread`` are the names, in lower case, of columns that every row is asked by in another way: an OR, a comparison
    of columns, a subquery. ``used`` are all columns of the block, but those that a ``*`` stands for (``takes_all``).
    """

    tables: tuple[str, ...]
    conditions: tuple[Condition, ...]
    alternatives: tuple[Branches, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    grouped: tuple[tuple[str, str], ...] = ()
    unresolved: int = 0
    joins_everything: bool = False
    unread: frozenset[str] = frozenset()
    used: tuple[tuple[str, str], ...] = ()
    takes_all: bool = False


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

    def find_alias(self, column: exp.Column, table: str) -> str:
        """Return the name by which the statement calls the column's table, in lower case."""
        if column.table:
            return column.table.lower()
        return next((alias for alias, name in self.by_alias.items() if name == table), "")


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


def _list_joined(conditions: Iterable[Condition]) -> Iterator[tuple[str, str]]:
    """Yield both columns of each join: USING names them once, and not as columns."""
    for condition in conditions:
        if condition.other:
            yield from ((condition.table, condition.column), condition.other)


def _read_block(block: exp.Expr, number: int, shapes: Mapping[str, TableShape]) -> Question:
    scope = _Scope(block, shapes)
    musts: list[exp.Expr] = []
    if where := block.args.get("where"):
        musts += _list_musts(where.this)
    joins = _list_joins(block)
    for join in joins:
        musts += _list_musts(join.args["on"]) if join.args.get("on") else ()
    conditions: list[Condition] = []
    alternatives: list[Branches] = []
    unread: set[str] = set()
    for must in musts:
        if isinstance(must, exp.Or):
            branches = _read_branches(must, number, scope)
            if _asks_several_columns(branches):
                alternatives.append(branches)
            read = list(_merge_branches(branches))
        else:
            read = list(_read_condition(must, number, scope))
        conditions += read
        told = set() if must.find(exp.Query) else {c.column.lower() for c in read}
        unread |= {column.name.lower() for column in must.find_all(exp.Column)} - told
    conditions += _read_using(joins, number, scope)
    ordered, grouped = (_list_plain(block.args.get(part), scope) for part in ("order", "group"))
    unresolved = scope.unresolved  # the columns used are resolved once more below, and count once
    return Question(
        tables=tuple(dict.fromkeys(scope.by_alias.values())),
        conditions=tuple(conditions),
        alternatives=tuple(alternatives),
        ordered=ordered,
        grouped=grouped,
        unresolved=unresolved,
        joins_everything=_joins_everything(block, scope, conditions),
        unread=frozenset(unread),
        used=tuple(dict.fromkeys([*_list_columns(block, scope), *_list_joined(conditions)])),
        takes_all=any(item.is_star for item in block.expressions),
    )


def _list_musts(condition: exp.Expr) -> list[exp.Expr]:
    plain = condition.unnest()
    if isinstance(plain, exp.And):
        return [must for side in (plain.this, plain.expression) for must in _list_musts(side)]
    return [plain]


def _read_branches(either: exp.Or, number: int, scope: _Scope) -> Branches:
    branches: list[tuple[Condition, ...]] = []
    for side in (either.this.unnest(), either.expression.unnest()):
        if isinstance(side, exp.Or):
            branches += _read_branches(side, number, scope)
        else:
            musts = [] if side.find(exp.Query) else _list_musts(side)
            branches.append(tuple(found for must in musts for found in _read_condition(must, number, scope)))
    return tuple(branches)


def _asks_several_columns(branches: Branches) -> bool:
    return len({(condition.alias, condition.column.lower()) for branch in branches for condition in branch}) > 1


def _merge_branches(branches: Branches) -> Iterator[Condition]:
    """Yield ``a = ? OR a = ?`` as the one condition that it is; nothing for another OR."""
    exact = all(len(branch) == 1 and branch[0].asks in (Asks.EQUAL, Asks.AMONG) for branch in branches)
    if exact and not _asks_several_columns(branches):
        places = tuple(sorted(place for branch in branches for place in branch[0].parameters))
        yield dataclasses.replace(branches[0][0], asks=Asks.AMONG, parameters=places)


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
                    table=table,
                    column=column.name,
                    asks=Asks.JOINED,
                    alias=join.this.alias_or_name.lower(),
                    other=(tables[0], column.name),
                    block=number,
                )


def _read_condition(must: exp.Expr, number: int, scope: _Scope) -> Iterator[Condition]:
    if isinstance(must, exp.Escape):
        must = must.this
    sides = [side.unnest() for side in must.iter_expressions()]
    if isinstance(must, exp.EQ) and all(isinstance(side, exp.Column) for side in sides):
        yield from _read_join(sides, number, scope)
        return
    if isinstance(must, exp.In) and must.args.get("query"):
        yield from _read_join(sides[:1], number, scope)
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
            asks = _classify(must) if side is column or _lists_rows(must, column) else Asks.WRAPPED
            asks = Asks.OTHER if isinstance(side, exp.Tuple) and asks is Asks.WRAPPED else asks  # (a, b) > (?, ?)
            yield Condition(
                table=place[0],
                column=place[1],
                asks=asks,
                alias=scope.find_alias(column, place[0]),
                parameters=_list_parameters(must) if side is column else (),
                block=number,
            )


def _lists_rows(must: exp.Expr, column: exp.Column) -> bool:
    """Whether a condition is ``(column, ...) IN ((?, ?), ...)``."""
    return isinstance(must, exp.In) and isinstance(column.parent, exp.Tuple) and column.parent.parent is must


def _read_join(sides: Sequence[exp.Expr], number: int, scope: _Scope) -> Iterator[Condition]:
    """Yield the columns that equal one of another table: of a join, of an outer table or of a subquery.

    Two columns of one table are compared within each row, and no index narrows by them.
    """
    columns = [side for side in sides if isinstance(side, exp.Column)]
    places = [scope.find_column(column) for column in columns]
    aliases = [
        scope.find_alias(column, place[0]) if place else None for column, place in zip(columns, places, strict=True)
    ]
    asks = Asks.OTHER if len(set(aliases)) < len(aliases) else Asks.JOINED
    for number_of_side, (own, alias) in enumerate(zip(places, aliases, strict=True)):
        if own is not None and alias is not None:
            other = next((place for side, place in enumerate(places) if side != number_of_side), None)
            yield Condition(table=own[0], column=own[1], asks=asks, alias=alias, other=other, block=number)


def _classify(must: exp.Expr) -> Asks:
    if isinstance(must, exp.EQ | exp.NullSafeEQ | exp.Is):
        return Asks.EQUAL
    if isinstance(must, exp.In):
        return Asks.AMONG
    if isinstance(must, exp.Like):
        return Asks.LIKE
    return Asks.RANGE if isinstance(must, _RANGES) else Asks.OTHER


def _list_parameters(must: exp.Expr) -> tuple[int, ...]:
    """Return the places of the values that are compared themselves, signed or calculated with or not."""
    values = [side for side in must.iter_expressions() if not side.find(exp.Column)]
    found = [place for value in values for place in value.find_all(exp.Placeholder) if _is_compared(place, must)]
    return tuple(sorted(int(place.name) for place in found if place.name.isdecimal()))


def _is_compared(value: exp.Expr, must: exp.Expr) -> bool:
    parent = value.parent
    while parent is not None and parent is not must:
        if not isinstance(parent, _CALCULATED):
            return False
        parent = parent.parent
    return parent is must


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
