"""Which collation a table gets that is converted to utf8mb4."""

from __future__ import annotations

from collections import Counter

from agent.api import Rows
from agent.facts.schema import Table

_DEFAULT = "utf8mb4_general_ci"  # what CONVERT TO CHARACTER SET utf8mb4 alone gives
_BINARY = "utf8mb4_bin"


def choose_collation(table: Table, tables: Rows[Table]) -> str:
    """Return that of most tables of its database, so that it can be joined with them without a conversion.

    A table that compares by bytes goes on doing so: otherwise values that differ only in case would become equal.
    """
    if (table.table_collation or "").endswith("_bin"):
        return _BINARY
    others = [row.table_collation for row in tables if row.table_schema == table.table_schema]
    counts = Counter(name for name in others if name and name.startswith("utf8mb4_") and name != _BINARY)
    return min(counts, key=lambda name: (-counts[name], name), default=_DEFAULT)
