"""Reads rows of the history: lists, curves, findings, predictions, and what is kept of a snapshot. No document."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.orm import Session

from agent.archive.history.entries import Entry, HistoryPoint, KeptFinding, KeptPrediction
from agent.archive.history.models import AssessmentRow, FindingRow, PredictionRow, SnapshotPartRow, SnapshotRow
from agent.archive.history.sealing import SealedSnapshot, build_altered_snapshot
from agent.model.terms import Outcome

# What reading a row raises whose values are not those that were written.
DAMAGE = (zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError)
T = TypeVar("T")


def select_entries(customer: str | None, target: str | None) -> Select[Any]:
    """Select what ``build_entry`` needs of the assessments of a customer and a target, or of all."""
    columns = [getattr(AssessmentRow, field.name) for field in fields(Entry)]
    return select(*columns).where(*build_conditions(customer, target))


def read_rows(
    session: Session, query: Select[Any], build: Callable[[RowMapping], T]
) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Return what ``build`` makes of each row, and the ids of the assessments that have a damaged one."""
    try:
        return tuple(build(row._mapping) for row in session.execute(query)), ()
    except DAMAGE:
        pass
    whole: list[T] = []
    damaged = []
    for id in dict.fromkeys(session.scalars(query.with_only_columns(AssessmentRow.id)).all()):
        try:
            rows = session.execute(query.where(AssessmentRow.id == id).limit(None))
            whole += [build(row._mapping) for row in rows]
        except DAMAGE:
            damaged.append(id)
    return tuple(whole), tuple(damaged)


def build_entry(row: RowMapping) -> Entry:
    """Return the entry of a row. Raises one of DAMAGE for values of another kind."""
    return Entry(**{**row, "coverage_pct": float(row["coverage_pct"]), "score": _read_number(row["score"])})


def _read_number(value: Any) -> float | None:
    return None if value is None else float(value)


def build_conditions(customer: str | None, target: str | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for one customer and one target; None stands for all of them."""
    if customer is not None:
        yield AssessmentRow.customer == customer
    if target is not None:
        yield AssessmentRow.target == target


def read_points(session: Session, customer: str | None, target: str | None) -> tuple[HistoryPoint, ...]:
    """Return all assessments with the number of their open findings, by customer and target, oldest first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counted = select(FindingRow.assessment_id, FindingRow.severity, func.count())
    counted = counted.join(AssessmentRow, AssessmentRow.id == FindingRow.assessment_id)
    counted = counted.where(FindingRow.outcome == Outcome.FINDING.value, *build_conditions(customer, target))
    for id, severity, count in session.execute(counted.group_by(FindingRow.assessment_id, FindingRow.severity)):
        counts[id][severity] = count
    kept = set(session.scalars(select(SnapshotRow.assessment_id).where(SnapshotRow.pruned_at.is_(None))))
    entries, _ = read_rows(session, _order(select_entries(customer, target)), build_entry)
    return tuple(
        HistoryPoint(entry=entry, findings=dict(counts[entry.id]), snapshot_kept=entry.id in kept) for entry in entries
    )


def read_findings(session: Session, customer: str | None, target: str | None) -> tuple[KeptFinding, ...]:
    """Return all findings, in the order of ``read_points``, those of one assessment in the order of its document."""
    found = _order(_select_with_assessment(FindingRow, KeptFinding, customer, target)).order_by(FindingRow.position)
    return read_rows(session, found, lambda row: KeptFinding(**{**row, "risk_points": float(row["risk_points"])}))[0]


def read_predictions(session: Session, customer: str | None, target: str | None) -> tuple[KeptPrediction, ...]:
    """Return what became of predictions, in the order of ``read_points``."""
    found = _order(_select_with_assessment(PredictionRow, KeptPrediction, customer, target))

    def build(row: RowMapping) -> KeptPrediction:
        numbers = {name: _read_number(row[name]) for name in ("predicted", "predicted_most", "measured")}
        return KeptPrediction(**{**row, **numbers, "came_true": bool(row["came_true"])})

    return read_rows(session, found.order_by(PredictionRow.position), build)[0]


def _select_with_assessment(
    table: type[FindingRow | PredictionRow], record: type, customer: str | None, target: str | None
) -> Select[Any]:
    """Select what a record needs, each field from the table that has it."""
    columns = [getattr(table, one.name, None) or getattr(AssessmentRow, one.name) for one in fields(record)]
    joined = select(*columns).select_from(table).join(AssessmentRow, AssessmentRow.id == table.assessment_id)
    return joined.where(*build_conditions(customer, target))


def _order(query: Select[Any]) -> Select[Any]:
    return query.order_by(AssessmentRow.customer, AssessmentRow.target, AssessmentRow.as_of, AssessmentRow.id)


def read_sealed(session: Session, assessment_id: str) -> SealedSnapshot | None:
    """Return a kept snapshot; None if none is kept, or no more. Raises DamagedHistory if it is not what was kept."""
    header = session.get(SnapshotRow, assessment_id)
    if header is None or header.pruned_at is not None:
        return None
    parts = select(SnapshotPartRow.content).where(SnapshotPartRow.assessment_id == assessment_id)
    try:
        content = b"".join(session.scalars(parts.order_by(SnapshotPartRow.position)))
    except DAMAGE:
        raise build_altered_snapshot(assessment_id) from None
    sealed = SealedSnapshot(sha256=header.sha256, key_id=header.key_id, content=content)
    if sealed.sealed_sha256 != header.sealed_sha256:
        raise build_altered_snapshot(assessment_id)
    return sealed
