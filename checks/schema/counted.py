"""Partitioned tables and their rows, as far as optimizer statistics count them."""

from __future__ import annotations

from collections.abc import Iterable

from agent.api import NotAssessed
from agent.facts.schema import PartitionedTable


def counted(tables: Iterable[tuple[PartitionedTable, int | None]]) -> list[tuple[PartitionedTable, int]]:
    """Tables with their rows, those of unknown rows left out. Raises NotAssessed where that leaves none of them."""
    asked = list(tables)
    known = [(table, rows) for table, rows in asked if rows is not None]
    if asked and not known:
        raise NotAssessed(
            "How many rows {table} holds is unknown: its statistics were never gathered.",
            "Gather the optimizer statistics of {table}.",
            table=f"{asked[0][0].table_schema}.{asked[0][0].table_name}",
        )
    return known
