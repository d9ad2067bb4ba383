"""Adds an index that holds what is read of all assessments, on SQLite alone.

SQLite keeps a row in one chain of pages: to read a column behind the document, it goes through the whole document.
Other databases keep large values elsewhere.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
_COLUMNS = [
    "customer",
    "target",
    "as_of",
    "id",
    "period_number",
    "period_to",
    "score",
    "band",
    "coverage_pct",
    "agent_version",
    "place",
    "is_complete",
    "unwritten",
]


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_assessment_columns", "assessment", _COLUMNS)
