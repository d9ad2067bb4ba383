"""Samples between assessments: a row per target and day, in columns, so that a year of them stays small.

A payload is ``{"at": seconds of the day, "values": {kind: {resource: values}}, "limits": the same, "ids": ...,
"statements": ...}``. Each column has one entry for each of ``at``, None where the sample had no such value. Numbers are
kept as differences to the one before, because these are short; bytes in mebibytes, times of statements in milliseconds
and to three digits.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, LargeBinary, delete, select, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from agent.archive.history.models import LastSampleRow, SampleRow
from agent.archive.history.store import History
from agent.model.sample import Key, LastSample, Sample, StatementGrowth, Totals, find_unit
from agent.model.series import Point, Series
from agent.model.snapshot import Capabilities
from agent.model.terms import TenantKind, Unit, Version

# What reading a payload raises that is not as it was written.
_DAMAGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
_Column = list[float | None]
_MEBIBYTE = 1 << 20


def read_last_sample(history: History, customer: str, target: str) -> LastSample | None:
    """Return the newest sample of a target; None if there is none, or if it cannot be read."""
    with history.begin() as session:
        try:
            row = session.get(LastSampleRow, (customer, target))
            return _read_last(row) if row else None
        except (*_DAMAGE, zlib.error):
            return None


def keep_sample(
    history: History, customer: str, target: str, sample: Sample, last: LastSample, *, days_kept: int | None
) -> bool:
    """Keep a sample, and ``last`` for the next one. Return False if another process took one as new meanwhile.

    ``days_kept`` is how long the customer lets it be kept; None sets no end.
    """
    try:
        with history.begin() as session:
            if not _replace_last(session, customer, target, last):
                return False
            day = sample.at.astimezone(UTC).date()
            row = session.get(SampleRow, (customer, target, day))
            columns = _Columns.unpack(row.payload if row else None)
            columns.append(sample)
            keep_until = datetime.combine(day, time(), UTC) + timedelta(days=days_kept + 1) if days_kept else None
            if row:
                row.payload = columns.pack()
            else:
                session.add(
                    SampleRow(customer=customer, target=target, day=day, payload=columns.pack(), keep_until=keep_until)
                )
        return True
    except IntegrityError:
        return False


def read_series(history: History, customer: str, target: str, since: datetime) -> tuple[Series, ...]:
    """Return what was sampled since a moment (aware), oldest points first; the limit is the newest one.

    A day that cannot be read is left out.
    """
    points, limits = defaultdict[Key, list[Point]](list), dict[Key, float]()
    for day, columns in _read_days(history, customer, target, since):
        moments = [day + timedelta(seconds=seconds) for seconds in columns.at]
        for key, values in columns.values.items():
            found = zip(moments, values, strict=True)
            points[key] += [Point(at, value) for at, value in found if value is not None and at >= since]
        for key, values in columns.limits.items():
            known = [value for value in values if value is not None]
            limits |= {key: known[-1]} if known else {}
    return tuple(
        Series(kind, resource, find_unit(kind).value, limits.get((kind, resource)), tuple(found))
        for (kind, resource), found in sorted(points.items())
        if found
    )


def read_growth(history: History, customer: str, target: str, since: datetime) -> tuple[StatementGrowth, ...]:
    """Return by how much the statements that took most time have grown since a moment (aware), summed over samples."""
    sums: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for day, columns in _read_days(history, customer, target, since):
        for seconds, statements in zip(columns.at, columns.statements, strict=True):
            for one in statements if day + timedelta(seconds=seconds) >= since else ():
                executions, elapsed_us = sums[one.sql_id]
                sums[one.sql_id] = executions + one.executions, elapsed_us + one.elapsed_us
    ranked = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
    return tuple(StatementGrowth(sql_id, *grown) for sql_id, grown in ranked)


def purge_samples(history: History, now: datetime, customer: str | None = None) -> None:
    """Remove the samples of all customers (or of one) whose time is over by ``now`` (aware)."""
    gone = delete(SampleRow).where(SampleRow.keep_until <= now)
    with history.begin() as session:
        session.execute(gone if customer is None else gone.where(SampleRow.customer == customer))


class _Columns:
    """The samples of one day, in columns."""

    def __init__(self) -> None:
        self.at: list[int] = []
        self.values: dict[Key, _Column] = {}
        self.limits: dict[Key, _Column] = {}
        self.statements: list[tuple[StatementGrowth, ...]] = []

    @classmethod
    def unpack(cls, payload: Mapping[str, Any] | None) -> _Columns:
        found = cls()
        if payload is None:
            return found
        found.at = [int(seconds) for seconds in payload["at"]]
        found.values = _unpack(payload["values"])
        found.limits = _unpack(payload["limits"])
        ids = [str(id) for id in payload["ids"]]
        for statements in payload["statements"]:
            found.statements.append(
                tuple(StatementGrowth(ids[place], int(count), int(ms) * 1000) for place, count, ms in statements)
            )
        lengths = {len(column) for column in (*found.values.values(), *found.limits.values())}
        if (lengths | {len(found.statements)}) - {len(found.at)}:
            raise ValueError("columns of different lengths")
        return found

    def append(self, sample: Sample) -> None:
        moment = sample.at.astimezone(UTC)
        for columns, given in ((self.values, sample.values), (self.limits, sample.limits)):
            for key in {**columns, **given}:
                value = given.get(key)
                kept = None if value is None else _round_value(key[0], value)
                columns.setdefault(key, [None] * len(self.at)).append(kept)
        self.at.append(round((moment - datetime.combine(moment.date(), time(), UTC)).total_seconds()))
        self.statements.append(sample.statements)

    def pack(self) -> dict[str, Any]:
        ids = list(dict.fromkeys(one.sql_id for statements in self.statements for one in statements))
        places = {id: place for place, id in enumerate(ids)}
        return {
            "at": self.at,
            "values": _pack(self.values),
            "limits": _pack(self.limits),
            "ids": ids,
            "statements": [
                [
                    [places[one.sql_id], _cut_digits(one.executions), _cut_digits(one.elapsed_us // 1000)]
                    for one in statements
                ]
                for statements in self.statements
            ],
        }


def _cut_digits(count: int) -> int:
    """Return a count of which only the first three digits tell something: statements are ranked by it."""
    return round(count, min(0, 3 - len(str(count))))


def _round_value(kind: str, value: float) -> float:
    """Return a value as exact as forecasts need it: bytes to a mebibyte, counts as they are, rates to four digits.

    Every further digit would be noise that does not compress, and a year of samples has many million.
    """
    unit = find_unit(kind)
    if unit is Unit.BYTES:
        return round(value / _MEBIBYTE) * _MEBIBYTE
    if unit is Unit.COUNT or value == 0:
        return round(value)
    return round(value, 3 - math.floor(math.log10(abs(value))))


def _pack(columns: Mapping[Key, _Column]) -> dict[str, dict[str, _Column]]:
    packed = defaultdict[str, dict[str, _Column]](dict)
    for (kind, resource), values in columns.items():
        scale = _find_scale(kind)
        packed[kind][resource] = list(_subtract_before(value if value is None else value / scale for value in values))
    return dict(packed)


def _find_scale(kind: str) -> int:
    return _MEBIBYTE if find_unit(kind) is Unit.BYTES else 1


def _subtract_before(values: Iterable[float | None]) -> Iterator[float | None]:
    before = 0.0
    for value in values:
        if value is None:
            yield None
            continue
        step = round(value - before, 6)
        yield int(step) if step == int(step) else step
        before = value


def _unpack(packed: Mapping[str, Mapping[str, list[float | None]]]) -> dict[Key, _Column]:
    return {
        (str(kind), str(resource)): [
            value if value is None else value * _find_scale(kind) for value in _add_before(steps)
        ]
        for kind, resources in packed.items()
        for resource, steps in resources.items()
    }


def _add_before(steps: Iterable[float | None]) -> Iterator[float | None]:
    total = 0.0
    for step in steps:
        if step is None:
            yield None
            continue
        total = round(total + step, 6)
        yield total


def _read_days(history: History, customer: str, target: str, since: datetime) -> Iterator[tuple[datetime, _Columns]]:
    """Yield the days since a moment with their samples, in order. What is damaged is left out."""
    raw = type_coerce(SampleRow.payload, LargeBinary)  # decoded day by day: one that is damaged takes no other along
    query = select(SampleRow.day, raw).where(
        SampleRow.customer == customer, SampleRow.target == target, SampleRow.day >= since.astimezone(UTC).date()
    )
    with history.begin() as session:
        found = session.execute(query.order_by(SampleRow.day)).all()
    for day, content in found:
        try:
            columns = _Columns.unpack(json.loads(zlib.decompress(content)))
        except (*_DAMAGE, zlib.error):
            continue
        yield datetime.combine(day, time(), UTC), columns


def _replace_last(session: Session, customer: str, target: str, last: LastSample) -> bool:
    """Put ``last`` in the place of an older one. Return False if the one that is there is as new."""
    values = _write_last(last)
    older = update(LastSampleRow).where(
        LastSampleRow.customer == customer, LastSampleRow.target == target, LastSampleRow.taken_at < last.taken_at
    )
    changed = session.execute(older.values(**values).execution_options(synchronize_session=False))
    if cast(CursorResult[Any], changed).rowcount == 1:
        return True
    if session.get(LastSampleRow, (customer, target)) is not None:
        return False
    session.add(LastSampleRow(customer=customer, target=target, **values))
    session.flush()
    return True


def _write_last(last: LastSample) -> dict[str, Any]:
    statements = {id: list(both) for id, both in last.totals.statements.items()}
    totals = {"counters": dict(last.totals.counters), "statements": statements}
    return {
        "taken_at": last.taken_at,
        "totals": totals,
        "capabilities": _write_capabilities(last.capabilities) if last.capabilities else None,
        "capabilities_at": last.capabilities_at,
    }


def _read_last(row: LastSampleRow) -> LastSample:
    totals = Totals(
        counters={str(name): int(value) for name, value in row.totals["counters"].items()},
        statements={str(id): (int(one), int(two)) for id, (one, two) in row.totals["statements"].items()},
    )
    return LastSample(
        taken_at=row.taken_at,
        totals=totals,
        capabilities=_read_capabilities(row.capabilities) if row.capabilities else None,
        capabilities_at=row.capabilities_at,
    )


def _write_capabilities(found: Capabilities) -> dict[str, Any]:
    """Return what preflight found, without its problems: these were told when it looked."""
    return {
        "version": str(found.version),
        "tenant_kind": found.tenant_kind.value,
        "account": found.account,
        "system_schema": found.system_schema,
        "columns": {view: sorted(columns) for view, columns in found.columns.items()},
        "privileges": sorted(found.privileges),
        "grants": {view: sorted(columns) for view, columns in found.grants.items()},
        "embedded": found.embedded,
        "beyond_reading": None if found.beyond_reading is None else list(found.beyond_reading),
    }


def _read_capabilities(kept: Mapping[str, Any]) -> Capabilities:
    beyond = kept["beyond_reading"]
    return Capabilities(
        version=Version.parse(kept["version"]),
        tenant_kind=TenantKind(kept["tenant_kind"]),
        account=str(kept["account"]),
        system_schema=str(kept["system_schema"]),
        columns={str(view): frozenset(map(str, names)) for view, names in kept["columns"].items()},
        privileges=frozenset(map(str, kept["privileges"])),
        grants={str(view): frozenset(map(str, names)) for view, names in kept["grants"].items()},
        embedded=bool(kept["embedded"]),
        beyond_reading=None if beyond is None else tuple(map(str, beyond)),
    )
