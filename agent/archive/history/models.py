"""Tables of the history database. The whole assessment is kept as its document; the columns beside it are for queries.

Lengths keep every index below the 3072 bytes that MySQL allows at four bytes a character.
"""

from __future__ import annotations

import json
import zlib
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

REVISION = "0007"  # of the tables below: the newest in migrations/versions
_EDGES = (MINYEAR, MAXYEAR)
# Names are compared byte by byte on every database; MySQL's default would take "Acme" for "acme".
_TABLE_OPTIONS = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def compress_json(value: dict[str, Any]) -> bytes:
    """Return the bytes that a document is kept as. Links of the chain have their hash."""
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode())


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware UTC times to the microsecond, also on databases without time zones.

    Naive times raise ValueError. So do times that are read, in the first and last year: other zones have none for them.
    """

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        moment = value and value.replace(tzinfo=UTC)
        if moment and moment.year in _EDGES:
            raise ValueError("the damaged time of an assessment")
        return moment


class CompressedJson(TypeDecorator[dict[str, Any]]):
    """A JSON object as zlib-compressed UTF-8: the largest assessment stays far below a server's packet limit."""

    impl = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else compress_json(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else dict(json.loads(zlib.decompress(value)))


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        float: Double(),
        datetime: UtcDateTime(),
        dict[str, Any]: CompressedJson(),
    }


class AssessmentRow(Base):
    """One assessment of one target; ``score`` and ``band`` are NULL where coverage was too low to grade.

    ``keep_until`` is NULL if the customer set no end. ``place`` (a directory) is NULL if no files were written.
    ``is_complete`` (nothing granted was left unread) and ``unwritten`` (names of files still to be written, one a line)
    are NULL for assessments of the time before they were kept. So is ``deliver_to``, the destinations that the report
    was to go to, one a line.
    """

    __tablename__ = "assessment"
    __table_args__ = (
        Index("ix_assessment_target", "customer", "target", "as_of"),
        # SQLite reads a row from its beginning, so a column behind the document costs all pages of the document.
        Index(
            "ix_assessment_columns", "customer", "target", "as_of", "id", "period_number", "period_to", "score", "band",
            "coverage_pct", "agent_version", "place", "is_complete", "unwritten",
        ).ddl_if(dialect="sqlite"),
        _TABLE_OPTIONS,
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer: Mapped[str] = mapped_column(String(128))
    target: Mapped[str] = mapped_column(String(128))
    as_of: Mapped[datetime]
    period_number: Mapped[int | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    score: Mapped[float | None]
    band: Mapped[str | None] = mapped_column(String(16))
    coverage_pct: Mapped[float]
    ruleset_sha256: Mapped[str] = mapped_column(String(64))
    agent_version: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]]
    keep_until: Mapped[datetime | None]
    place: Mapped[str | None] = mapped_column(Text)
    is_complete: Mapped[bool | None]
    unwritten: Mapped[str | None] = mapped_column(Text)
    deliver_to: Mapped[str | None] = mapped_column(Text)
    findings: Mapped[list[FindingRow]] = relationship(order_by="FindingRow.position")


