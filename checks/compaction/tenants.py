"""Whose compaction a row tells of."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Rows, is_meta, tenant_name
from agent.facts.maintenance import MajorCompaction


def by_tenant(compaction: Rows[MajorCompaction]) -> Iterator[tuple[str, MajorCompaction]]:
    """Each row with its tenant's stable name; sys sees every tenant's, and META tenants belong to their user tenant."""
    for row in compaction:
        if not is_meta(row.tenant_id):
            yield tenant_name(row.tenant_id), row
