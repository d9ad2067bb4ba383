"""Asks which rows a statement returns: some of many without an order, or those of branches that share none. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlglot import expressions as exp

from agent.facts.definition_text import TableShape, find_shape
from agent.facts.parsed_sql import (
    TableSource,
    find_source,
    list_musts,
    list_table_sources,
    parse_statement,
)
from agent.facts.sql import CUT

_LIMITED = re.compile(r"\b(?:LIMIT|FETCH)\b", re.IGNORECASE)
_UNITED = re.compile(r"\bUNION\b", re.IGNORECASE)
_PRIMARY = "PRIMARY"
# What two branches ask of one column, so that no row meets both; two values are taken to be different ones.
_APART = ({"null", "value"}, {"null", "something"}, {"value"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A result that LIMIT cuts without an order. ``pages``: by OFFSET.

    ``by_key``: only parts of the primary key are returned; None where that is not known.
    """

    pages: bool
    by_key: bool | None


def find_unordered_cut(statement: str, shapes: Mapping[str, TableShape]) -> Cut | None:
    """Return how a query cuts its result without an order, or None if it does not. A text that was cut may do so.

    Left out is what returns one row, or no columns: a test whether there is any; what locks the rows that it takes, as
    workers do with any that are free; and what reads from a derived table, which may have an order.
    """
    if not (_LIMITED.search(statement) or statement.endswith(CUT)):
        return None
    tree = parse_statement(statement)
    if tree is None:
        return Cut(pages=False, by_key=None)
    if not isinstance(tree, exp.Select | exp.SetOperation):
        return None
    if not (tree.args.get("limit") or tree.args.get("offset")) or tree.args.get("order") or tree.args.get("locks"):
        return None
    blocks = list(_list_branches(tree))
    if any(map(_returns_one_row, blocks)) or not any(item.find(exp.Column, exp.Star) for item in _list_items(blocks)):
        return None
    sources = [list_table_sources(block, tree) for block in blocks]
    if not all(sources):
        return None
    by_key = _returns_key_alone(blocks[0], sources[0] or [], shapes) if len(blocks) == 1 else False
    return Cut(pages=bool(tree.args.get("offset")), by_key=by_key)


def _list_branches(tree: exp.Expr) -> Iterator[exp.Expr]:
    plain = tree.unnest()
    if isinstance(plain, exp.SetOperation):
        yield from _list_branches(plain.this)
        yield from _list_branches(plain.expression)
    else:
        yield plain


def _list_items(blocks: Sequence[exp.Expr]) -> Iterator[exp.Expr]:
    for block in blocks:
        yield from block.expressions


def _returns_one_row(block: exp.Expr) -> bool:
    items = [item.unalias() for item in block.expressions]
    return not block.args.get("group") and any(isinstance(item, exp.AggFunc) for item in items)


def _returns_key_alone(
    block: exp.Expr, sources: Sequence[TableSource], shapes: Mapping[str, TableShape]
) -> bool | None:
    """Whether only columns of the primary key come back: a batch is picked for what follows, and any rows will do."""
    items = [item.unalias() for item in block.expressions]
    if len(sources) != 1 or not all(isinstance(item, exp.Column) and not item.is_star for item in items):
        return False
    shape = find_shape(sources[0].table, shapes)
    key = {name.lower() for name in shape.indexes.get(_PRIMARY, ())} if shape else set()
    return all(item.name.lower() in key for item in items) if shape else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """One branch: its columns as (table, column), "" where it is no column, and what it asks of each column."""

    items: tuple[tuple[str, str], ...]
    is_value: tuple[bool, ...]
    asks: Mapping[tuple[str, str], str]


def count_needless_union(statement: str, shapes: Mapping[str, TableShape]) -> int | None:
    """Return how many branches the first UNION without ALL has whose duplicates seem to be none; None if there is none.

    No branch has any by itself, and any two differ by a value or by what they ask of a column. Values are masked: that
    they are not the same is for the plan to show. 0 where a text or a table is not known.
    """
    if not (_UNITED.search(statement) or statement.endswith(CUT)):
        return None
    tree = parse_statement(statement)
    for union in tree.find_all(exp.Union) if tree else ():
        if isinstance(union.parent, exp.Union) or not _is_distinct(union):
            continue
        if not all(find_shape(table.name, shapes) for table in union.find_all(exp.Table)):
            return 0
        branches = [_read_branch(block, union, shapes) for block in _list_branches(union)]
        known = [branch for branch in branches if branch is not None]
        if len(known) == len(branches) and all(_differ(*pair) for pair in combinations(known, 2)):
            return len(branches)
    return None if tree else 0


