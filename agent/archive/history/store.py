"""The history of assessments: SQLite in the user's data directory, or any database that SQLAlchemy knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, RowMapping, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.archive.history import places
from agent.archive.history.chain import append_link, check_chain, read_head
from agent.archive.history.claims import (
    forget_claims,
    read_database_time,
    release_claim,
    renew_claim,
    take_claim,
)
from agent.archive.history.deliveries import begin_delivery, end_delivery, list_reached, read_deliveries
from agent.archive.history.entries import (
    ChainHead,
    ChainProblem,
    Claim,
    Entry,
    HistoryPoint,
    KeptFinding,
    KeptPrediction,
    Purged,
    Sighting,
)
from agent.archive.history.fleet_rows import build_fleet_row, read_targets, select_fleet_rows
from agent.archive.history.models import REVISION, AssessmentRow, FindingRow
from agent.archive.history.reading import (
    DAMAGE,
    build_conditions,
    build_entry,
    read_findings,
    read_points,
    read_predictions,
    read_rows,
    read_sealed,
    select_entries,
)
from agent.archive.history.recording import build_row, keep_predictions, keep_snapshot
from agent.archive.history.removal import PruneWish, find_prunable, prune_snapshots, remove_assessments
from agent.archive.history.sealing import SealedSnapshot
from agent.archive.upgrade import SCHEMA_VERSION, upgrade_document
from agent.model.assessment import PastAssessment
from agent.model.delivery import Answer, DeliveryRecord
from agent.model.document import Document
from agent.model.fleet import KeptTarget
from agent.model.terms import Text
from agent.support.errors import DamagedHistory, HistoryError, NoSuchAssessment

_CANDIDATES_SHOWN = 5


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

    def begin(self) -> AbstractContextManager[Session]:
        """Return one transaction, for what is kept beside assessments. Failures are HistoryErrors."""
        return self._open_session()

    def save(
        self,
        document: Document,
        place: Path | None = None,
        *,
        claim: Claim | None = None,
        unwritten: Iterable[str] = (),
        deliver_to: Iterable[str] = (),
        sealed: SealedSnapshot | None = None,
    ) -> None:
        """Keep an assessment whose files are in ``place``, in one transaction. Saving it again changes nothing.

        ``unwritten`` names the files that are still to be written, ``deliver_to`` where the report is to go, ``sealed``
        is its snapshot. With a claim, it is renewed first: raises ClaimLost if another run has taken it over. Raises
        HistoryError if the id is taken by a different assessment: a recorded assessment is never replaced.
        """
        with places.report_failures(self._engine.url):
            try:
                with Session(self._engine) as session, session.begin():
                    if claim:
                        renew_claim(session, claim)
                    row = build_row(document, place, unwritten, deliver_to)
                    session.add(row)
                    session.flush()  # so a second writer on SQLite waits here, and not after it has read the chain
                    keep_predictions(session, document)
                    if sealed:
                        keep_snapshot(session, row.id, sealed)
                    append_link(session, row, sealed.sealed_sha256 if sealed else "", read_database_time(session))
            except IntegrityError:
                if not self._holds_same(document):
                    raise

    def claim(self, wanted: Claim) -> Claim:
        """Claim a period for one run. Raises PeriodClaimed if another holds it, DamagedHistory if nobody can tell."""
        try:
            with places.report_failures(self._engine.url):
                return take_claim(self._engine, wanted)
        except DAMAGE:
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

    def note_unwritten(self, assessment_id: str, names: Iterable[str], place: Path | None = None) -> None:
        """Keep which files of an assessment are still to be written, instead of what was kept before.

        ``place`` is the directory that the others are in now, where it may be another than before.
        """
        self._set_unwritten(assessment_id, names)
        if place is not None:
            with self._open_session() as session:
                row = update(AssessmentRow).where(AssessmentRow.id == assessment_id)
                session.execute(row.values(place=str(place.absolute())))

    def find_place(self, assessment_id: str) -> Path | None:
        """Return the directory that the report of an assessment was written to; None if that is not known."""
        with self._open_session() as session:
            place = session.scalar(select(AssessmentRow.place).where(AssessmentRow.id == assessment_id))
        return Path(place) if place else None

    def begin_delivery(
        self, assessment_id: str, destination: str, message_sha256: str, known: DeliveryRecord | None
    ) -> DeliveryRecord | None:
        """Keep that a message is about to be sent. None if another run knows more of it than ``known``."""
        with places.report_failures(self._engine.url):
            return begin_delivery(self._engine, assessment_id, destination, message_sha256, known)

    def end_delivery(self, begun: DeliveryRecord, answer: Answer) -> DeliveryRecord:
        """Keep what an attempt to send came to."""
        with places.report_failures(self._engine.url):
            return end_delivery(self._engine, begun, answer)

    def deliveries(self, assessment_id: str) -> Mapping[str, DeliveryRecord]:
        """Destination -> what became of the message of an assessment. Raises DamagedHistory if nobody can tell."""
        try:
            with self._open_session() as session:
                return read_deliveries(session, assessment_id)
        except DAMAGE:
            text = "What was delivered of {id} cannot be read in the history at {where}. Restore it from a backup."
            raise DamagedHistory(Text(text, {"id": assessment_id, "where": self.where})) from None

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
        query = select(AssessmentRow.id).where(*build_conditions(customer, target))
        if before is not None:
            query = query.where(AssessmentRow.as_of < before)
        with self._open_session() as session:
            newest = query.order_by(AssessmentRow.as_of.desc(), AssessmentRow.id.desc()).limit(1)
            id = session.scalars(newest).one_or_none()
            return self._read_document(session, id) if id else None

    def _read_document(self, session: Session, id: str) -> Document:
        try:
            raw = self._read_raw(session, id)
            version = raw["schema_version"]
            if isinstance(version, int) and version > SCHEMA_VERSION:
                text = "The assessment {id} in the history at {where} was written by a newer agent; upgrade this one."
                raise DamagedHistory(Text(text, {"id": id, "where": self.where}))
            return upgrade_document(raw)
        except DAMAGE:
            raise self._build_damage(id) from None

    def _read_raw(self, session: Session, id: str) -> dict[str, Any]:
        try:
            return dict(session.scalars(select(AssessmentRow.document).where(AssessmentRow.id == id)).one())
        except DAMAGE:
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
        columns: tuple[Any, ...] = (
            row.id,
            row.as_of,
            row.coverage_pct,
            row.is_complete,
            row.unwritten,
            row.deliver_to,
        )
        query = select(*columns).where(*build_conditions(customer, target)).order_by(row.as_of)
        with self._open_session() as session:
            reached = list_reached(session, customer, target)
            return read_rows(session, query, lambda past: _build_past(past, reached))[0]

    def find_damaged(self, customer: str | None = None, target: str | None = None) -> tuple[str, ...]:
        """The ids of assessments that no list holds because their rows are damaged."""
        with self._open_session() as session:
            return read_rows(session, select_entries(customer, target), build_entry)[1]

    def sightings(self, customer: str, target: str, fingerprint: str) -> tuple[Sighting, ...]:
        """One finding through all assessments of a target, oldest first."""
        found = FindingRow
        query = select(found.assessment_id, AssessmentRow.as_of, found.severity, found.outcome, found.risk_points)
        query = query.join(AssessmentRow, AssessmentRow.id == found.assessment_id)
        query = query.where(found.fingerprint == fingerprint, *build_conditions(customer, target))
        with self._open_session() as session:
            return tuple(Sighting(*row) for row in session.execute(query.order_by(AssessmentRow.as_of)))

    def list(self, customer: str | None = None, target: str | None = None, limit: int = 50) -> tuple[Entry, ...]:
        """Assessments, newest first, without their documents."""
        query = select_entries(customer, target).order_by(AssessmentRow.as_of.desc(), AssessmentRow.id).limit(limit)
        with self._open_session() as session:
            return read_rows(session, query, build_entry)[0]

    def read_fleet(self) -> Iterator[KeptTarget]:
        """Yield every target with its assessments, by customer and name, for the fleet site."""
        with self._open_session() as session:
            yield from read_targets(session, read_rows(session, select_fleet_rows(), build_fleet_row)[0])

    def purge(self, now: datetime, customer: str | None = None) -> tuple[Purged, ...]:
        """Remove and return assessments that expired by ``now`` (aware), oldest first. Those without an end stay."""
        columns = [getattr(AssessmentRow, field.name) for field in fields(Purged)]
        query = select(*columns).where(AssessmentRow.keep_until <= now, *build_conditions(customer, None))
        with self._open_session() as session:
            found, _ = read_rows(session, query.order_by(AssessmentRow.as_of), lambda row: Purged(**row))
            remove_assessments(session, [purged.id for purged in found])
            if found:
                forget_claims(session, now, customer)
        return found

    def find_prunable(self, wish: PruneWish) -> tuple[Entry, ...]:
        """Return the assessments that ``prune`` would remove, oldest first."""
        with self._open_session() as session:
            return find_prunable(session, wish)

    def prune(self, ids: Sequence[str], *, only_snapshots: bool) -> None:
        """Remove these assessments, or only their snapshots. Their links in the chain become tombstones."""
        with self._open_session() as session:
            if only_snapshots:
                prune_snapshots(session, ids)
            else:
                remove_assessments(session, ids)

    def load_sealed(self, assessment_id: str) -> SealedSnapshot | None:
        """Return the snapshot that is kept with an assessment, or None. Raises DamagedHistory if it was altered."""
        with self._open_session() as session:
            return read_sealed(session, assessment_id)

    def points(self, customer: str | None = None, target: str | None = None) -> tuple[HistoryPoint, ...]:
        """All assessments with the number of their open findings, by customer and target, oldest first."""
        with self._open_session() as session:
            return read_points(session, customer, target)

    def findings(self, customer: str | None = None, target: str | None = None) -> tuple[KeptFinding, ...]:
        """All findings of all assessments, in the order of ``points``, those of one in the order of its document."""
        with self._open_session() as session:
            return read_findings(session, customer, target)

    def predictions(self, customer: str | None = None, target: str | None = None) -> tuple[KeptPrediction, ...]:
        """What became of predictions, in the order of ``points``."""
        with self._open_session() as session:
            return read_predictions(session, customer, target)

    def check_chain(self) -> tuple[ChainHead, tuple[ChainProblem, ...]]:
        """Return the end of the chain, and each place where it and what is recorded differ."""
        with self._open_session() as session:
            return read_head(session), tuple(check_chain(session))


def _build_past(row: RowMapping, reached: Set[tuple[str, str]]) -> PastAssessment:
    return PastAssessment(
        id=row["id"],
        as_of=row["as_of"],
        coverage_pct=float(row["coverage_pct"]),
        is_complete=row["is_complete"] is not False,
        unwritten=tuple((row["unwritten"] or "").splitlines()),
        undelivered=tuple(key for key in (row["deliver_to"] or "").splitlines() if (row["id"], key) not in reached),
    )


def _list_revisions(engine: Engine) -> Sequence[str]:
    """The revision of the tables, as a list; empty for a database that is no history."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return []
        return connection.scalars(text("SELECT version_num FROM alembic_version")).all()


def _leave_out_owner(file: str) -> str:
    """Return ``report.en.pdf`` for ``report_Acme_shop_2026-10-03.en.pdf``: earlier agents kept the short name."""
    return re.sub(r"_[^.]*", "", file, count=1)
