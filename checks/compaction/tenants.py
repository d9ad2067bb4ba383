"""The tenant of each row about compaction, and pages of the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import DocPage, Rows, is_meta, tenant_name
from agent.facts.maintenance import MajorCompaction

_VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode"
_MERGES = "700.reference/200.system-management/500.manage-data-storage/200.merge-management"
MAJOR_COMPACTION_PAGE = DocPage(
    f"{_VIEWS}/200.dictionary-view-of-mysql-mode/10300.o-dba_ob_major_compaction-of-mysql-mode.md"
)
DIAGNOSE_PAGE = DocPage(
    f"{_VIEWS}/300.performance-view-of-mysql-mode/500.gv-ob_compaction_diagnose_info-of-mysql-mode.md"
)
PROGRESS_PAGE = DocPage(f"{_VIEWS}/300.performance-view-of-mysql-mode/600.gv-ob_compaction_progress-of-mysql-mode.md")
SSTABLES_PAGE = DocPage(f"{_VIEWS}/300.performance-view-of-mysql-mode/4000.gv-ob_sstable-of-mysql-mode.md")
MERGE_CONTROL_PAGE = DocPage(f"{_MERGES}/500.manually-control-a-merge.md")
MERGE_PROCESS_PAGE = DocPage(f"{_MERGES}/500.view-merge-process.md")
MERGE_START_PAGE = DocPage(f"{_MERGES}/400.manually-trigger-a-merge.md")
DAILY_MERGE_PAGE = DocPage(f"{_MERGES}/300.scheduled-trigger-merge.md")


def by_tenant(compaction: Rows[MajorCompaction]) -> Iterator[tuple[str, MajorCompaction]]:
    """Yield each row with the stable name of its tenant. sys sees rows of all tenants; META tenants are left out."""
    for row in compaction:
        if not is_meta(row.tenant_id):
            yield tenant_name(row.tenant_id), row