def _is_distinct(union: exp.Expr) -> bool:
    """Whether this and all below it remove duplicates."""
    below = [union.args["this"].unnest(), union.args["expression"].unnest()]
    sets = [part for part in below if isinstance(part, exp.SetOperation)]
    return bool(union.args.get("distinct")) and all(isinstance(part, exp.Union) and _is_distinct(part) for part in sets)


def _read_branch(block: exp.Expr, union: exp.Expr, shapes: Mapping[str, TableShape]) -> _Branch | None:
    """Return a branch without duplicates; None for another one.

    The key of each table is among what it returns, or everything by which it groups.
    """
    sources = list_table_sources(block, union.root()) if isinstance(block, exp.Select) else None
    if not sources or any(source.is_optional for source in sources):
        return None
    items = list(_list_returned(block, sources, shapes))
    columns = [_find_place(item, sources, shapes) for item in items]
    if not (_has_keys(columns, sources, shapes) or _returns_groups(block, items)):
        return None
    tables = {source.alias: source.table.lower() for source in sources}
    tells_rows = len(set(tables.values())) == len(tables)  # of a table that is read twice, either row may be meant
    return _Branch(
        items=tuple((tables[place[0]], place[1]) if place else ("", "") for place in columns),
        is_value=tuple(isinstance(item, exp.Placeholder | exp.Literal) for item in items),
        asks=dict(_list_asked(block, sources, shapes)) if tells_rows else {},
    )


def _list_returned(
    block: exp.Expr, sources: Sequence[TableSource], shapes: Mapping[str, TableShape]
) -> Iterator[exp.Expr]:
    """Yield what a branch returns, with the columns that a ``*`` stands for."""
    for item in block.expressions:
        plain = item.unalias()
        if not item.is_star or isinstance(plain, exp.AggFunc):
            yield plain
            continue
        of = plain.table.lower() if isinstance(plain, exp.Column) else ""
        for source in sources:
            shape = find_shape(source.table, shapes)
            if not of or source.alias == of:
                yield from (exp.column(name, table=source.alias) for name in (shape.columns if shape else ()))


def _find_place(
    item: exp.Expr, sources: Sequence[TableSource], shapes: Mapping[str, TableShape]
) -> tuple[str, str] | None:
    """Return the alias and the name of a column, in lower case."""
    source = find_source(item, list(sources), shapes) if isinstance(item, exp.Column) else None
    return (source.alias, item.name.lower()) if source else None


def _has_keys(
    columns: Sequence[tuple[str, str] | None], sources: Sequence[TableSource], shapes: Mapping[str, TableShape]
) -> bool:
    for source in sources:
        shape = find_shape(source.table, shapes)
        key = shape.indexes.get(_PRIMARY, ()) if shape else ()
        if not key or not all((source.alias, name.lower()) in columns for name in key):
            return False
    return True


def _returns_groups(block: exp.Expr, items: Sequence[exp.Expr]) -> bool:
    group = block.args.get("group")
    parts = group.expressions if group else []
    return bool(parts) and all(part in items for part in parts)


def _list_asked(
    block: exp.Expr, sources: Sequence[TableSource], shapes: Mapping[str, TableShape]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield (table, column) and what a branch asks of it: a value, NULL, or anything but NULL."""
    tables = {source.alias: source.table.lower() for source in sources}
    for must in list_musts(block):
        negated = isinstance(must, exp.Not)
        plain = must.this.unnest() if negated else must
        if not isinstance(plain, exp.Is | exp.EQ | exp.In):
            continue
        place = _find_place(plain.this.unnest(), sources, shapes)
        if place is None:
            continue
        if isinstance(plain, exp.Is) and isinstance(plain.expression, exp.Null):
            yield (tables[place[0]], place[1]), "something" if negated else "null"
        elif not negated and not plain.find(exp.Query) and len(list(plain.find_all(exp.Column))) == 1:
            yield (tables[place[0]], place[1]), "value"


def _differ(one: _Branch, other: _Branch) -> bool:
    """Whether two branches return a value each at one place, or ask different things of a column of the same rows.

    A row of a table has one key, so that a condition on the table tells apart what both branches return with its key.
    """
    shared = one.asks.keys() & other.asks.keys() if one.items == other.items else frozenset()
    asked = [{one.asks[place], other.asks[place]} for place in shared]
    return any(a and b for a, b in zip(one.is_value, other.is_value, strict=False)) or any(
        answers in _APART for answers in asked
    )
