"""A statement of the customer's load, with what a DBA needs to act on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.model.terms import Text


@dataclass(frozen=True, slots=True)
class TableAccess:
    """How a plan reads one table. ``index`` is empty for the table itself; ``rows`` is what a scan goes through."""

    table: str
    operator: str
    index: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """One plan of a statement."""

    plan_hash: str
    accesses: tuple[TableAccess, ...]


@dataclass(frozen=True, slots=True)
class TimePart:
    """What a statement spends in one stage, in microseconds and as its part of the whole; the stage as in labels."""

    stage: str
    us: int
    pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSplit:
    """Where the time of a statement goes, by one record; retries and requests to other servers for each execution."""

    record: str
    parts: tuple[TimePart, ...]
    retries: float | None
    rpcs: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFacts:
    """One statement that findings are about, by the ``resource`` of these findings.

    ``text`` is masked; where it is empty, ``no_text`` says why. ``record`` is where executions, average and total come
    from. User, longest execution, first and last time and ``trace_id`` are in the audit ring only: the trace is that of
    the longest execution, for as long as the ring holds it. ``times`` is None where no record tells parts of its time.
    """

    resource: str
    sql_id: str
    text: str
    no_text: Text | None
    record: str
    database: str | None
    executions: int
    average_us: float
    total_us: int
    user: str | None = None
    users: int | None = None
    longest_us: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    trace_id: str | None = None
    plans: tuple[StatementPlan, ...] = ()
    times: TimeSplit | None = None
