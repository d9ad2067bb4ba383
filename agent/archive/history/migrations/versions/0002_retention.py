"""Adds until when an assessment may be kept, and where its files were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    op.add_column("assessment", sa.Column("keep_until", moment))
    op.add_column("assessment", sa.Column("place", sa.Text()))
