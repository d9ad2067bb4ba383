"""The history of assessments: SQLite in the user's data directory, or any database that SQLAlchemy knows."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import ColumnElement, Engine, RowMapping, Select, delete, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.archive.document_outlook import read_comparable_score
from agent.archive.history import places
from agent.archive.history.claims import forget_claims, release_claim, renew_claim, take_claim
from agent.archive.history.entries import Claim, Entry, Purged, Sighting
from agent.archive.history.fleet_rows import build_fleet_row, read_targets, select_fleet_rows
from agent.archive.history.models import REVISION, AssessmentRow, FindingRow
from agent.archive.upgrade import upgrade_document
from agent.model.assessment import PastAssessment
from agent.model.document import Document, FindingEntry, ResultEntry
from agent.model.fleet import KeptTarget
from agent.model.terms import Text
from agent.model.unread import list_unread
from agent.support.errors import DamagedHistory, HistoryError, NoSuchAssessment

_CANDIDATES_SHOWN = 5
# What reading a row raises whose values are not those that were written.
_DAMAGE = (zlib.error, ValueError, LookupError, TypeError, AttributeError, RecursionError)
T = TypeVar("T")


class History:
    """Assessments by customer and target, and claims of periods. Every failure is a HistoryError without passwords.

    A row that is damaged is left out of every list; ``find_damaged`` names it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = places.hide_password(engine.url)

    @classmethod
    def open(cls, url: str | None = None, create: bool = True) -> Self:
        """Open and migrate. ``url``, else OB_HEALTH_HISTORY, is a SQLAlchemy URL or a file name; else the default.

        Raises HistoryPlaceError if that is written wrongly, NoHistory if there is none and ``create`` is false.
        """
        place = places.parse_place(url)
        with places.report_failures(place):
            places.prepare_file(place, create)
            history = cls(places.open_engine(place))
            try:
                with places.explain_wrong_place(place):
                    history._engine.connect().close()
                revisions = _list_revisions(history._engine)
                if not (revisions or create):
                    raise places.build_no_history(place)
                if revisions != [REVISION]:
                    from agent.archive.history.migrate import (
                        migrate_database,  # imported only when needed: Alembic loads slowly
                    )

                    migrate_database(history._engine, history.where)
            except BaseException:
                history.close()
                raise
            return history

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _open_session(self) -> Iterator[Session]:
        with places.report_failures(self._engine.url), Session(self._engine) as session, session.begin():
            yield session

    def save(
        self,
        document: Document,
        place: Path | None = None,
        *,
        claim: Claim | None = None,
        unwritten: Iterable[str] = (),
    ) -> None:
        """Keep an assessment whose files are in ``place``, in one transaction. Saving it again changes nothing.

        ``unwritten`` names the files that are still to be written. With a claim, it is renewed first: raises ClaimLost
        if another run has taken it over. Raises HistoryError if the id is taken by a different assessment: a recorded
        assessment is never replaced.
        """
        with places.report_failures(self._engine.url):
            try:
                with Session(self._engine) as session, session.begin():
                    if claim:
                        renew_claim(session, claim)
                    session.add(_build_row(document, place, unwritten))
            except IntegrityError:
                if not self._holds_same(document):
                    raise

    def claim(self, wanted: Claim) -> Claim:
        """Claim a period for one run. Raises PeriodClaimed if another holds it, DamagedHistory if nobody can tell."""
        try:
            with places.report_failures(self._engine.url):
                return take_claim(self._engine, wanted)
        except _DAMAGE:
            text = "The claim of {target} in the history at {where} is damaged. Restore the history from a backup."
            raise DamagedHistory(Text(text, {"target": wanted.target, "where": self.where})) from None

    def renew(self, claim: Claim) -> Claim:
        """Return the claim with a new lease. Raises ClaimLost if another run has taken it over."""
        with self._open_session() as session:
            return renew_claim(session, claim)

    def release(self, claim: Claim) -> None:
        """Give a claim back, so that the next run need not wait for its end."""
        with self._open_session() as session:
            release_claim(session, claim)

    def note_unwritten(self, assessment_id: str, names: Iterable[str]) -> None:
        """Keep which files of an assessment are still to be written, instead of what was kept before."""
        self._set_unwritten(assessment_id, names)

    def note_written(self, assessment_id: str, names: Iterable[str]) -> None:
        """Keep that these files of an assessment are written now."""
        query = select(AssessmentRow.unwritten).where(AssessmentRow.id == assessment_id)
        with self._open_session() as session:
            kept = session.scalar(query)
        if kept:
            done = set(map(_leave_out_owner, names))
            left = [name for name in kept.splitlines() if _leave_out_owner(name) not in done]
            self._set_unwritten(assessment_id, left)

    def _set_unwritten(self, assessment_id: str, names: Iterable[str]) -> None:
        with self._open_session() as session:
            row = update(AssessmentRow).where(AssessmentRow.id == assessment_id)
            session.execute(row.values(unwritten="\n".join(names)))

    def _holds_same(self, document: Document) -> bool:
        id = document["assessment_id"]
        with self._open_session() as session:
            if session.scalar(select(AssessmentRow.id).where(AssessmentRow.id == id)) is None:
                return False
            stored = self._read_raw(session, id)
        if stored == json.loads(json.dumps(document)):
            return True
        raise HistoryError(
            Text(
                "The history at {where} already holds another assessment with the id {id}; it was left as it is. "
                "Assess the target again to record the present state.",
                {"where": self.where, "id": id},
            )
        )

    def last(self, customer: str, target: str, before: datetime | None = None) -> Document | None:
        """The newest assessment of a target, by its as_of, strictly before ``before`` (aware) if given."""
        query = select(AssessmentRow.id).where(*_build_conditions(customer, target))
        if before is not None:
            query = query.where(AssessmentRow.as_of < before)
        with self._open_session() as session:
            newest = query.order_by(AssessmentRow.as_of.desc(), AssessmentRow.id.desc()).limit(1)
            id = session.scalars(newest).one_or_none()
            return self._read_document(session, id) if id else None

    def _read_document(self, session: Session, id: str) -> Document:
        try:
            return upgrade_document(self._read_raw(session, id))
        except _DAMAGE:
            raise self._build_damage(id) from None

    def _read_raw(self, session: Session, id: str) -> dict[str, Any]:
        try:
            return dict(session.scalars(select(AssessmentRow.document).where(AssessmentRow.id == id)).one())
        except _DAMAGE:
            raise self._build_damage(id) from None

    def _build_damage(self, id: str) -> DamagedHistory:
        text = (
            "The assessment {id} in the history at {where} is damaged: its document is not whole. "
            "Render it from its assessment.json, or restore the history from a backup."
        )
        return DamagedHistory(Text(text, {"id": id, "where": self.where}))

    def load(self, id_or_prefix: str) -> Document:
        """The assessment with this id or unique beginning of an id. Raises HistoryError for none or several."""
        begins = AssessmentRow.id.startswith(id_or_prefix, autoescape=True)
        query = select(AssessmentRow.id).where(begins).order_by(AssessmentRow.as_of.desc(), AssessmentRow.id)
        with self._open_session() as session:
            ids = session.scalars(query.limit(_CANDIDATES_SHOWN)).all()
            if len(ids) == 1 or id_or_prefix in ids:
                wanted = id_or_prefix if id_or_prefix in ids else ids[0]
                return self._read_document(session, wanted)
        values = {"id": id_or_prefix, "where": self.where, "ids": ", ".join(ids)}
        if ids:
            raise NoSuchAssessment(
                Text("Several assessments have an id that begins with {id}: {ids}. Write more of the id.", values)
            )
        raise NoSuchAssessment(
            Text(
                "The history at {where} holds no assessment whose id begins with {id}. "
                "`ob-health history list` shows the ids.",
                values,
            )
        )

    def recorded(self, customer: str, target: str) -> tuple[PastAssessment, ...]:
        """All assessments of a target as the schedule needs them, oldest first."""
        row = AssessmentRow
        columns: tuple[Any, ...] = (row.id, row.as_of, row.coverage_pct, row.is_complete, row.unwritten)
        query = select(*columns).where(*_build_conditions(customer, target)).order_by(row.as_of)
        with self._open_session() as session:
            return _read_rows(session, query, _build_past)[0]

    def find_damaged(self, customer: str | None = None, target: str | None = None) -> tuple[str, ...]:
        """The ids of assessments that no list holds because their rows are damaged."""
        with self._open_session() as session:
            return _read_rows(session, _select_entries(customer, target), _build_entry)[1]

    def sightings(self, customer: str, target: str, fingerprint: str) -> tuple[Sighting, ...]:
        """One finding through all assessments of a target, oldest first."""
        found = FindingRow
        query = select(found.assessment_id, AssessmentRow.as_of, found.severity, found.outcome, found.risk_points)
        query = query.join(AssessmentRow, AssessmentRow.id == found.assessment_id)
        query = query.where(found.fingerprint == fingerprint, *_build_conditions(customer, target))
        with self._open_session() as session:
            return tuple(Sighting(*row) for row in session.execute(query.order_by(AssessmentRow.as_of)))

    def list(self, customer: str | None = None, target: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Assessments, newest first, without their documents."""
        query = _select_entries(customer, target).order_by(AssessmentRow.as_of.desc(), AssessmentRow.id).limit(limit)
        with self._open_session() as session:
            return _read_rows(session, query, _build_entry)[0]

    def read_fleet(self) -> Iterator[KeptTarget]:
        """Yield every target with its assessments, by customer and name, for the fleet site."""
        with self._open_session() as session:
            yield from read_targets(session, _read_rows(session, select_fleet_rows(), build_fleet_row)[0])

    def purge(self, now: datetime, customer: str | None = None) -> tuple[Purged, ...]:
        """Remove and return assessments that expired by ``now`` (aware), oldest first. Those without an end stay."""
        columns = [getattr(AssessmentRow, field.name) for field in fields(Purged)]
        query = select(*columns).where(AssessmentRow.keep_until <= now, *_build_conditions(customer, None))
        with self._open_session() as session:
            if self._engine.dialect.name == "sqlite":
                session.execute(text("PRAGMA secure_delete = ON"))  # otherwise the file keeps what is removed
            found, _ = _read_rows(session, query.order_by(AssessmentRow.as_of), lambda row: Purged(**row))
            ids = [purged.id for purged in found]
            session.execute(delete(FindingRow).where(FindingRow.assessment_id.in_(ids)))
            session.execute(delete(AssessmentRow).where(AssessmentRow.id.in_(ids)))
            if found:
                forget_claims(session, now, customer)
        return found


def _select_entries(customer: str | None, target: str | None) -> Select[Any]:
    columns = [getattr(AssessmentRow, field.name) for field in fields(Entry)]
    return select(*columns).where(*_build_conditions(customer, target))


def _read_rows(
    session: Session, query: Select[Any], build: Callable[[RowMapping], T]
) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Return what ``build`` makes of each row, and the ids of the rows that are damaged."""
    try:
        return tuple(build(row._mapping) for row in session.execute(query)), ()
    except _DAMAGE:
        pass
    whole, damaged = [], []
    for id in session.scalars(query.with_only_columns(AssessmentRow.id)).all():
        try:
            whole.append(build(session.execute(query.where(AssessmentRow.id == id).limit(None)).one()._mapping))
        except _DAMAGE:
            damaged.append(id)
    return tuple(whole), tuple(damaged)


def _build_entry(row: RowMapping) -> Entry:
    return Entry(**{**row, "coverage_pct": float(row["coverage_pct"]), "score": _read_number(row["score"])})


def _read_number(value: Any) -> float | None:
    return None if value is None else float(value)


def _build_past(row: RowMapping) -> PastAssessment:
    return PastAssessment(
        id=row["id"],
        as_of=row["as_of"],
        coverage_pct=float(row["coverage_pct"]),
        is_complete=row["is_complete"] is not False,
        unwritten=tuple((row["unwritten"] or "").splitlines()),
    )


def _list_revisions(engine: Engine) -> Sequence[str]:
    """The revision of the tables, as a list; empty for a database that is no history."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return []
        return connection.scalars(text("SELECT version_num FROM alembic_version")).all()


def _build_conditions(customer: str | None, target: str | None) -> Iterator[ColumnElement[bool]]:
    if customer is not None:
        yield AssessmentRow.customer == customer
    if target is not None:
        yield AssessmentRow.target == target


def _leave_out_owner(file: str) -> str:
    """Return ``report.en.pdf`` for ``report_Acme_shop_2026-10-03.en.pdf``: earlier agents kept the short name."""
    return re.sub(r"_[^.]*", "", file, count=1)


def _build_row(document: Document, place: Path | None, unwritten: Iterable[str]) -> AssessmentRow:
    period, score, as_of = document["period"], document["score"], datetime.fromisoformat(document["as_of"])
    days = document["authorization"]["retention_days"] if document["authorization"] else None
    findings = [(result, finding) for result in document["results"] for finding in result["findings"]]
    return AssessmentRow(
        id=document["assessment_id"],
        customer=document["customer"],
        target=document["target"]["name"],
        as_of=as_of,
        period_number=period["number"] if period else None,
        period_from=date.fromisoformat(period["from"]) if period else None,
        period_to=date.fromisoformat(period["to"]) if period else None,
        score=read_comparable_score(score),
        band=score["band"],
        coverage_pct=score["coverage_pct"],
        ruleset_sha256=document["ruleset"]["sha256"],
        agent_version=document["agent_version"],
        document=dict(document),
        keep_until=as_of + timedelta(days=days) if days else None,
        place=str(place.absolute()) if place else None,
        is_complete=score["coverage_pct"] > 0 and not list_unread(document),
        unwritten="\n".join(unwritten),
        findings=[_build_finding_row(position, *pair) for position, pair in enumerate(findings)],
    )


def _build_finding_row(position: int, result: ResultEntry, finding: FindingEntry) -> FindingRow:
    return FindingRow(
        position=position,
        fingerprint=finding["fingerprint"],
        code=result["code"],
        resource=finding["resource"],
        severity=finding["severity"],
        outcome="muted" if finding["muted"] else result["outcome"],
        risk_points=finding["risk_points"],
    )
