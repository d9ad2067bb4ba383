"""What the server keeps of sorts and hash tables: of how many operators, and their names."""

from __future__ import annotations

from collections import Counter

from agent.api import Rows
from agent.facts.plans import WorkArea


def count_operators(areas: Rows[WorkArea]) -> Counter[tuple[int | None, str | None, int | None]]:
    """Count the operators of each tenant on each server of which figures are kept."""
    kept: Counter[tuple[int | None, str | None, int | None]] = Counter()
    for row in areas:
        kept[row.tenant_id, row.svr_ip, row.svr_port] += row.operators
    return kept


def name_operation(operation: str) -> str:
    """Return the operator's name as plans print it: PHY_VEC_HASH_JOIN is HASH JOIN."""
    return operation.removeprefix("PHY_").removeprefix("VEC_").replace("_", " ")