class FindingRow(Base):
    """One finding of one assessment; ``position`` counts from 0 in the order of the document."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_fingerprint", "fingerprint"), _TABLE_OPTIONS)

    assessment_id: Mapped[str] = mapped_column(String(64), ForeignKey("assessment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64))
    resource: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    risk_points: Mapped[float]


class ClaimRow(Base):
    """Who may assess a target for a period, until when (UTC by the clock of the database).

    ``token`` rises with each claim. A row is never removed while its customer is in the history, so that no token comes
    twice; a claim that was given back has an ``until`` of the past.
    """

    __tablename__ = "claim"
    __table_args__ = (_TABLE_OPTIONS,)

    customer: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(128), primary_key=True)
    period_from: Mapped[date] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(String(255))
    token: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]


class SnapshotRow(Base):
    """The snapshot of an assessment, as it is kept: sealed, in parts.

    ``sha256`` is the hash of the snapshot, ``sealed_sha256`` that of the sealed bytes, which anybody can check without
    the key. ``key_id`` tells the key by which it was sealed. After ``pruned_at`` its parts are gone.
    """

    __tablename__ = "snapshot"
    __table_args__ = (_TABLE_OPTIONS,)

    assessment_id: Mapped[str] = mapped_column(String(64), ForeignKey("assessment.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_sha256: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[str] = mapped_column(String(32))
    sealed_bytes: Mapped[int] = mapped_column(BigInteger)
    pruned_at: Mapped[datetime | None]


class SnapshotPartRow(Base):
    """A part of a sealed snapshot. ``position`` counts from 0."""

    __tablename__ = "snapshot_part"
    __table_args__ = (_TABLE_OPTIONS,)

    assessment_id: Mapped[str] = mapped_column(String(64), ForeignKey("snapshot.assessment_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"))


class LinkRow(Base):
    """A link of the chain: one recorded assessment, or the tombstone of one that was removed at ``pruned_at``.

    ``sha256`` is the hash of position, id, ``previous`` and ``content_sha256``; ``previous`` is that of the link
    before. A tombstone keeps all of it, and names neither customer nor target.
    """

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_assessment", "assessment_id"), _TABLE_OPTIONS)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    assessment_id: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]
    pruned_at: Mapped[datetime | None]


class ChainRow(Base):
    """The end of the chain, in one row (``id`` 1). Who adds a link locks it, so two writers never fork the chain."""

    __tablename__ = "chain"
    __table_args__ = (_TABLE_OPTIONS,)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


class PredictionRow(Base):
    """What an earlier assessment predicted of a finding, and what this one measured after it was resolved.

    Kinds and units are those of ``agent.model.track_record.Prediction``.
    """

    __tablename__ = "prediction"
    __table_args__ = (_TABLE_OPTIONS,)

    assessment_id: Mapped[str] = mapped_column(String(64), ForeignKey("assessment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    resource: Mapped[str] = mapped_column(Text)
    advised_id: Mapped[str] = mapped_column(String(64))
    predicted: Mapped[float]
    predicted_most: Mapped[float | None]
    measured: Mapped[float]
    came_true: Mapped[bool]


class DeliveryRow(Base):
    """What became of the message of one assessment to one destination; ``state`` is a DeliveryState.

    ``code`` is the last answer of the destination. No token, address or text of a message is kept.
    """

    __tablename__ = "delivery"
    __table_args__ = (_TABLE_OPTIONS,)

    assessment_id: Mapped[str] = mapped_column(String(64), ForeignKey("assessment.id"), primary_key=True)
    destination: Mapped[str] = mapped_column(String(128), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    changed: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(32))
    message_sha256: Mapped[str] = mapped_column(String(64))


class AttemptRow(Base):
    """What came of an attempt to assess a target; ``at`` is UTC by the machine's clock, ``result`` an ``AttemptEnd``.

    Rows stay as long as assessments of their customer: they tell which periods without an assessment were missed.
    """

    __tablename__ = "attempt"
    __table_args__ = (_TABLE_OPTIONS,)

    customer: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    result: Mapped[str] = mapped_column(String(16))


class SampleRow(Base):
    """The samples of one target and day (UTC), compressed together: an hour by itself would hardly compress.

    ``keep_until`` is NULL if the customer set no end.
    """

    __tablename__ = "sample"
    __table_args__ = (_TABLE_OPTIONS,)

    customer: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(128), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, Any]]
    keep_until: Mapped[datetime | None]


class LastSampleRow(Base):
    """The newest totals of one target, from which the next sample takes differences, and what preflight found.

    ``capabilities_at`` is when preflight looked (UTC): what it found is used again for a day.
    """

    __tablename__ = "last_sample"
    __table_args__ = (_TABLE_OPTIONS,)

    customer: Mapped[str] = mapped_column(String(128), primary_key=True)
    target: Mapped[str] = mapped_column(String(128), primary_key=True)
    taken_at: Mapped[datetime]
    totals: Mapped[dict[str, Any]]
    capabilities: Mapped[dict[str, Any] | None]
    capabilities_at: Mapped[datetime | None]
