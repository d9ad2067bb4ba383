"""What the text of a statement says by itself. Pure."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import expressions as exp

from agent.facts.sql import STATEMENT_CHARS

_WRITE = re.compile(r"(?:\s|/\*.*?\*/)*(?:UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)


def writes_every_row(statement: str) -> bool:
    """Whether this is an UPDATE or DELETE of one table with neither WHERE nor LIMIT; False where that cannot be told.

    A join or a partition restricts the rows as a condition does, and a text that may have been cut may have lost its
    condition.
    """
    if len(statement) >= STATEMENT_CHARS or not _WRITE.match(statement):
        return False
    try:
        tree = sqlglot.parse_one(statement, read="mysql")
    except sqlglot.errors.SqlglotError:
        return False
    if not isinstance(tree, exp.Update | exp.Delete) or tree.find(exp.Join, exp.Partition):
        return False
    return not any(tree.args.get(part) for part in ("where", "limit", "using", "tables"))
