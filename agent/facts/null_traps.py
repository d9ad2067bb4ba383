"""Finds conditions that NULL makes untrue for all rows: a comparison with it, NOT IN over what may hold it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlglot import expressions as exp

from agent.facts.definition_text import TableShape
from agent.facts.parsed_sql import find_column, find_source, flatten, list_musts, list_table_sources, parse_statement
from agent.facts.sql import CUT

_EXCLUDES = re.compile(r"\bNOT\b.*\bIN\s*\(|\bALL\s*\(", re.IGNORECASE | re.DOTALL)
# What is not true where an operand is NULL.
_STRICT = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.Between, exp.In)
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like)
# These make something else of NULL, so a comparison of what they return may be true.
_LENIENT = (exp.Coalesce, exp.Case, exp.If, exp.Is, exp.NullSafeEQ, exp.Anonymous, exp.Query, exp.Or)
_CONDITION_CHARS = 200
NULL_TYPE = 0  # of a value in PARAM_INFOS (seen on 4.3.5; src/../ob_obj_type.h)


def mentions_exclusion(statement: str) -> bool:
    """Whether a statement may have a NOT IN or ``<> ALL``; also where its end was cut off."""
    return statement.endswith(CUT) or _EXCLUDES.search(statement) is not None


def list_nullable_exclusions(statement: str, shapes: Mapping[str, TableShape]) -> list[str] | None:
    """Return the columns (``table.column``) that NOT IN or ``<> ALL`` compares with and that may be NULL.

    None where that cannot be told. A subquery whose own conditions leave out NULL is well, and so is a column that is
    NOT NULL.
    """
    tree = parse_statement(statement)
    if tree is None:
        return None
    found: dict[str, None] = {}
    for query in _list_excluded_queries(tree):
        for block in _list_blocks(query):
            columns = _list_nullable(block, tree, shapes)
            if columns is None:
                return None
            found.update(dict.fromkeys(columns))
    return list(found)


def _list_excluded_queries(tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the subqueries of NOT IN and of ``<> ALL`` that pick rows."""
    for negated in tree.find_all(exp.Not):
        inner = negated.this.unnest()
        if isinstance(inner, exp.In) and inner.args.get("query") and _picks_rows(negated):
            yield inner.args["query"]
    for compared in tree.find_all(exp.NEQ):
        if isinstance(compared.expression, exp.All) and _picks_rows(compared):
            yield compared.expression.this


def _picks_rows(condition: exp.Expr) -> bool:
    """Whether a condition stands in WHERE, HAVING or ON, and in no value of a select list."""
    above = condition.find_ancestor(exp.Where, exp.Having, exp.Join, exp.Select)
    return isinstance(above, exp.Where | exp.Having | exp.Join)


def _list_blocks(query: exp.Expr) -> Iterator[exp.Expr]:
    plain = query.unnest()
    if isinstance(plain, exp.SetOperation):
        yield from _list_blocks(plain.this)
        if isinstance(plain, exp.Union):  # EXCEPT and INTERSECT return nothing that the first one has not
            yield from _list_blocks(plain.expression)
    else:
        yield plain


def _list_nullable(block: exp.Expr, tree: exp.Expr, shapes: Mapping[str, TableShape]) -> list[str] | None:
    """Return the selected columns of a subquery that may be NULL; None where that is not known."""
    columns = [item.unalias() for item in block.expressions]
    if not isinstance(block, exp.Select) or not all(isinstance(item, exp.Column) for item in columns):
        return None if _may_be_null(columns) else []
    sources = list_table_sources(block, tree)
    found = []
    for column in columns:
        if any(_leaves_out_null(must, column) for must in (*list_musts(block), *_list_having(block))):
            continue
        source = find_source(column, sources, shapes) if sources else None
        shape = find_column(source.table, column.name, shapes) if source else None
        if source is None or shape is None:
            return None
        if source.is_optional or not shape.is_required:
            found.append(f"{source.table}.{shape.name}")
    return found


