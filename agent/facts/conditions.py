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
from agent.facts.parsed_sql import flatten, parse_statements

_PARAMETER = re.compile(r"\{(?:[^{},]*,)*+\s*(-?\d{1,9})\}")
_RANGES = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_CALCULATED = (exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)


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
class Folding:
    """How a block makes rows fewer: the tables of what it groups by, and the tables that one expression of it combines.

    Names of tables in lower case.
    """

    keys: frozenset[str]
    combined: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one block of a statement asks: its tables, its conditions, and each OR over several columns.

    ``grouped`` are (table, column). ``unresolved`` counts the columns whose table is not known.
    ``unread`` are the names, in lower case, of columns that every row is asked by in another way: an OR, a comparison
    of columns, a subquery. ``used`` are all columns of the block, but those that a ``*`` stands for (``takes_all``).
    ``ordered`` are the columns of ORDER BY, if it is of columns alone and in one direction.
    ``folded`` says how rows are made fewer by GROUP BY, DISTINCT or a sum of all; None if they are not, or if the table
    of some column is not known.
    """

    tables: tuple[str, ...]
    conditions: tuple[Condition, ...]
    alternatives: tuple[Branches, ...] = ()
    grouped: tuple[tuple[str, str], ...] = ()
    unresolved: int = 0
    joins_everything: bool = False
    unread: frozenset[str] = frozenset()
    used: tuple[tuple[str, str], ...] = ()
    takes_all: bool = False
    ordered: tuple[tuple[str, str], ...] = ()
    folded: Folding | None = None


def read_questions(statement: str, shapes: Mapping[str, TableShape]) -> tuple[Question, ...] | None:
    """Return what each block of a statement asks; None for a text that is cut, too long or cannot be parsed.

    ``shapes`` are the definitions of tables by name: a column without a table is that of the one that has it.
    """
    trees = parse_statements(statement)
    if not trees:
        return None
    blocks = [block for tree in trees for block in tree.find_all(exp.Select, exp.Update, exp.Delete)]
    named = frozenset(part.alias.lower() for tree in trees for part in tree.find_all(exp.CTE))
    return tuple(_read_block(block, number, _Scope(block, shapes, named)) for number, block in enumerate(blocks))


def read_parameter_types(param_infos: str) -> tuple[int, ...]:
    """Return the type number of each value of a plan, in the order of the text (4.3.5: 5 BIGINT, 22 VARCHAR)."""
    return tuple(int(found) for found in _PARAMETER.findall(param_infos))


class _Scope:
    """The tables of one block by the names that its columns use. ``named`` are the names that WITH defines."""

    def __init__(self, block: exp.Expr, shapes: Mapping[str, TableShape], named: frozenset[str]) -> None:
        self.by_alias: dict[str, str] = {}
        self.derived: set[str] = set()
        for source in _list_sources(block):
            is_named = not source.args.get("db") and source.name.lower() in named
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and not is_named:
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

    def list_common_columns(self, first: str, second: str) -> list[str]:
        """Return the columns that both tables have; counts as unresolved where a definition is not known."""
        shapes = [self.shapes.get(table.lower(), TableShape()) for table in (first, second)]
        self.unresolved += not all(shape.columns and not shape.is_partial for shape in shapes)
        others = {name.lower() for name in shapes[0].columns}
        return [name for name in shapes[1].columns if name.lower() in others]


def _list_sources(block: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the tables and derived tables of a block, those in brackets too. ``DELETE a FROM t AS a`` names t."""
    for root in _list_roots(block):
        yield _find_table(root)
    for join in _list_joins(block):
        yield _find_table(join.this)


