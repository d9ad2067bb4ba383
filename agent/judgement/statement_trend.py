"""Compares what a statement does with what it did at an earlier assessment, by a record that has both. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from agent.facts import Observes
from agent.facts.shape_load import LONGEST_FIRST, ShapeLoad
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.statement_families import Identity, StatementFamily
from agent.judgement.load_records import describe_record
from agent.model.snapshot import Snapshot, Unavailable

T = TypeVar("T", CachedPlan, RepositoryShape)
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

    ``now`` is what came since, where that can be told from the totals; else ``overlaps`` says whether it may hold
    executions of before.
    ``is_new`` if the earlier assessment did not see it and saw every statement; None if that is not known.
    """

    record: Observes | None = None
    now: Pace | None = None
    before: Pace | None = None
    overlaps: bool = False
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


@dataclass(frozen=True, slots=True)
class _Side:
    """One statement in one record of one snapshot."""

    load: ShapeLoad
    family: StatementFamily
    snapshot: Snapshot

    def list_own(self, row: type[T]) -> list[T]:
        """Return the rows of a type that are of this statement."""
        keys = _list_keys(self.family)
        return [one for one in self.snapshot.list_rows(row) if (one.tenant_id, one.sql_id) in keys]


def _compare(family: StatementFamily, was: StatementFamily, now: Seen, before: Seen) -> Trend:
    for record in LONGEST_FIRST:
        load, earlier = _find_load(family, record), _find_load(was, record)
        if load is not None and earlier is not None:
            return _compare_sides(_Side(load, family, now.snapshot), _Side(earlier, was, before.snapshot))
    return Trend()


def _compare_sides(this: _Side, that: _Side) -> Trend:
    began = _list_beginnings(this)
    since = _measure_since(this, that) if began and began == _list_beginnings(that) else None
    return Trend(
        record=this.load.record,
        now=since or _measure(this),
        before=_measure(that),
        overlaps=since is None and _may_overlap(this, that),
    )


def _find_load(family: StatementFamily, record: Observes) -> ShapeLoad | None:
    return next((load for load in family.statement.loads if load.record is record), None)


def _list_beginnings(side: _Side) -> frozenset[object] | None:
    """Return the plans whose totals the record added up, each with its beginning; None where they are not all known.

    With the same ones at two times, the later totals hold the earlier ones.
    """
    found: set[tuple[object, ...]] = set()
    if side.load.record is Observes.PLAN_CACHE and _are_plans_known(side):
        found = {
            (row.tenant_id, row.sql_id, row.plan_id, row.plan_hash, row.first_load_time)
            for row in side.list_own(CachedPlan)
        }
    if side.load.record is Observes.REPOSITORY:
        found = {(row.tenant_id, row.sql_id, row.plan_hash, row.first_snap) for row in _list_present(side)}
    return frozenset(found) if {one[:2] for one in found} == set(_list_keys(side.family)) else None


def _are_plans_known(side: _Side) -> bool:
    """Whether all cached plans were read, and each id has some, with the times when they were made."""
    plans = side.list_own(CachedPlan)
    named = {plan.sql_id for plan in plans} == set(side.family.sql_ids)
    return named and all(plan.first_load_time for plan in plans) and not _is_cut(CachedPlan, side.snapshot)


def _list_present(side: _Side) -> list[RepositoryShape]:
    """Return the plans that the newest snapshot of each id in the repository shows."""
    rows, newest = side.list_own(RepositoryShape), dict[str, int]()
    for row in rows:
        newest[row.sql_id] = max(row.last_snap, newest.get(row.sql_id, 0))
    return [row for row in rows if row.last_snap == newest[row.sql_id]]


def _may_overlap(this: _Side, that: _Side) -> bool:
    """Whether both loads may hold the same executions, as far as the beginning of the later one is known."""
    if this.load.record is Observes.AUDIT_RING:
        first_us, last_us = this.load.first_us, that.load.last_us
        return first_us is None or last_us is None or first_us <= last_us
    if this.load.record is Observes.REPOSITORY:
        first = min(row.first_snap for row in _list_present(this))
        return first <= max(row.last_snap for row in _list_present(that))
    loaded = (plan.first_load_time for plan in this.list_own(CachedPlan))
    return not _are_plans_known(this) or any(time is None or time <= that.snapshot.as_of for time in loaded)


def _measure_since(this: _Side, that: _Side) -> Pace | None:
    """Return what came on top of the earlier totals; None if nothing did."""
    now, before = this.load, that.load
    executions, elapsed_us = now.executions - before.executions, now.elapsed_us - before.elapsed_us
    if executions <= 0 or elapsed_us < 0:
        return None
    hours = (this.snapshot.as_of - that.snapshot.as_of) / timedelta(hours=1)
    if now.record is Observes.REPOSITORY:
        hours = (now.days - before.days) * 24
    rows = None if now.rows_read is None or before.rows_read is None else now.rows_read - before.rows_read
    return Pace(
        average_us=elapsed_us / executions,
        rows_read=None if rows is None or rows < 0 else rows / executions,
        hourly=executions / hours if hours > 0 else None,
    )


def _measure(side: _Side) -> Pace:
    load, hours = side.load, _count_hours(side)
    return Pace(
        average_us=load.average_us,
        rows_read=None if load.rows_read is None else load.rows_read / load.executions,
        hourly=load.executions / hours if hours > 0 else None,
    )


def _count_hours(side: _Side) -> float:
    """Return how long a record watched the statement; 0.0 or less if that is not known."""
    record = side.load.record
    if record is Observes.REPOSITORY:
        return side.load.days * 24
    if record is Observes.AUDIT_RING:
        return describe_record(record, side.snapshot, (AuditReturn,), texts_wanted=False).span_hours
    since = min((plan.first_load_time for plan in side.list_own(CachedPlan) if plan.first_load_time), default=None)
    return (side.snapshot.as_of - since) / timedelta(hours=1) if since else 0.0
