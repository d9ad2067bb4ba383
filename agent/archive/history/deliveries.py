"""Keeps what became of each message, so that none is sent twice: not by two runs at once, nor after a crash."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.archive.history.claims import read_database_time
from agent.archive.history.models import AssessmentRow, DeliveryRow
from agent.model.delivery import Answer, DeliveryRecord, DeliveryState

_CODE_LENGTH = 32


def begin_delivery(
    engine: Engine, assessment_id: str, destination: str, message_sha256: str, known: DeliveryRecord | None
) -> DeliveryRecord | None:
    """Keep that a message is about to be sent, as long as history knows of it what the caller does (``known``).

    Return None if another run was faster. Each way is one statement, so that only one run can win.
    """
    with Session(engine) as session:
        now = read_database_time(session)
    begun = DeliveryRecord(
        assessment_id=assessment_id,
        destination=destination,
        state=DeliveryState.SENDING,
        attempts=known.attempts + 1 if known else 1,
        changed=now,
        code="",
        message_sha256=message_sha256,
    )
    if known is None:
        try:
            with Session(engine) as session, session.begin():
                session.add(DeliveryRow(**_to_columns(begun)))
        except IntegrityError:
            return None
        return begun
    with Session(engine) as session, session.begin():
        return begun if _change(session, known, begun) else None


def end_delivery(engine: Engine, begun: DeliveryRecord, answer: Answer) -> DeliveryRecord:
    """Keep what an attempt came to, and return it. A record that another run has taken over is left as it is."""
    with Session(engine) as session, session.begin():
        ended = dataclasses.replace(
            begun, state=answer.state, code=answer.code[:_CODE_LENGTH], changed=read_database_time(session)
        )
        _change(session, begun, ended)
    return ended


def read_deliveries(session: Session, assessment_id: str) -> Mapping[str, DeliveryRecord]:
    """Return destination -> what became of the message of this assessment."""
    rows = session.scalars(select(DeliveryRow).where(DeliveryRow.assessment_id == assessment_id))
    found = (
        DeliveryRecord(
            assessment_id=row.assessment_id,
            destination=row.destination,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            changed=row.changed,
            code=row.code,
            message_sha256=row.message_sha256,
        )
        for row in rows
    )
    return {record.destination: record for record in found}


def list_reached(session: Session, customer: str, target: str) -> set[tuple[str, str]]:
    """Return (id of the assessment, destination) of every message of a target that was taken."""
    query = select(DeliveryRow.assessment_id, DeliveryRow.destination)
    query = query.join(AssessmentRow, AssessmentRow.id == DeliveryRow.assessment_id)
    query = query.where(AssessmentRow.customer == customer, AssessmentRow.target == target)
    return {(row[0], row[1]) for row in session.execute(query.where(DeliveryRow.state == DeliveryState.SENT.value))}


def _to_columns(record: DeliveryRecord) -> dict[str, Any]:
    return {**dataclasses.asdict(record), "state": record.state.value}


def _change(session: Session, known: DeliveryRecord, wanted: DeliveryRecord) -> bool:
    """Change the row if it still is as known. Return whether it was."""
    change = update(DeliveryRow).where(
        DeliveryRow.assessment_id == known.assessment_id,
        DeliveryRow.destination == known.destination,
        DeliveryRow.state == known.state.value,
        DeliveryRow.attempts == known.attempts,
    )
    changed = session.execute(change.values(**_to_columns(wanted)).execution_options(synchronize_session=False))
    return cast(CursorResult[Any], changed).rowcount == 1
