"""Adds kept snapshots, the chain of hashes, and what became of predictions.

Assessments from before have no link: what they held when they were recorded is not known any more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    content = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
    op.create_table(
        "snapshot",
        sa.Column("assessment_id", sa.String(64), sa.ForeignKey("assessment.id"), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed_sha256", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("sealed_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pruned_at", moment),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_table(
        "snapshot_part",
        sa.Column("assessment_id", sa.String(64), sa.ForeignKey("snapshot.assessment_id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("content", content, nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_table(
        "link",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("assessment_id", sa.String(64), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("linked_at", moment, nullable=False),
        sa.Column("pruned_at", moment),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_index("ix_link_assessment", "link", ["assessment_id"])
    chain = op.create_table(
        "chain",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.bulk_insert(chain, [{"id": 1, "position": 0, "sha256": ""}])
    op.create_table(
        "prediction",
        sa.Column("assessment_id", sa.String(64), sa.ForeignKey("assessment.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("advised_id", sa.String(64), nullable=False),
        sa.Column("predicted", sa.Double(), nullable=False),
        sa.Column("predicted_most", sa.Double()),
        sa.Column("measured", sa.Double(), nullable=False),
        sa.Column("came_true", sa.Boolean(), nullable=False),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
