"""The history of assessments: SQLite in the user's data directory, or any database that SQLAlchemy knows."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from platformdirs import user_data_path
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from agent.archive.history.entries import Entry, Purged, Sighting
from agent.archive.history.models import REVISION, AssessmentRow, FindingRow
from agent.archive.upgrade import upgrade_document
from agent.model.document import Document, FindingEntry, ResultEntry
from agent.model.terms import Text
from agent.support.errors import HistoryError, NoHistory

PLACE_VARIABLE = "OB_HEALTH_HISTORY"
_FILE_NAME = re.compile(r"([A-Za-z]:)?[^:@]+")  # anything else may be a mistyped URL, and a URL may hold a password
_CANDIDATES_SHOWN = 5
_FAILURES = (SQLAlchemyError, OSError, ImportError, zlib.error, json.JSONDecodeError)


class History:
    """Assessments by customer and target. Every failure is a HistoryError that shows no password."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.where = _hide_password(engine.url)

    @classmethod
    def open(cls, url: str | None = None, create: bool = True) -> Self:
        """Open and migrate. ``url``, else OB_HEALTH_HISTORY, is a SQLAlchemy URL or a file name; else the default.

        Raises NoHistory if there is none and ``create`` is false.
        """
        place = _parse_place(url or os.environ.get(PLACE_VARIABLE, ""))
        with _report_failures(place):
            _prepare_file(place, create)
            history = cls(_create_engine(place))
            try:
                revisions = _list_revisions(history._engine)
                if not (revisions or create):
                    raise _build_no_history(place)
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
        with _report_failures(self._engine.url), Session(self._engine) as session, session.begin():
            yield session

    def save(self, document: Document, place: Path | None = None) -> None:
        """Keep an assessment whose files are in ``place``, in one transaction. Saving it again changes nothing.

        Raises HistoryError if the id is taken by a different assessment: a recorded assessment is never replaced.
        """
        with _report_failures(self._engine.url):
            try:
                with Session(self._engine) as session, session.begin():
                    session.add(_build_row(document, place))
            except IntegrityError:
                if not self._holds_same(document):
                    raise

    def _holds_same(self, document: Document) -> bool:
        with self._open_session() as session:
            stored = session.scalar(select(AssessmentRow.document).where(AssessmentRow.id == document["assessment_id"]))
        if stored is None or stored == json.loads(json.dumps(document)):
            return stored is not None
        raise HistoryError(
            Text(
                "The history at {where} already holds another assessment with the id {id}; it was left as it is. "
                "Assess the target again to record the present state.",
                {"where": self.where, "id": document["assessment_id"]},
            )
        )

    def last(self, customer: str, target: str, before: datetime | None = None) -> Document | None:
        """The newest assessment of a target, by its as_of, strictly before ``before`` (aware) if given."""
        query = select(AssessmentRow).where(*_build_conditions(customer, target))
        if before is not None:
            query = query.where(AssessmentRow.as_of < before)
        with self._open_session() as session:
            row = session.scalar(query.order_by(AssessmentRow.as_of.desc(), AssessmentRow.id.desc()).limit(1))
            return self._read_document(row) if row else None

    def _read_document(self, row: AssessmentRow) -> Document:
        try:
            return upgrade_document(row.document)
        except (LookupError, TypeError, AttributeError):
            text = (
                "The assessment {id} in the history at {where} is damaged: its document is not whole. "
                "Render it from its assessment.json, or restore the history from a backup."
            )
            raise HistoryError(Text(text, {"id": row.id, "where": self.where})) from None

    def load(self, id_or_prefix: str) -> Document:
        """The assessment with this id or unique beginning of an id. Raises HistoryError for none or several."""
        begins = AssessmentRow.id.startswith(id_or_prefix, autoescape=True)
        query = select(AssessmentRow.id).where(begins).order_by(AssessmentRow.as_of.desc(), AssessmentRow.id)
        with self._open_session() as session:
            ids = session.scalars(query.limit(_CANDIDATES_SHOWN)).all()
            if len(ids) == 1 or id_or_prefix in ids:
                wanted = id_or_prefix if id_or_prefix in ids else ids[0]
                return self._read_document(session.get_one(AssessmentRow, wanted))
        values = {"id": id_or_prefix, "where": self.where, "ids": ", ".join(ids)}
        if ids:
            raise HistoryError(
                Text("Several assessments have an id that begins with {id}: {ids}. Write more of the id.", values)
            )
        raise HistoryError(
            Text(
                "The history at {where} holds no assessment whose id begins with {id}. "
                "`ob-health history list` shows the ids.",
                values,
            )
        )

    def assessed_at(self, customer: str, target: str) -> tuple[datetime, ...]:
        """The times (aware UTC, oldest first) of all assessments of a target. The scheduler uses them."""
        query = select(AssessmentRow.as_of).where(*_build_conditions(customer, target)).order_by(AssessmentRow.as_of)
        with self._open_session() as session:
            return tuple(session.scalars(query))

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
        columns = [getattr(AssessmentRow, field.name) for field in fields(Entry)]
        query = select(*columns).where(*_build_conditions(customer, target))
        with self._open_session() as session:
            rows = session.execute(query.order_by(AssessmentRow.as_of.desc(), AssessmentRow.id).limit(limit))
            return tuple(Entry(**row._mapping) for row in rows)

    def purge(self, now: datetime, customer: str | None = None) -> tuple[Purged, ...]:
        """Remove and return assessments that expired by ``now`` (aware), oldest first. Those without an end stay."""
        columns = [getattr(AssessmentRow, field.name) for field in fields(Purged)]
        query = select(*columns).where(AssessmentRow.keep_until <= now, *_build_conditions(customer, None))
        with self._open_session() as session:
            if self._engine.dialect.name == "sqlite":
                session.execute(text("PRAGMA secure_delete = ON"))  # otherwise the file keeps what is removed
            rows = session.execute(query.order_by(AssessmentRow.as_of))
            found = tuple(Purged(**row._mapping) for row in rows)
            ids = [purged.id for purged in found]
            session.execute(delete(FindingRow).where(FindingRow.assessment_id.in_(ids)))
            session.execute(delete(AssessmentRow).where(AssessmentRow.id.in_(ids)))
        return found


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