def _may_be_null(items: Sequence[exp.Expr]) -> bool:
    """Whether any of these is more than a value or a COALESCE, which is there to replace NULL, or a count."""
    return not all(isinstance(item, exp.Literal | exp.Placeholder | exp.Coalesce | exp.Count) for item in items)


def _list_having(block: exp.Expr) -> Iterator[exp.Expr]:
    having = block.args.get("having")
    if having:
        yield from flatten(having.this, exp.And)


def _leaves_out_null(must: exp.Expr, column: exp.Column) -> bool:
    """Whether a condition is untrue for rows in which the column is NULL: IS NOT NULL, or a comparison of it."""
    if isinstance(must, exp.Or):
        return all(_leaves_out_null(side, column) for side in flatten(must, exp.Or))
    if isinstance(must, exp.And):
        return any(_leaves_out_null(side, column) for side in flatten(must, exp.And))
    if isinstance(must, exp.Not):
        inner = must.this.unnest()
        is_null = isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null) and _is_same(inner.this, column)
        return is_null or (isinstance(inner, _STRICT) and _leaves_out_null(inner, column))
    if _is_same(must, column):  # WHERE column
        return True
    compared = [
        side for side in must.iter_expressions() if any(_is_same(other, column) for other in side.find_all(exp.Column))
    ]
    return isinstance(must, _STRICT) and any(side.find(*_LENIENT) is None for side in compared)


def _is_same(side: exp.Expr, column: exp.Column) -> bool:
    """Whether both name one column of the subquery. Without a table they may; the longer name decides."""
    other = side.unnest()
    if not isinstance(other, exp.Column) or other.name.lower() != column.name.lower():
        return False
    return not (other.table and column.table) or other.table.lower() == column.table.lower()


def list_null_comparisons(statement: str, types: Sequence[int]) -> list[str] | None:
    """Return the conditions that every row must meet and that compare with NULL.

    ``types`` are those of the statement's values: the server writes a NULL of the text as ``?``, too. A branch of an OR
    is left out: ``? IS NULL OR a = ?`` is how a filter is made optional. None if the text cannot be parsed, or if there
    is none as far as types are known, and one that is compared is not.
    """
    tree = parse_statement(statement)
    if tree is None:
        return None
    found: dict[str, None] = {}
    is_unknown = False
    for block in tree.find_all(exp.Select, exp.Update, exp.Delete):
        for must in (*list_musts(block), *_list_having(block)):
            if _compares_with_null(must, types):
                found[_spell(must, types)] = None
            is_unknown |= any(_find_place(item) >= len(types) for item in _list_compared(must))
    return None if is_unknown and not found else list(found)


def _spell(must: exp.Expr, types: Sequence[int]) -> str:
    """Write a condition with NULL where it stands, and ``?`` for other values."""

    def spell(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Placeholder):
            return node
        return exp.Null() if _is_null(node, types) else exp.Placeholder()

    return must.transform(spell).sql(dialect="mysql")[:_CONDITION_CHARS]


def _list_compared(must: exp.Expr) -> list[exp.Expr]:
    """Return what a condition compares, each value of a list; nothing for a condition of another kind."""
    plain = must.this.unnest() if isinstance(must, exp.Not) else must
    if isinstance(plain, exp.In):
        return [item.unnest() for item in plain.expressions]
    return [side.unnest() for side in plain.iter_expressions()] if isinstance(plain, _COMPARED) else []


def _compares_with_null(must: exp.Expr, types: Sequence[int]) -> bool:
    compared = [_is_null(item, types) for item in _list_compared(must)]
    plain = must.this.unnest() if isinstance(must, exp.Not) else must
    if isinstance(plain, exp.In) and plain is must:  # in a list any other value may be met; of NOT IN one is enough
        return bool(compared) and all(compared)
    return any(compared)


def _is_null(item: exp.Expr, types: Sequence[int]) -> bool:
    place = _find_place(item)
    return isinstance(item, exp.Null) or (0 <= place < len(types) and types[place] == NULL_TYPE)


def _find_place(item: exp.Expr) -> int:
    """Return the place of a value among those of the statement; -1 for anything else."""
    return int(item.name) if isinstance(item, exp.Placeholder) and item.name.isdecimal() else -1
