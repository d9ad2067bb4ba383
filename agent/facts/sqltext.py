"""Answers questions about a statement from its text alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from agent.facts.dialect import parse_shared
from agent.facts.sql import CUT

_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:UPDATE|DELETE|WITH)\b", re.IGNORECASE | re.DOTALL)
_COUNTS_FOUND = re.compile(r"\bSQL_CALC_FOUND_ROWS\b", re.IGNORECASE)
_OFFSET = re.compile(r"\bLIMIT\b[^()]*(?:,|\bOFFSET\b)", re.IGNORECASE)
_ITEM = r"(?:\?|\(\s*+\?(?:\s*+,\s*+\?)*+\s*+\))"
_IN_LIST = re.compile(rf"\bIN\s*+\(\s*+({_ITEM}(?:\s*+,\s*+{_ITEM})*+)", re.IGNORECASE)
# A comparison, or several in brackets, and the same again and again.
_OR_CHAIN = re.compile(r"(?<![\w.`])([\w.`]++\s*+=\s*+\?|\([^()]++\))(?:\s++OR\s++\1)++", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_PICKING = (*_COMPARED, exp.Is, exp.Like, exp.NullSafeEQ)
_GATHERING = (exp.Distinct, exp.Group, exp.Limit)
_BARE = (exp.Column, exp.Tuple, exp.Query)
_CONDITION_CHARS = 200


def writes_every_row(statement: str) -> bool:
    """Whether this is an UPDATE or DELETE of one table with neither a condition nor LIMIT; False if that is unclear.

    A condition on no column (``1 = 1``) or of a column with itself is none. A join or a partition restricts the rows
    as a condition does, and a text that may have been cut may have lost its condition.
    """
    tree = _parse_statement(statement) if _WRITE.match(statement) else None
    if not isinstance(tree, exp.Update | exp.Delete) or tree.find(exp.Join, exp.Partition):
        return False
    sources = tree.args.get("using") or [tree.this]
    if tree.args.get("limit") or len(sources) > 1 or len(tree.args.get("tables") or sources) > 1:
        return False
    where = tree.args.get("where")
    return where is None or _is_constant(where.this)


def _is_constant(condition: exp.Expr) -> bool:
    """Whether a condition is the same for every row, whatever its values are. A function may give each row another."""
    plain = condition.unnest()
    if isinstance(plain, exp.And):
        return all(map(_is_constant, plain.flatten()))
    if isinstance(plain, exp.EQ) and isinstance(plain.this, exp.Column) and plain.this == plain.expression:
        return True
    return plain.find(exp.Column, exp.Query, exp.Func) is None


def _parse_statement(statement: str) -> exp.Expr | None:
    """Return the parsed statement, or None if it may have been cut or cannot be parsed."""
    trees = None if statement.endswith(CUT) else parse_shared(statement)
    return trees[0] if trees else None


def skips_rows(statement: str) -> bool:
    """Whether the statement pages by OFFSET (``LIMIT n OFFSET m``, ``LIMIT m, n``); False if that is unclear."""
    if not _OFFSET.search(statement):
        return False
    tree = _parse_statement(statement)
    return tree is not None and tree.find(exp.Offset) is not None


def counts_found_rows(statement: str) -> bool:
    """Whether the statement counts what it would return without LIMIT: it reads all of that, whatever its OFFSET is."""
    return _COUNTS_FOUND.search(statement) is not None


def count_longest_list(statement: str) -> int:
    """Count the values, or tuples of values, in the longest IN list or chain of OR, as far as the text goes.

    The statement has ``?`` for values.
    """
    lists = (found[1].count("(") or found[1].count("?") for found in _IN_LIST.finditer(statement))
    chains = (found[0].count(found[1]) for found in _OR_CHAIN.finditer(statement) if "?" in found[1])
    return max((*lists, *chains), default=0)


def find_wrapped_column(statement: str) -> str | None:
    """Return the first condition that compares what is made of a column with a value (``DATE(made) = ?``), or None.

    Only conditions of WHERE count. A statement that cannot be parsed has none.
    """
    tree = _parse_statement(statement) if _WHERE.search(statement) else None
    for condition, compared in _list_compared_sides(tree, _COMPARED):
        if not isinstance(compared, _BARE):
            return condition.sql(dialect="mysql")[:_CONDITION_CHARS]
    return None


def gathers_what_it_picks(statement: str) -> bool:
    """Whether the statement turns many rows into few and also has a condition on a plain column.

    Such a statement may need every row that it reads.
    """
    tree = _parse_statement(statement)
    if tree is None or not (tree.find(*_GATHERING) or any(map(_sums_up, tree.find_all(exp.AggFunc)))):
        return False
    return any(isinstance(compared, exp.Column | exp.Tuple) for _, compared in _list_compared_sides(tree, _PICKING))


def _sums_up(function: exp.AggFunc) -> bool:
    """Whether a function makes one row of many; over a window it gives each row its own."""
    return not isinstance(function.find_ancestor(exp.Window, exp.Query), exp.Window)


def _list_compared_sides(
    tree: exp.Expr | None, kinds: tuple[type[exp.Expr], ...]
) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Yield each condition of WHERE in which only one side has columns, together with that side."""
    for where in tree.find_all(exp.Where) if tree else ():
        for condition in where.find_all(*kinds):
            sides = [part.unnest() for part in condition.iter_expressions()]
            with_columns = [side for side in sides if side.find(exp.Column)]
            if len(with_columns) == 1 and len(sides) > 1:
                yield condition, with_columns[0]
