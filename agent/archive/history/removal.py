"""Removes assessments, or only their snapshots. What is removed leaves a tombstone in the chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from agent.archive.history.chain import leave_tombstones
from agent.archive.history.claims import read_database_time
from agent.archive.history.entries import Entry
from agent.archive.history.models import (
    AssessmentRow,
    DeliveryRow,
    FindingRow,
    PredictionRow,
    SnapshotPartRow,
    SnapshotRow,
)
from agent.archive.history.reading import build_entry, read_rows, select_entries

_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneWish:
    """Which assessments are to go: those before ``before`` (aware), but never the newest ``keep`` of a target."""

    customer: str | None = None
    target: str | None = None
    before: datetime | None = None
    keep: int = 0


def find_prunable(session: Session, wish: PruneWish) -> tuple[Entry, ...]:
    """Return the assessments that go by a wish, oldest first."""
    query = select_entries(wish.customer, wish.target).order_by(AssessmentRow.as_of.desc(), AssessmentRow.id.desc())
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    found = []
    for entry in read_rows(session, query, build_entry)[0]:
        seen[entry.customer, entry.target] += 1
        if seen[entry.customer, entry.target] > wish.keep and (wish.before is None or entry.as_of < wish.before):
            found.append(entry)
    return tuple(reversed(found))


def remove_assessments(session: Session, ids: Sequence[str]) -> None:
    """Remove assessments with all that is kept of them but their links in the chain."""
    _forget_on_disk(session)
    for some in _split(ids):
        leave_tombstones(session, some, read_database_time(session))
        for table in (SnapshotPartRow, SnapshotRow, PredictionRow, DeliveryRow, FindingRow):
            session.execute(delete(table).where(table.assessment_id.in_(some)))
        session.execute(delete(AssessmentRow).where(AssessmentRow.id.in_(some)))


def prune_snapshots(session: Session, ids: Sequence[str]) -> None:
    """Remove the snapshots of assessments, which themselves stay."""
    _forget_on_disk(session)
    for some in _split(ids):
        session.execute(delete(SnapshotPartRow).where(SnapshotPartRow.assessment_id.in_(some)))
        kept = update(SnapshotRow).where(SnapshotRow.assessment_id.in_(some), SnapshotRow.pruned_at.is_(None))
        now = read_database_time(session)
        session.execute(kept.values(pruned_at=now).execution_options(synchronize_session=False))


def _forget_on_disk(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))  # otherwise the file keeps what is removed


def _split(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
