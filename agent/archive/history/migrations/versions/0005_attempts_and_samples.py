"""Adds attempts to assess, and samples between assessments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    json = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
    op.create_table(
        "attempt",
        *_build_key(),
        sa.Column("at", moment, primary_key=True),
        sa.Column("result", sa.String(16), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_table(
        "sample",
        *_build_key(),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("payload", json, nullable=False),
        sa.Column("keep_until", moment),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_table(
        "last_sample",
        *_build_key(),
        sa.Column("taken_at", moment, nullable=False),
        sa.Column("totals", json, nullable=False),
        sa.Column("capabilities", json),
        sa.Column("capabilities_at", moment),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def _build_key() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("customer", sa.String(128), primary_key=True),
        sa.Column("target", sa.String(128), primary_key=True),
    )
