"""Ways in which facts are missing in the world, as changes of a snapshot. None of them makes a finding a pass.

Each way takes a snapshot and yields blinder ones with what tells of it: a source that is gone or cut, an audit that is
off or reaches back seconds, statistics that are missing, columns that a version lacks, plans that were evicted, a
server that did not answer.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.facts import find_source_spec
from agent.facts.cluster import Location
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.plans import PlanStep
from agent.facts.resources import Counter, SqlTimeSample
from agent.facts.schema import PartitionedTable, Table, TableStatistics
from agent.facts.settings import Parameter, Variable
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.model.check import CheckSpec
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import Text, UnavailableKind
from tests.harness import NOW

Blinder = tuple[str, Snapshot]
_WEEK_US = 7 * 86_400_000_000
_GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test"))


def with_load(snapshot: Snapshot) -> Snapshot:
    """The snapshot with records of the load that show a whole week of it, where the case does not say otherwise."""
    facts = snapshot.facts
    returns = tuple(_show_whole_ring(facts))
    snapshots = _rows(facts, WorkloadSnapshot) or tuple(_list_snapshots())
    newest = max(row.snap_id for row in snapshots)
    kept_us = sum(row.elapsed_us for row in _rows(facts, RepositoryShape))
    samples = tuple(
        SqlTimeSample(snap_id=row.snap_id, sql_us=max(1, kept_us) if row.snap_id == newest else 0) for row in snapshots
    )
    plans = tuple(replace(row, first_load_time=NOW - timedelta(days=7)) for row in _rows(facts, CachedPlan))
    totals = (
        _rows(facts, SqlTotal) or tuple(map(_total_of, _rows(facts, SqlShape))) or tuple(map(_total_of_plan, plans))
    )
    taken_us = sum(row.elapsed_us for row in totals) + kept_us
    counter = Counter(con_id=1002, name="sql select time", value=max(1, taken_us))
    return _put(
        snapshot,
        (AuditReturn, returns),
        (WorkloadSnapshot, snapshots),
        (SqlTimeSample, _rows(facts, SqlTimeSample) or samples),
        (CachedPlan, plans),
        (SqlTotal, totals),
        (Counter, (*_rows(facts, Counter), counter)),
    )


def _show_whole_ring(facts: Any) -> Iterator[AuditReturn]:
    """The rows by return code over a week; those of a case are stretched. Their time is that of the shapes."""
    shapes = _rows(facts, SqlShape)
    own = [replace(row, first_us=row.last_us - _WEEK_US) for row in _rows(facts, AuditReturn)]
    if own:
        yield replace(own[0], elapsed_us=sum(row.elapsed_us for row in shapes))
        yield from own[1:]
        return
    last = int(NOW.timestamp() * 1_000_000)
    for tenant in sorted({row.tenant_id for row in shapes} or {None}, key=repr):
        yield AuditReturn(
            tenant_id=tenant, ret_code=0, records=1, first_us=last - _WEEK_US, last_us=last, executions=1, planned=1,
            hard_parses=0, first_request=1, sql_id="",
            elapsed_us=sum(row.elapsed_us for row in shapes if row.tenant_id == tenant),
        )  # fmt: skip


def _list_snapshots() -> Iterator[WorkloadSnapshot]:
    for number in range(169):
        yield WorkloadSnapshot(snap_id=number, end_interval_time=NOW - timedelta(hours=168 - number))


def _total_of_plan(row: CachedPlan) -> SqlTotal:
    """What the plan cache says of a shape whose plan it has."""
    return SqlTotal(
        tenant_id=row.tenant_id, sql_id=row.sql_id, db_name="", executions=row.executions, elapsed_us=row.elapsed_time,
        rows_processed=0,
    )  # fmt: skip


def _total_of(row: SqlShape) -> SqlTotal:
    """What the plan cache says of a shape that the ring has: the same."""
    return SqlTotal(
        tenant_id=row.tenant_id, tenant_elapsed_us=None, sql_id=row.sql_id, db_name=row.db_name,
        executions=row.executions, elapsed_us=row.elapsed_us, rows_processed=row.rows_returned + row.rows_affected,
        rows_read=row.rows_read, disk_reads=row.disk_reads, retries=row.retries, wait_us=row.lock_wait_us,
        remote_executions=row.remote_plans,
    )  # fmt: skip


def _rows(facts: Any, row: type) -> tuple[Any, ...]:
    found = facts.get(row, ())
    return () if isinstance(found, Unavailable) else found


def blinder_than(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    """Every way on one snapshot, for the sources that this check reads."""
    for way in WAYS:
        for label, changed in way(snapshot, spec):
            yield f"{way.__name__.strip('_').replace('_', ' ')}: {label}", changed


def _with(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return replace(snapshot, **changes)


def _put(snapshot: Snapshot, *changes: tuple[type, Any]) -> Snapshot:
    return _with(snapshot, facts={**snapshot.facts, **dict(changes)})


def _sources_of(spec: CheckSpec) -> list[type]:
    return [row for row in spec.facts.values() if find_source_spec(row)]


def _source_gone(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    for row in _sources_of(spec):
        yield row.__name__, _put(snapshot, (row, _GONE))
    yield "all", _put(snapshot, *((row, _GONE) for row in _sources_of(spec)))


def _cut(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    for row in _sources_of(spec):
        rows = _rows(snapshot.facts, row)
        for kept in sorted({*range(min(len(rows), 6)), len(rows) // 2, len(rows) - 1} - {-1}):
            if kept >= len(rows):
                continue
            spec_of_row = find_source_spec(row)
            assert spec_of_row is not None
            record = SourceRecord(
                source=spec_of_row.name, view=spec_of_row.view, status="ok", rows=kept, truncated=True
            )
            yield f"{row.__name__} after {kept}", _with(_put(snapshot, (row, rows[:kept])), records=(record,))


def _audit_off(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    ring = [row for row in (SqlShape, AuditReturn) if row in spec.facts.values()]
    off = (
        (Parameter, (Parameter(scope="TENANT", name="enable_sql_audit", value="False"),)),
        (Variable, (Variable(name="ob_enable_sql_audit", value="OFF"),)),
    )
    for setting, rows in off if ring else ():
        put = (setting, (*_rows(snapshot.facts, setting), *rows))
        for row in ring:
            for kept in range(len(_rows(snapshot.facts, row)) + 1):
                yield (
                    f"{setting.__name__}, {row.__name__} {kept}",
                    _put(snapshot, put, (row, _rows(snapshot.facts, row)[:kept])),
                )


def _ring_short(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    returns = _rows(snapshot.facts, AuditReturn)
    short = tuple(replace(row, first_us=row.last_us - 20_000_000) for row in returns)
    ring = [row for row in (SqlShape, AuditReturn) if row in spec.facts.values()]
    for row in ring:
        rows = short if row is AuditReturn else _rows(snapshot.facts, row)
        for kept in range(len(rows) + 1):
            yield f"{row.__name__} {kept}", _put(snapshot, (AuditReturn, short), (row, rows[:kept]))
    few = tuple(_thin(row) for row in _rows(snapshot.facts, SqlShape))
    if few and ring:
        yield "few executions", _put(snapshot, (AuditReturn, short), (SqlShape, few))


def _thin(row: SqlShape) -> SqlShape:
    """The shape with a single execution left in the ring."""
    parts: dict[str, Any] = {
        field.name: value // max(row.executions, 1)
        for field in dataclasses.fields(row)
        if isinstance(value := getattr(row, field.name), int) and field.name not in ("tenant_id", "plans")
    }
    return replace(row, **{**parts, "executions": min(row.executions, 1)})


def _statistics_missing(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    needs = spec.facts.values()
    if TableStatistics in needs and not spec.name.startswith("statistics."):
        rows = _rows(snapshot.facts, TableStatistics)
        yield "no row", _put(snapshot, (TableStatistics, ()))
        yield (
            "no numbers",
            _put(
                snapshot,
                (
                    TableStatistics,
                    tuple(replace(r, num_rows=None, avg_row_len=None, last_analyzed=None) for r in rows),
                ),
            ),
        )
    for row, fields in ((Table, ("table_rows",)), (PartitionedTable, ("table_rows",))):
        known = [name for name in fields if name in {field.name for field in dataclasses.fields(row)}]
        if row in needs and known:
            rows = tuple(replace(r, **dict.fromkeys(known, None)) for r in _rows(snapshot.facts, row))
            yield row.__name__, _put(snapshot, (row, rows))


# Columns that only the embedded kernel, or no user tenant, lacks: where they are missing, nothing is lost.
_KEYS = frozenset({"tenant_id", "svr_ip", "svr_port", "ls_id", "zone", "tenant_elapsed_us"})


def _column_missing(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    """A column that this version lacks is None in every row."""
    for row in _sources_of(spec):
        hints = typing.get_type_hints(row)
        for field in dataclasses.fields(row):
            optional = isinstance(hints[field.name], types.UnionType) and field.default is None
            rows = _rows(snapshot.facts, row)
            if optional and field.name not in _KEYS and any(getattr(item, field.name) is not None for item in rows):
                blind = tuple(replace(item, **{field.name: None}) for item in rows)
                yield f"{row.__name__}.{field.name}", _put(snapshot, (row, blind))


def _plan_evicted(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    kinds = [row for row in (CachedPlan, SqlTotal, RepositoryShape) if row in spec.facts.values()]
    for row in kinds:
        rows = _rows(snapshot.facts, row)
        for gone in range(len(rows)):
            yield f"{row.__name__} {gone}", _put(snapshot, (row, (*rows[:gone], *rows[gone + 1 :])))
    yield "all", _put(snapshot, *((row, ()) for row in kinds))
    steps = _rows(snapshot.facts, PlanStep) if PlanStep in spec.facts.values() else ()
    for sql_id in sorted({step.sql_id for step in steps}):
        left = tuple(step for step in steps if step.sql_id != sql_id)
        yield f"operators of {sql_id}", _put(snapshot, (PlanStep, left))


def _server_silent(snapshot: Snapshot, spec: CheckSpec) -> Iterator[Blinder]:
    servers = sorted(
        {
            row.svr_ip
            for source, rows in snapshot.facts.items()
            if not isinstance(rows, Unavailable)
            for row in rows
            if getattr(row, "svr_ip", None) and _spans_servers(source)
        }
    )
    holders = tuple(
        Location(ls_id=1, svr_ip=server, svr_port=2882, zone="z", role="FOLLOWER", member_list=None, replica_type="F")
        for server in servers
    )
    for silent in servers if any(map(_spans_servers, _sources_of(spec))) else ():
        heard = {
            source: tuple(row for row in rows if getattr(row, "svr_ip", None) != silent)
            for source, rows in snapshot.facts.items()
            if not isinstance(rows, Unavailable) and _spans_servers(source)
        }
        if Location not in spec.facts.values():
            yield silent, _with(snapshot, facts={**snapshot.facts, **heard, Location: holders})


def _spans_servers(row: type) -> bool:
    source = find_source_spec(row)
    return source is not None and "GV$" in "".join(source.views)


WAYS: tuple[Callable[[Snapshot, CheckSpec], Iterator[Blinder]], ...] = (
    _source_gone,
    _cut,
    _audit_off,
    _ring_short,
    _statistics_missing,
    _column_missing,
    _plan_evicted,
    _server_silent,
)
