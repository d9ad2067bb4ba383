"""Compares what a statement does with what it did at an earlier assessment, by a record that has both. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agent.facts import Observes
from agent.facts.shape_load import ShapeLoad
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.statement_families import Identity, StatementFamily
from agent.judgement.load_records import describe_record
from agent.model.snapshot import Snapshot, Unavailable

_LONGEST_FIRST = (Observes.REPOSITORY, Observes.PLAN_CACHE, Observes.AUDIT_RING)
_RECORDS = (SqlShape, SqlTotal, RepositoryShape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a statement did in one record: microseconds and rows read each time, and executions an hour.

    ``hourly`` is None where nobody knows how long the record covers, ``rows_read`` where nobody counted.
    """

    average_us: float
    rows_read: float | None
    hourly: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A statement now and before in one record. ``record`` is None where no record has it both times.

    ``is_new`` if the earlier assessment did not see it and saw every statement; None if that is not known.
    """

    record: Observes | None = None
    now: Pace | None = None
    before: Pace | None = None
    is_new: bool | None = False

    @property
    def ratio(self) -> float | None:
        """The average time now for one of before."""
        if self.now is None or self.before is None or not self.before.average_us:
            return None
        return self.now.average_us / self.before.average_us


@dataclass(frozen=True, slots=True)
class Seen:
    """The statements of one snapshot."""

    snapshot: Snapshot
    families: tuple[StatementFamily, ...]


def list_trends(now: Seen, before: Seen) -> dict[tuple[int | None, str], Trend]:
    """Return the trend of each statement by its tenant and the first of its ids: tenants may send the same text."""
    by_id = {key: family for family in before.families for key in _list_keys(family)}
    by_text: defaultdict[Identity | None, list[StatementFamily]] = defaultdict(list)
    for family in before.families:
        by_text[family.identity].append(family)
    trends = {}
    for family in now.families:
        own = _list_keys(family)
        was = next((by_id[one] for one in own if one in by_id), None)
        was = was or _find_alike(family, by_text)
        trends[own[0]] = _compare(family, was, now, before) if was else _tell_new(family, before)
    return trends


def _list_keys(family: StatementFamily) -> list[tuple[int | None, str]]:
    return [(family.statement.tenant_id, sql_id) for sql_id in family.sql_ids]


def _find_alike(
    family: StatementFamily, by_text: Mapping[Identity | None, Sequence[StatementFamily]]
) -> StatementFamily | None:
    """Return the dearest with this text, whatever its id, after an upgrade for example; one with its hints first.

    Hints are known only while a plan is in the cache, so others than before do not make it another statement.
    """
    alike = by_text.get(family.identity, ()) if family.identity else ()
    return min(alike, key=lambda one: one.statement.forced != family.statement.forced, default=None)


def _tell_new(family: StatementFamily, before: Seen) -> Trend:
    """Tell whether a statement is new. One whose text is not known, now or before, may be any of the same tenant."""
    tenant_id = family.statement.tenant_id
    others = [one for one in before.families if one.statement.tenant_id == tenant_id]
    unknown = any(one.identity is None for one in (family, *others))
    unread = any(isinstance(before.snapshot.facts.get(row), Unavailable | None) for row in _RECORDS)
    cut = any(_is_cut(row, before.snapshot) for row in _RECORDS)
    return Trend(is_new=None if unknown or unread or cut or not before.families else True)


def _is_cut(row: type, snapshot: Snapshot) -> bool:
    return any(record.source == row.__name__ and record.truncated for record in snapshot.records)


def _compare(family: StatementFamily, was: StatementFamily, now: Seen, before: Seen) -> Trend:
    for record in _LONGEST_FIRST:
        this, that = _find_load(family, record), _find_load(was, record)
        if this is not None and that is not None:
            paces = (_measure(this, family, now.snapshot), _measure(that, was, before.snapshot))
            return Trend(record=record, now=paces[0], before=paces[1])
    return Trend()


def _find_load(family: StatementFamily, record: Observes) -> ShapeLoad | None:
    return next((load for load in family.statement.loads if load.record is record), None)


def _measure(load: ShapeLoad, family: StatementFamily, snapshot: Snapshot) -> Pace:
    hours = _count_hours(load, _list_keys(family), snapshot)
    return Pace(
        average_us=load.average_us,
        rows_read=None if load.rows_read is None else load.rows_read / load.executions,
        hourly=load.executions / hours if hours else None,
    )


def _count_hours(load: ShapeLoad, keys: Sequence[tuple[int | None, str]], snapshot: Snapshot) -> float | None:
    """Return how long a record watched the statement; None if that is not known."""
    if load.record is Observes.REPOSITORY:
        return load.days * 24 or None
    if load.record is Observes.AUDIT_RING:
        return describe_record(load.record, snapshot, (AuditReturn,), texts_wanted=False).span_hours or None
    plans = (plan for plan in _list_plans(snapshot) if (plan.tenant_id, plan.sql_id) in keys)
    since = min((plan.first_load_time for plan in plans if plan.first_load_time), default=None)
    hours = (snapshot.as_of - since) / timedelta(hours=1) if since else 0.0
    return hours if hours > 0 else None


def _list_plans(snapshot: Snapshot) -> Iterable[CachedPlan]:
    found = snapshot.facts.get(CachedPlan, ())
    return () if isinstance(found, Unavailable) else (row for row in found if isinstance(row, CachedPlan))
