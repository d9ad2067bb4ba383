"""Compares what a statement does with what it did at an earlier assessment, by a record that has both. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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

    Where one record has both times what it counted then and later, ``now`` is what came since. ``overlaps`` says that
    it may hold executions of before, which could not be told apart.
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


def _compare(family: StatementFamily, was: StatementFamily, now: Seen, before: Seen) -> Trend:
    for record in _LONGEST_FIRST:
        this, that = _find_load(family, record), _find_load(was, record)
        if this is not None and that is not None:
            earlier = _measure(that, was, before.snapshot)
            began = _list_beginnings(record, family, now.snapshot)
            since = None
            if began and began == _list_beginnings(record, was, before.snapshot):
                since = _measure_since(this, that, now.snapshot.as_of - before.snapshot.as_of)
            if since:
                return Trend(record=record, now=since, before=earlier)
            overlaps = _may_overlap(this, that, family, was, now, before)
            return Trend(record=record, now=_measure(this, family, now.snapshot), before=earlier, overlaps=overlaps)
    return Trend()


def _list_beginnings(record: Observes, family: StatementFamily, snapshot: Snapshot) -> frozenset[object] | None:
    """Return the plans whose totals the record added up, each with its beginning; None where they are not all known.

    With the same ones at two times, the later totals hold the earlier ones.
    """
    keys, found = set(_list_keys(family)), set[tuple[object, ...]]()
    if record is Observes.PLAN_CACHE and not _is_cut(CachedPlan, snapshot):
        plans = _list_own_plans(family, snapshot)
        if all(plan.first_load_time for plan in plans):
            found = {
                (plan.tenant_id, plan.sql_id, plan.plan_id, plan.plan_hash, plan.first_load_time) for plan in plans
            }
    if record is Observes.REPOSITORY:
        found = {
            (row.tenant_id, row.sql_id, row.plan_hash, row.first_snap) for row in _list_present(family, snapshot)
        }
    return frozenset(found) if {one[:2] for one in found} == keys else None


def _list_present(family: StatementFamily, snapshot: Snapshot) -> list[RepositoryShape]:
    """Return the plans of a statement that its newest snapshots in the repository show."""
    keys = _list_keys(family)
    rows = [row for row in snapshot.list_rows(RepositoryShape) if (row.tenant_id, row.sql_id) in keys]
    newest: dict[str, int] = {}
    for row in rows:
        newest[row.sql_id] = max(row.last_snap, newest.get(row.sql_id, 0))
    return [row for row in rows if row.last_snap == newest[row.sql_id]]


def _measure_since(this: ShapeLoad, that: ShapeLoad, passed: timedelta) -> Pace | None:
    """Return what came on top of the earlier totals; None if nothing did."""
    executions, elapsed_us = this.executions - that.executions, this.elapsed_us - that.elapsed_us
    if executions <= 0 or elapsed_us < 0:
        return None
    hours = (this.days - that.days) * 24 if this.record is Observes.REPOSITORY else passed / timedelta(hours=1)
    rows = None if this.rows_read is None or that.rows_read is None else this.rows_read - that.rows_read
    return Pace(
        average_us=elapsed_us / executions,
        rows_read=None if rows is None or rows < 0 else rows / executions,
        hourly=executions / hours if hours > 0 else None,
    )


def _may_overlap(
    this: ShapeLoad, that: ShapeLoad, family: StatementFamily, was: StatementFamily, now: Seen, before: Seen
) -> bool:
    """Whether both loads may hold the same executions, as far as the beginning of the later one is known."""
    if this.record is Observes.AUDIT_RING:
        return this.first_us is None or that.last_us is None or this.first_us <= that.last_us
    if this.record is Observes.REPOSITORY:
        first = min(row.first_snap for row in _list_present(family, now.snapshot))
        return first <= max(row.last_snap for row in _list_present(was, before.snapshot))
    loaded = [plan.first_load_time for plan in _list_own_plans(family, now.snapshot)]
    known = {plan.sql_id for plan in _list_own_plans(family, now.snapshot)} == set(family.sql_ids)
    whole = known and not _is_cut(CachedPlan, now.snapshot)
    return not whole or any(time is None or time <= before.snapshot.as_of for time in loaded)


def _find_load(family: StatementFamily, record: Observes) -> ShapeLoad | None:
    return next((load for load in family.statement.loads if load.record is record), None)


def _measure(load: ShapeLoad, family: StatementFamily, snapshot: Snapshot) -> Pace:
    hours = _count_hours(load, family, snapshot)
    return Pace(
        average_us=load.average_us,
        rows_read=None if load.rows_read is None else load.rows_read / load.executions,
        hourly=load.executions / hours if hours else None,
    )


def _count_hours(load: ShapeLoad, family: StatementFamily, snapshot: Snapshot) -> float | None:
    """Return how long a record watched the statement; None if that is not known."""
    if load.record is Observes.REPOSITORY:
        return load.days * 24 or None
    if load.record is Observes.AUDIT_RING:
        return describe_record(load.record, snapshot, (AuditReturn,), texts_wanted=False).span_hours or None
    plans = _list_own_plans(family, snapshot)
    since = min((plan.first_load_time for plan in plans if plan.first_load_time), default=None)
    hours = (snapshot.as_of - since) / timedelta(hours=1) if since else 0.0
    return hours if hours > 0 else None


def _list_own_plans(family: StatementFamily, snapshot: Snapshot) -> list[CachedPlan]:
    keys = _list_keys(family)
    return [plan for plan in snapshot.list_rows(CachedPlan) if (plan.tenant_id, plan.sql_id) in keys]
