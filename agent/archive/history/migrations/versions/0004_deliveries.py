"""Adds where reports were delivered, and where they were to go when they were recorded.

Assessments from before keep NULL in ``deliver_to``: they were to go nowhere, and count as they did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment", sa.Column("deliver_to", sa.Text()))
    op.create_table(
        "delivery",
        sa.Column("assessment_id", sa.String(64), sa.ForeignKey("assessment.id"), primary_key=True),
        sa.Column("destination", sa.String(128), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("changed", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("message_sha256", sa.String(64), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
