"""How much of the load each record shows: the time that it covers, and its share of the time that statements took.

Three records hold what statements cost. The workload repository covers days, the plan cache the time since a plan was
made, the audit ring what fits into its memory. What left the plan cache before a snapshot is in no record but the
server's counters, so the share is taken of those. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.facts import Observes
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import Counter, SqlTimeSample, sum_growth
from agent.facts.settings import Parameter, Variable
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts
from agent.model.snapshot import Snapshot
from agent.model.terms import Scalar, TenantKind, Text
from agent.model.units import parse_switch

# What the finding says of the time that its record covers.
_SPANS = {
    Observes.AUDIT_RING: "seen_in_audit_s",
    Observes.PLAN_CACHE: "seen_in_plan_cache_s",
    Observes.REPOSITORY: "seen_in_repository_s",
}
_TIMES = frozenset(f"sql {verb} time" for verb in ("select", "insert", "replace", "update", "delete"))
_TOLD_APART = frozenset({SqlShape, SqlTotal, RepositoryText})  # the rows by which a record shows more or less
_STALE = timedelta(days=1)  # the newest snapshot of the repository is at most so old
_SYS_ID = 1


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """What one record shows: hours covered, and per cent of the time of statements (None if that is not known).

    ``reason`` says why it shows nothing, or what cuts it short; ``remedy`` what would change that.
    ``hidden_us_per_s`` is the time of statements that it does not show, in microseconds for each second covered.
    """

    kind: Observes
    span_hours: float
    load_pct: float | None
    reason: Text
    remedy: Text | None = None
    hidden_us_per_s: float = 0.0


def describe_record(kind: Observes, snapshot: Snapshot, rows: Collection[type], texts_wanted: bool) -> LoadRecord:
    """Return what a record shows to a check that reads these rows.

    To a check that cannot do without texts, a statement whose text is unknown shows nothing.
    """
    return snapshot.work_out(_describe_record, kind, _TOLD_APART.intersection(rows), texts_wanted)


def _describe_record(snapshot: Snapshot, kind: Observes, rows: Collection[type], texts_wanted: bool) -> LoadRecord:
    texts = _list_texts(snapshot, RepositoryText in rows) if texts_wanted else None
    if kind is Observes.AUDIT_RING:
        return _describe_ring(snapshot, SqlShape in rows, texts)
    if kind is Observes.PLAN_CACHE:
        return _describe_plan_cache(snapshot, SqlTotal in rows, texts)
    return _describe_repository(snapshot, texts)


def describe_span(part: str, snapshot: Snapshot, rows: Collection[type]) -> dict[str, Scalar]:
    """Return what a finding says of the record in which it was seen: seconds covered, by a name of its own."""
    kind = next((kind for kind in Observes if kind.value == part), None)
    return {_SPANS[kind]: describe_record(kind, snapshot, rows, texts_wanted=False).span_hours * 3600} if kind else {}


def estimate_time_rate(evidence: Mapping[str, Scalar]) -> float | None:
    """Return the microseconds that a finding's statement took for each second; None if its evidence does not tell."""
    span_s = next((evidence[name] for name in _SPANS.values() if evidence.get(name)), None)
    executions, average_us = evidence.get("executions_count"), evidence.get("average_us")
    known = [value for value in (span_s, executions, average_us) if isinstance(value, int | float)]
    if len(known) < 3 or known[0] <= 0:
        return None
    return known[1] * known[2] / known[0]


def _describe_ring(snapshot: Snapshot, by_shape: bool, texts: frozenset[str] | None) -> LoadRecord:
    """The audit ring: the shortest span of any server and tenant counts, because the check saw all of them.

    Only the dearest shapes are read; ``by_shape`` asks for their share.
    """
    if is_audit_off(snapshot):
        off = Text("The SQL audit is switched off, so it shows nothing of the present load.")
        on = Text(
            "Switch the SQL audit on (enable_sql_audit, ob_enable_sql_audit) and assess after some hours of business."
        )
        return LoadRecord(Observes.AUDIT_RING, 0.0, None, off, on)
    returns = snapshot.list_rows(AuditReturn)
    spans: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in returns:
        spans[row.tenant_id, row.svr_ip, row.svr_port] += [row.first_us, row.last_us]
    hours = min(((max(span) - min(span)) / 3_600_000_000 for span in spans.values()), default=0.0)
    short = Text("The SQL audit reaches back only {reach_s}.", {"reach_s": round(hours * 3600)})
    more = Text("Give the SQL audit more memory (ob_sql_audit_percentage), or assess when fewer statements run.")
    if not by_shape:
        return LoadRecord(Observes.AUDIT_RING, hours, 100.0, short, more)
    shapes = snapshot.list_rows(SqlShape)
    shown = sum(row.elapsed_us for row in shapes if texts is None or row.sql_id in texts)
    taken = sum(row.elapsed_us or 0 for row in returns)
    return _build_record(Observes.AUDIT_RING, hours, shown, taken, (short, more))


