"""How many rows the statements of each shape change, and by what a shape is known in all views."""

from __future__ import annotations

from agent.api import Rows
from agent.facts.sql import RepositoryShape, SqlShape, SqlTotal


def build_key(tenant_id: int | None, sql_id: str, *, numbered: bool) -> tuple[int | None, str]:
    """Return the key of a shape. It has the tenant only if all views tell it (``numbered``)."""
    return tenant_id if numbered else None, sql_id


def collect_rows_changed(
    totals: Rows[SqlTotal | RepositoryShape], shapes: Rows[SqlShape], *, numbered: bool
) -> dict[tuple[int | None, str], tuple[int, int]]:
    """Return rows and executions by tenant and SQL_ID, from the view with more rows per execution."""
    found: dict[tuple[int | None, str], tuple[int, int]] = {}
    seen = [(row.tenant_id, row.sql_id, row.rows_processed, row.executions) for row in totals]
    seen += [(row.tenant_id, row.sql_id, row.rows_affected, row.executions) for row in shapes]
    for tenant_id, sql_id, rows, executions in seen:
        shape = build_key(tenant_id, sql_id, numbered=numbered)
        if executions > 0:
            this = rows, executions
            found[shape] = max(this, found.get(shape, this), key=lambda known: known[0] / known[1])
    return found
