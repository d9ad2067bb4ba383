"""How a table gets a primary key: a plain one takes a column of its own for it."""

from __future__ import annotations

from agent.api import Case, known, unknown

ADVICE_BY_TABLE = (
    Case("Where there is none, add an AUTO_INCREMENT column.", when=known("plain_table")),
    Case(
        "On a partitioned table the key must also hold every partitioning column, and a "
        "table has at most one AUTO_INCREMENT column: choose the key by hand.",
        when=unknown("plain_table"),
    ),
    Case(
        "Another name than ob_health_pk may suit you better, but none that the table has:"
        " the rollback drops that column. Inserts name their columns.",
        when=known("plain_table"),
        part="pre_check",
    ),
)
