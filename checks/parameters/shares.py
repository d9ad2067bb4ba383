"""Shares of tenant memory that advice raises: never beyond what the rules call too much."""

from __future__ import annotations

from collections.abc import Mapping

from agent.api import Rows, Scalar
from agent.facts.settings import Variable


def raised(variables: Rows[Variable], name: str, largest: int) -> Mapping[str, Scalar]:
    """The configured percentage and one twice as large, as evidence; both None where it cannot be raised any more."""
    configured = next((int(row.value) for row in variables if row.name == name and (row.value or "").isdecimal()), 0)
    can = 0 < configured < largest
    return {"configured": configured if can else None, "larger": min(largest, 2 * configured) if can else None}
