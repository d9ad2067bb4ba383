"""Claims of periods: at most one run at a time may assess a target for a period, and a late one records nothing.

A claim ends with its lease, so a run that was killed holds up nobody for long. Times are those of the database, because
runs may come from several machines; SQLite has the clock of this one.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, Table, Update, bindparam, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.archive.history.entries import Claim
from agent.archive.history.models import AssessmentRow, AttemptRow, ClaimRow
from agent.model.terms import Text
from agent.support.errors import ClaimLost, PeriodClaimed

# Built once: a look of the service at each of many targets would mostly build statements.
_CLAIMS = cast(Table, ClaimRow.__table__)
_KEY = (
    _CLAIMS.c.customer == bindparam("of_customer"),
    _CLAIMS.c.target == bindparam("of_target"),
    _CLAIMS.c.period_from == bindparam("of_period"),
)
_READ = select(_CLAIMS.c.holder, _CLAIMS.c.token, _CLAIMS.c.until).where(*_KEY)
_TAKE_OVER = (
    update(_CLAIMS)
    .where(*_KEY, _CLAIMS.c.until <= bindparam("ended"))
    .values(holder=bindparam("new_holder"), token=_CLAIMS.c.token + 1, until=bindparam("new_until"))
)
_PROLONG = update(_CLAIMS).where(*_KEY, _CLAIMS.c.token == bindparam("held")).values(until=bindparam("new_until"))
_TRIES = 5  # a claim may be given back between the moment at which it was in the way and the next look


def take_claim(engine: Engine, wanted: Claim) -> Claim:
    """Return the claim with its token and its end. Raises PeriodClaimed if another run holds the period.

    Each step is a transaction of its own: two that look and write in one would wait for each other on MySQL.
    """
    for _ in range(_TRIES):
        taken = _take_over(engine, wanted) or _take_first(engine, wanted)
        if taken:
            return taken
        with Session(engine) as session:
            row = session.execute(_READ, _name_key(wanted)).one()
            if row.until > read_database_time(session):
                break
    raise PeriodClaimed(
        Text(
            "{target}: {holder} is assessing it for the same period and holds the period until {until}. Nothing was "
            "connected. Wait for it; the claim of a run that was killed ends then.",
            {"target": wanted.target, "holder": row.holder, "until": row.until},
        )
    )


def _take_over(engine: Engine, wanted: Claim) -> Claim | None:
    """Take a claim that has ended or was given back; None if there is none."""
    with Session(engine) as session, session.begin():
        now = read_database_time(session)
        values = {"new_holder": wanted.holder, "ended": now, "new_until": now + wanted.lease}
        if not _change(session, _TAKE_OVER, wanted, values):
            return None
        row = session.execute(_READ, _name_key(wanted)).one()
        return dataclasses.replace(wanted, token=row.token, until=row.until)


def _take_first(engine: Engine, wanted: Claim) -> Claim | None:
    """Claim a period for the first time; None if another run has."""
    try:
        with Session(engine) as session, session.begin():
            taken = dataclasses.replace(wanted, token=1, until=read_database_time(session) + wanted.lease)
            row = {
                "customer": taken.customer,
                "target": taken.target,
                "period_from": taken.period_from,
                "holder": taken.holder,
                "token": taken.token,
                "until": taken.until,
            }
            session.execute(insert(_CLAIMS), row)
        return taken
    except IntegrityError:
        return None


def renew_claim(session: Session, claim: Claim) -> Claim:
    """Return the claim with a new lease, which begins now. Raises ClaimLost if another run has taken it over.

    It is the first statement of a transaction that records something: from then on nobody takes the claim.
    """
    until = read_database_time(session) + claim.lease
    if not _change(session, _PROLONG, claim, {"held": claim.token, "new_until": until}):
        raise ClaimLost(
            Text(
                "{target}: this run could not renew its claim in time, because the machine slept or the history was "
                "not reached, and another run has taken the period over. So this one is not recorded; look at the "
                "assessment of the other.",
                {"target": claim.target},
            )
        )
    return dataclasses.replace(claim, until=until)


def release_claim(session: Session, claim: Claim) -> None:
    """Give the claim back. One that another run has taken over is left alone."""
    _change(session, _PROLONG, claim, {"held": claim.token, "new_until": read_database_time(session)})


def forget_claims(session: Session, now: datetime, customer: str | None) -> None:
    """Remove the claims and attempts of customers (or of one) of whom no assessment is left."""
    for row, moment in ((ClaimRow, ClaimRow.until), (AttemptRow, AttemptRow.at)):
        left = select(AssessmentRow.id).where(AssessmentRow.customer == row.customer).exists()
        gone = delete(row).where(moment <= now, ~left)
        session.execute(gone if customer is None else gone.where(row.customer == customer))


def make_claim(customer: str, target: str, period_from: date, holder: str, lease: timedelta) -> Claim:
    """Return what is asked for; it becomes a claim when it is taken."""
    return Claim(
        customer=customer,
        target=target,
        period_from=period_from,
        holder=holder,
        lease=lease,
        token=0,
        until=datetime.min.replace(tzinfo=UTC),
    )


def read_database_time(session: Session) -> datetime:
    """Return the time of the database, aware."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = session.scalars(text("SELECT UTC_TIMESTAMP(6)")).one()
    return found.replace(tzinfo=UTC)


def _name_key(claim: Claim) -> dict[str, Any]:
    return {"of_customer": claim.customer, "of_target": claim.target, "of_period": claim.period_from}


def _change(session: Session, change: Update, claim: Claim, values: dict[str, Any]) -> bool:
    """Change the row of the claim's period if the condition holds. Return whether it did."""
    changed = session.execute(change, {**_name_key(claim), **values})
    return cast(CursorResult[Any], changed).rowcount == 1
