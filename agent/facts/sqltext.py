"""What the text of a statement says by itself. Pure."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import expressions as exp

from agent.facts.sql import CUT

_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)
_OFFSET = re.compile(r"\bLIMIT\b[^()]*(?:,|\bOFFSET\b)", re.IGNORECASE)
_IN_LIST = re.compile(r"\bIN\s*\(((?:\s*\?\s*,?)+)", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_COMPARED = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_WRAPPING = (exp.Func, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_CONDITION_CHARS = 200


def writes_every_row(statement: str) -> bool:
    """Whether this is an UPDATE or DELETE of one table with neither WHERE nor LIMIT; False where that cannot be told.

    A join or a partition restricts the rows as a condition does, and a text that may have been cut may have lost its
    condition.
    """
    if statement.endswith(CUT) or not _WRITE.match(statement):
        return False
    try:
        tree = sqlglot.parse_one(statement, read="mysql")
    except sqlglot.errors.SqlglotError:
        return False
    if not isinstance(tree, exp.Update | exp.Delete) or tree.find(exp.Join, exp.Partition):
        return False
    return not any(tree.args.get(part) for part in ("where", "limit", "using", "tables"))


def _tree(statement: str) -> exp.Expr | None:
    """The statement parsed, or None where it may have been cut or cannot be read."""
    if statement.endswith(CUT):
        return None
    try:
        return sqlglot.parse_one(statement, read="mysql")
    except sqlglot.errors.SqlglotError:
        return None


def skips_rows(statement: str) -> bool:
    """Whether the statement pages by OFFSET (``LIMIT n OFFSET m``, ``LIMIT m, n``); False where that cannot be told."""
    if not _OFFSET.search(statement):
        return False
    tree = _tree(statement)
    return tree is not None and tree.find(exp.Offset) is not None


def longest_in_list(statement: str) -> int:
    """How many values the longest IN list of a statement with ``?`` for values has, as far as the text goes."""
    return max((found[1].count("?") for found in _IN_LIST.finditer(statement)), default=0)


def wrapped_column(statement: str) -> str | None:
    """The first condition that compares a function of a column with a value, such as ``DATE(made) = ?``; None for none.

    Only conditions of WHERE count; what cannot be read has none.
    """
    tree = _tree(statement) if _WHERE.search(statement) else None
    conditions = (found for where in tree.find_all(exp.Where) for found in where.find_all(*_COMPARED)) if tree else ()
    for condition in conditions:
        sides = [part.unnest() for part in condition.iter_expressions()]
        bare = [side for side in sides if side.find(exp.Column) is None]
        others = [side for side in sides if side.find(exp.Column)]
        if bare and len(others) == 1 and isinstance(others[0], _WRAPPING):
            return condition.sql(dialect="mysql")[:_CONDITION_CHARS]
    return None
