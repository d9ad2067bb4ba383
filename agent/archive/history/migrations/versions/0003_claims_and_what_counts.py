"""Adds claims of periods, and what makes an assessment count for its period.

Assessments from before keep NULL in the new columns: what they read and wrote was not kept, and they count as they did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment", sa.Column("is_complete", sa.Boolean()))
    op.add_column("assessment", sa.Column("unwritten", sa.Text()))
    op.create_table(
        "claim",
        sa.Column("customer", sa.String(128), primary_key=True),
        sa.Column("target", sa.String(128), primary_key=True),
        sa.Column("period_from", sa.Date(), primary_key=True),
        sa.Column("holder", sa.String(255), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