def _build_row(document: Document, place: Path | None) -> AssessmentRow:
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
        score=score["value"] if score["band"] else None,
        band=score["band"],
        coverage_pct=score["coverage_pct"],
        ruleset_sha256=document["ruleset"]["sha256"],
        agent_version=document["agent_version"],
        document=dict(document),
        keep_until=as_of + timedelta(days=days) if days else None,
        place=str(place.absolute()) if place else None,
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


def _parse_place(place: str) -> URL:
    if not place:
        return URL.create("sqlite", database=str(user_data_path("ob-health", appauthor=False) / "history.sqlite"))
    if _FILE_NAME.fullmatch(place):
        return URL.create("sqlite", database=str(Path(place).expanduser().absolute()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        url = None
    if url is None or "@" in (url.host or ""):  # the host then holds the rest of a password with a bare @
        raise HistoryError(
            "The place of the history is not understood. Write a file name, sqlite:///FILE or "
            "mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE, special characters of the password as %40 for @."
        )
    return url


def _create_engine(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if engine.dialect.name in ("mysql", "mariadb"):
        event.listen(engine, "begin", _begin_transaction)
    return engine


def _begin_transaction(connection: Connection) -> None:
    """Send BEGIN: the server reports autocommit as off although it is on. Without it a rollback undoes nothing."""
    connection.exec_driver_sql("BEGIN")


def _hide_password(url: URL) -> str:
    """The place without passwords. The query is removed too, because it may hold one."""
    is_file = url.get_backend_name() == "sqlite" and url.database
    return url.database or "" if is_file else url.set(query={}).render_as_string(hide_password=True)


def _build_no_history(url: URL) -> NoHistory:
    text = "There is no history at {where}. Check the place and its spelling; the first assessment makes the history."
    return NoHistory(Text(text, {"where": _hide_password(url)}))


def _prepare_file(url: URL, create: bool) -> None:
    """Create the file so that only the user can read it: it describes the databases of customers."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return
    path = Path(name)
    if not path.exists():
        if not create:
            raise _build_no_history(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)


@contextmanager
def _report_failures(url: URL) -> Iterator[None]:
    """Raise failures of the database, the driver and the disk as HistoryError."""
    try:
        yield
    except _FAILURES as error:
        cause = getattr(error, "orig", None) or error
        reason = str(cause.args[-1] if cause.args else cause).splitlines()[0]
        for secret in (url.password, url.query.get("password"), url.query.get("passwd")):
            reason = reason.replace(str(secret), "***") if secret else reason
        raise HistoryError(
            Text(
                "The history at {where} cannot be used: {reason}. "
                "Mend that, or name another place in OB_HEALTH_HISTORY.",
                {"where": _hide_password(url), "reason": reason.rstrip(".")},
            )
        ) from error