def is_audit_off(snapshot: Snapshot) -> bool:
    """Whether a parameter or a variable says that no statement is recorded now."""
    rows: tuple[Parameter | Variable, ...] = (*snapshot.list_rows(Parameter), *snapshot.list_rows(Variable))
    switches = ("enable_sql_audit", "ob_enable_sql_audit")
    return any(row.name.lower() in switches and _is_off(row.value) for row in rows)


def _is_off(value: str | None) -> bool:
    try:
        return parse_switch(value or "") == "off"
    except ValueError:
        return False


def _list_texts(snapshot: Snapshot, reads_repository: bool) -> frozenset[str]:
    plans = tuple(row for row in snapshot.list_rows(CachedPlan) if row.statement)
    kept = snapshot.list_rows(RepositoryText)
    return frozenset(collect_texts(plans, kept if reads_repository else ()))


def _describe_plan_cache(snapshot: Snapshot, by_total: bool, texts: frozenset[str] | None) -> LoadRecord:
    """The plan cache: its oldest plan tells since when, the counters since the start tell of how much.

    The check reads it by shape (``by_total``) or by plan.
    """
    plans = snapshot.list_rows(CachedPlan)
    totals = snapshot.list_rows(SqlTotal)
    oldest = min((row.first_load_time for row in plans if row.first_load_time), default=snapshot.as_of)
    shown = sum(row.elapsed_us for row in totals if texts is None or row.sql_id in texts)
    if not by_total:
        shown = sum(row.elapsed_time for row in plans)
    counters = snapshot.list_rows(Counter)
    if snapshot.tenant_kind is TenantKind.SYS:
        counters = tuple(row for row in counters if row.con_id == _SYS_ID or row.con_id % 2 == 0)
    taken = sum(row.value for row in counters if row.name in _TIMES)
    return _build_record(Observes.PLAN_CACHE, _count_hours(snapshot.as_of - oldest), shown, taken, _EVICTED)


_EVICTED = (
    Text("The plan cache has already evicted the figures of other statements."),
    Text("Let the WR take snapshots every hour, and give the plan cache more memory."),
)


def _build_record(
    kind: Observes, hours: float, shown_us: float, taken_us: float, cause: tuple[Text, Text]
) -> LoadRecord:
    """The record by the time of statements that it shows, of all the time that they took."""
    if taken_us <= 0 or hours <= 0:
        return LoadRecord(kind, hours, None, *cause)
    hidden = max(0.0, taken_us - shown_us) / (hours * 3600)
    return LoadRecord(kind, hours, min(100.0, 100 * shown_us / taken_us), *cause, hidden)


def _count_hours(span: timedelta) -> float:
    return max(0.0, span / timedelta(hours=1))


def _describe_repository(snapshot: Snapshot, texts: frozenset[str] | None) -> LoadRecord:
    """The workload repository: from the first snapshot kept to the newest, if that is not stale."""
    times = _list_snapshot_times(snapshot)
    samples = [row for row in snapshot.list_rows(SqlTimeSample) if row.snap_id in times]
    shapes = snapshot.list_rows(RepositoryShape)
    if len(times) < 2 or not samples or not shapes:
        return LoadRecord(Observes.REPOSITORY, 0.0, None, *_NO_SNAPSHOTS)
    newest = max(times.values())
    if snapshot.as_of - newest > _STALE:
        stale = Text(
            "The newest WR snapshot is {age_days} old.",
            {"age_days": (snapshot.as_of - newest).days},
        )
        return LoadRecord(Observes.REPOSITORY, 0.0, None, stale, _NO_SNAPSHOTS[1])
    shown = sum(row.elapsed_us for row in shapes if texts is None or row.sql_id in texts)
    hours = _count_hours(newest - min(times.values()))
    return _build_record(Observes.REPOSITORY, hours, shown, sum_growth(samples), _EVICTED)


_NO_SNAPSHOTS = (
    Text("The WR holds no snapshots with statements."),
    Text("Let the WR take snapshots every hour, and assess after a day of business."),
)


def _list_snapshot_times(snapshot: Snapshot) -> Mapping[int, datetime]:
    return {row.snap_id: row.end_interval_time for row in snapshot.list_rows(WorkloadSnapshot)}
