"""The masked texts of statements by SQL_ID, and their kinds, from the plan cache and the workload repository. Pure.

The cache forgets a plan within minutes where memory is short; the repository keeps the text as long as its snapshots.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from agent.facts import Rows
from agent.facts.lexed_sql import MASKED
from agent.facts.shape_load import ShapeLoad
from agent.facts.sql import CachedPlan, RepositoryText


def collect_texts(plans: Rows[CachedPlan] | None, kept: Rows[RepositoryText] | None) -> dict[str, str]:
    """Return the text of each SQL_ID: that of a cached plan, whose values the server has replaced, before any other."""
    known: dict[str, str] = {}
    rows: tuple[CachedPlan | RepositoryText, ...] = (*(plans or ()), *(kept or ()))
    for row in rows:
        if row.statement and row.statement != MASKED:
            known.setdefault(row.sql_id, row.statement)
    return known


def list_other_kinds(
    loads: Iterable[ShapeLoad], kept: Rows[RepositoryText] | None, concerned: Container[int]
) -> frozenset[str]:
    """Return the SQL_IDs that are known to be of another kind than the concerned ones: calls and DDL, for example."""
    kinds = [(load.sql_id, load.sql_type) for load in loads]
    kinds += [(row.sql_id, row.sql_type) for row in kept or ()]
    return frozenset(sql_id for sql_id, kind in kinds if kind and kind not in concerned)  # 0 is no kind