def _list_roots(block: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(block, exp.Update | exp.Delete):
        yield from block.args.get("using") or ((block.this,) if block.this else ())  # the one of a MERGE names no table
    if from_ := block.args.get("from_"):
        yield from_.this


def _find_table(source: exp.Expr) -> exp.Expr:
    """Return the first table in brackets that hold a join, and anything else as it is."""
    while isinstance(source, exp.Subquery) and isinstance(source.this, exp.Table | exp.Subquery) and not source.alias:
        source = source.this
    return source


def _list_joins(block: exp.Expr) -> list[exp.Join]:
    joins: list[exp.Join] = []
    for root in _list_roots(block):
        joins += _list_inner_joins(root)
    for join in block.args.get("joins") or ():
        joins += (join, *_list_inner_joins(join.this))
    return joins


def _list_inner_joins(source: exp.Expr) -> list[exp.Join]:
    """Return the joins that hang on a table, or on one in brackets."""
    joins: list[exp.Join] = []
    for join in _find_table(source).args.get("joins") or () if isinstance(_find_table(source), exp.Table) else ():
        joins += (join, *_list_inner_joins(join.this))
    return joins


def _list_joined(conditions: Iterable[Condition]) -> Iterator[tuple[str, str]]:
    """Yield both columns of each join: USING names them once, and not as columns."""
    for condition in conditions:
        if condition.other:
            yield from ((condition.table, condition.column), condition.other)


def _read_block(block: exp.Expr, number: int, scope: _Scope) -> Question:
    joins = _list_joins(block)
    everything = frozenset(scope.by_alias)
    where = block.args.get("where")
    musts = [(must, everything) for must in (flatten(where.this, exp.And) if where else ())]
    for join in joins:
        narrowed = _find_narrowed(join, everything)
        musts += [(must, narrowed) for must in (flatten(join.args["on"], exp.And) if join.args.get("on") else ())]
    conditions: list[Condition] = []
    alternatives: list[Branches] = []
    unread: set[str] = set()
    for must, narrowed in musts:
        if isinstance(must, exp.Or):
            branches = _read_branches(must, number, scope)
            if _asks_several_columns(branches) and narrowed == everything:
                alternatives.append(branches)
            found = list(_merge_branches(branches))
        else:
            found = list(_read_condition(must, number, scope))
        read = [condition for condition in found if condition.alias in narrowed]
        conditions += read
        told = set() if must.find(exp.Query) else {c.column.lower() for c in read}
        unread |= {column.name.lower() for column in must.find_all(exp.Column)} - told
    conditions += _read_using(joins, number, scope)
    grouped = _list_grouped(block.args.get("group"), scope)
    unresolved = scope.unresolved  # the columns used are resolved once more below, and count once
    return Question(
        tables=tuple(dict.fromkeys(scope.by_alias.values())),
        conditions=tuple(conditions),
        alternatives=tuple(alternatives),
        grouped=grouped,
        unresolved=unresolved,
        joins_everything=_joins_everything(block, scope, conditions),
        unread=frozenset(unread),
        used=tuple(dict.fromkeys([*_list_columns(block, scope), *_list_joined(conditions)])),
        takes_all=any(item.is_star for item in block.expressions),
        ordered=_list_ordered(block.args.get("order"), scope),
        folded=_read_folding(block, scope),
    )


def _find_narrowed(join: exp.Join, everything: frozenset[str]) -> frozenset[str]:
    """Return the names of the tables whose rows the join's ON picks: an outer join keeps all rows of the other side."""
    joined = frozenset(
        _find_table(source).alias_or_name.lower()
        for source in (join.this, *(inner.this for inner in _list_inner_joins(join.this)))
    )
    side = {"LEFT": everything & joined, "RIGHT": everything - joined, "FULL": frozenset[str]()}
    return side.get(join.side.upper(), everything)


def _read_branches(either: exp.Or, number: int, scope: _Scope) -> Branches:
    return tuple(
        tuple(
            found
            for must in ([] if side.find(exp.Query) else flatten(side, exp.And))
            for found in _read_condition(must, number, scope)
        )
        for side in flatten(either, exp.Or)
    )


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


def _list_grouped(group: exp.Group | None, scope: _Scope) -> tuple[tuple[str, str], ...]:
    columns = [item for item in (group.expressions if group else ()) if isinstance(item, exp.Column)]
    return tuple(found for column in columns if (found := scope.find_column(column)))


def _list_ordered(order: exp.Order | None, scope: _Scope) -> tuple[tuple[str, str], ...]:
    items = order.expressions if order else []
    columns = [item.this for item in items if isinstance(item, exp.Ordered) and isinstance(item.this, exp.Column)]
    if len(columns) < len(items) or len({bool(item.args.get("desc")) for item in items}) > 1:
        return ()
    unresolved = scope.unresolved  # a name of the select list is no column of a table
    found = [scope.find_column(column) for column in columns]
    scope.unresolved = unresolved
    known = tuple(place for place in found if place)
    return known if len(known) == len(found) else ()


def _read_folding(block: exp.Expr, scope: _Scope) -> Folding | None:
    group, distinct, having = (block.args.get(name) for name in ("group", "distinct", "having"))
    selected = block.expressions
    if not group and not distinct and not any(item.find(exp.AggFunc) for item in selected):
        return None
    unresolved = scope.unresolved
    keys = [_find_tables(item, scope) for item in (group.expressions if group else selected if distinct else ())]
    told = [_find_tables(item, scope) for item in (*selected, *([having] if having else ()))]
    known = scope.unresolved == unresolved and not any(item.find(exp.Query) for item in selected)
    scope.unresolved = unresolved
    if not known:
        return None
    return Folding(keys=frozenset[str]().union(*keys), combined=tuple(tables for tables in told if len(tables) > 1))


def _find_tables(node: exp.Expr, scope: _Scope) -> frozenset[str]:
    return frozenset(table.lower() for table, _ in _list_columns(node, scope))


def _read_using(joins: Iterable[exp.Join], number: int, scope: _Scope) -> Iterator[Condition]:
    """Yield the columns by which USING and NATURAL JOIN join a table with the first one."""
    tables = list(scope.by_alias.values())
    for join in joins:
        alias = join.this.alias_or_name.lower()
        table = scope.by_alias.get(alias)
        if table:
            names = [column.name for column in join.args.get("using") or ()]
            for name in names or (scope.list_common_columns(tables[0], table) if _is_natural(join) else ()):
                yield Condition(
                    table=table, column=name, asks=Asks.JOINED, alias=alias, other=(tables[0], name), block=number
                )


def _is_natural(join: exp.Join) -> bool:
    return join.method.upper() == "NATURAL"


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
        for column in side.find_all(exp.Column):
            if place := scope.find_column(column):
                alias = scope.find_alias(column, place[0])
                yield Condition(table=place[0], column=place[1], asks=Asks.OTHER, alias=alias, block=number)
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
    """Whether a condition is ``(column, ...) IN ((?, ?), ...)`` or ``(column, ...) = (?, ...)``."""
    return isinstance(must, exp.In | exp.EQ) and isinstance(column.parent, exp.Tuple) and column.parent.parent is must


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
        return Asks.OTHER if must.args.get("negate") else Asks.LIKE
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
        if isinstance(condition, exp.Join) and (condition.args.get("using") or _is_natural(condition)):
            used = set(aliases)
        for alias in used:
            group[root(alias)] = root(next(iter(used)))
    by_table = {condition.table for condition in conditions if condition.asks is Asks.JOINED}
    return len({root(alias) for alias in aliases}) > 1 and len(by_table) < len(set(scope.by_alias.values()))
