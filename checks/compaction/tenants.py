"""The tenant of each row about compaction."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Rows, is_meta, tenant_name
from agent.facts.maintenance import MajorCompaction


def by_tenant(compaction: Rows[MajorCompaction]) -> Iterator[tuple[str, MajorCompaction]]:
    """Yield each row with the stable name of its tenant. sys sees rows of all tenants; META tenants are left out."""
    for row in compaction:
        if not is_meta(row.tenant_id):
            yield tenant_name(row.tenant_id), row
