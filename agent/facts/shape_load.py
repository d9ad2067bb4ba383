"""What the statements of one shape cost in one record of the load, and how each record is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.facts import Observes, Rows
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal

_SNAPSHOTS_A_DAY = 24
REMOTE_PLANS = (2, 3)  # types of plans that run on another server, or on several
# The longest record first: days, since the plan was made, seconds to hours.
LONGEST_FIRST = (Observes.REPOSITORY, Observes.PLAN_CACHE, Observes.AUDIT_RING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeLoad:
    """One shape in one record; times in microseconds. A figure that the record does not hold is None.

    Outside the audit ring ``rows_read`` is the least: rows that a scan goes through block by block are not counted
    there (seen on 4.3.5: none of 90,000). ``rows_used`` were returned or changed. ``user`` and ``longest_us`` are in
    the audit ring only, ``sql_type`` is in the plan cache only. The ``days`` that the repository saw the shape are
    counted by its snapshots, one an hour. ``rpc_count`` are the requests that it sent to other servers. In the audit
    ring only, ``other_wait_us`` is what it waited for beside locks, disks and a processor (``schedule_us``),
    ``retried`` executions ran more than once, and ``sessions`` sent it.

    ``between`` are the fewest and the most executions that it may have been, where nobody counted them (see
    ``bound_executions``); None where ``executions`` is their number.
    """

    record: Observes
    sql_id: str
    tenant_id: int | None
    database: str | None  # None: the session had no default database
    executions: int
    elapsed_us: int
    rows_read: int | None
    rows_used: int
    disk_reads: int | None
    retries: int | None
    wait_us: int | None
    remote_executions: int | None
    full_scans: int | None = None
    errors: int | None = None
    longest_us: int | None = None
    execute_us: int | None = None
    user: str | None = None
    days: float = 0.0
    cpu_us: int | None = None
    io_wait_us: int | None = None
    queue_us: int | None = None
    plan_us: int | None = None
    trace_id: str | None = None
    users: int | None = None
    first_us: int | None = None
    last_us: int | None = None
    sql_type: int | None = None
    rpc_count: int | None = None
    other_wait_us: int | None = None
    schedule_us: int | None = None
    retried: int | None = None
    sessions: int | None = None
    between: tuple[int, int] | None = None

    @property
    def average_us(self) -> float:
        """Microseconds that an execution takes on average, from its arrival to its result."""
        return self.elapsed_us / self.executions

    @property
    def fewest_executions(self) -> int:
        """How often it was executed at least."""
        return self.between[0] if self.between else self.executions

    @property
    def most_executions(self) -> int:
        """How often it was executed at most."""
        return self.between[1] if self.between else self.executions

    @property
    def least_average_us(self) -> float:
        """Microseconds that an execution takes at least on average."""
        return self.elapsed_us / self.most_executions

    @property
    def most_average_us(self) -> float:
        """Microseconds that an execution may take on average."""
        return self.elapsed_us / self.fewest_executions


def read_shape(row: SqlShape) -> ShapeLoad:
    """Return what the audit ring says of a shape."""
    return ShapeLoad(
        record=Observes.AUDIT_RING,
        sql_id=row.sql_id,
        tenant_id=row.tenant_id,
        database=row.db_name or None,
        executions=row.executions,
        elapsed_us=row.elapsed_us,
        rows_read=row.rows_read,
        rows_used=row.rows_returned + row.rows_affected,
        disk_reads=row.disk_reads,
        retries=row.retries,
        wait_us=row.lock_wait_us,
        remote_executions=row.remote_plans,
        full_scans=row.full_scans,
        errors=row.errors,
        longest_us=row.max_elapsed_us,
        execute_us=row.execute_us,
        user=row.user_name,
        io_wait_us=row.io_wait_us,
        queue_us=row.queue_us,
        plan_us=row.plan_us,
        trace_id=row.trace_id,
        users=row.users,
        first_us=row.first_us,
        last_us=row.last_us,
        rpc_count=row.rpc_count,
        other_wait_us=row.other_wait_us,
        schedule_us=row.schedule_us,
        retried=row.retried,
        sessions=row.sessions,
    )


def _count_scans(sql_id: str, executions: int, scans: Mapping[str, bool]) -> int | None:
    """How many executions scanned a table in full, by the plan that is in the cache; None if there is none."""
    return executions * scans[sql_id] if sql_id in scans else None


def sum_plans(plans: Rows[CachedPlan], *, cut: bool) -> tuple[SqlTotal, ...]:
    """Return what the plan cache tells of each shape where a version has no SQLSTAT, the dearest first.

    It names no database and counts no rows read. Of a list that was cut nobody knows what all shapes took.
    """
    by_shape: defaultdict[tuple[int | None, str], list[CachedPlan]] = defaultdict(list)
    taken: Counter[int | None] = Counter()
    for plan in plans:
        by_shape[plan.tenant_id, plan.sql_id].append(plan)
        taken[plan.tenant_id] += plan.elapsed_time
    found = [
        SqlTotal(
            tenant_id=tenant_id,
            tenant_elapsed_us=None if cut or tenant_id is None else taken[tenant_id],
            sql_id=sql_id,
            db_name="",
            executions=sum(plan.executions for plan in own),
            elapsed_us=sum(plan.elapsed_time for plan in own),
            rows_processed=sum(plan.rows_processed or 0 for plan in own),
            disk_reads=_sum_known(plan.disk_reads for plan in own),
            wait_us=_sum_known(plan.lock_wait_us for plan in own),
            cpu_us=_sum_known(plan.cpu_time for plan in own),
            io_wait_us=_sum_known(plan.user_io_wait_time for plan in own),
            remote_executions=_sum_known(
                None if plan.plan_type is None else plan.executions * (plan.plan_type in REMOTE_PLANS) for plan in own
            ),
        )
        for (tenant_id, sql_id), own in by_shape.items()
    ]
    return tuple(sorted(found, key=lambda row: (-row.elapsed_us, row.sql_id)))


def count_executions(counted: int, retries: int | None, cached: int = 0) -> int:
    """Return how often a shape was executed, by what SQLSTAT counted and by its plans that are in the plan cache.

    SQLSTAT counts an attempt that is a retry as a retry only, and one that ended before it had a plan not at all: of a
    large query, which is put off and tried again, it counts retries and no executions (4.3.5:
    ``ObExecutedSqlStatRecord::sum_stat_value`` in ob_sql_stat_record.cpp; seen: 1 execution and 79 retries of 80, whose
    time was all there). The plan cache counts each execution once. Without it the larger of the two numbers is the
    least that is known; a statement that is tried often in one execution then looks faster than it is.
    """
    return max(counted, cached) if cached else max(counted, retries or 0)


def bound_executions(counted: int, retries: int | None, cached: int = 0) -> tuple[int, int] | None:
    """Return how often a shape was executed at least and at most; None where ``count_executions`` tells the number.

    Without its plans nobody knows which retries were of an execution that SQLSTAT counted, as those after a wait for a
    lock are, and which of one that it did not count, as those of a large query are.
    """
    return None if cached or not retries else (max(counted, 1), counted + retries)


def count_cached(plans: Rows[CachedPlan]) -> Counter[tuple[int | None, str]]:
    """Return how often each shape of each tenant was executed with the plans that are in the plan cache."""
    found: Counter[tuple[int | None, str]] = Counter()
    for plan in plans:
        found[plan.tenant_id, plan.sql_id] += plan.executions
    return found


def read_totals(
    totals: Rows[SqlTotal], scans: Mapping[str, bool], cached: Mapping[tuple[int | None, str], int]
) -> Iterator[ShapeLoad]:
    """Yield what the plan cache says; ``scans`` tells of each SQL_ID in it whether its plan scans a table in full.

    ``cached`` has the executions of each shape of each tenant by its plans.
    """
    for row in totals:
        counted = row.executions, row.retries, cached.get((row.tenant_id, row.sql_id), 0)
        executions = count_executions(*counted)
        yield ShapeLoad(
            record=Observes.PLAN_CACHE,
            sql_id=row.sql_id,
            sql_type=row.sql_type,
            tenant_id=row.tenant_id,
            database=row.db_name or None,
            executions=executions,
            elapsed_us=row.elapsed_us,
            rows_read=row.rows_read,
            rows_used=row.rows_processed,
            disk_reads=row.disk_reads,
            retries=row.retries,
            wait_us=row.wait_us,
            remote_executions=row.remote_executions,
            full_scans=_count_scans(row.sql_id, executions, scans),
            cpu_us=row.cpu_us,
            io_wait_us=row.io_wait_us,
            rpc_count=row.rpc_count,
            between=bound_executions(*counted),
        )


def read_history(history: Rows[RepositoryShape], scans: Mapping[str, bool]) -> Iterator[ShapeLoad]:
    """Yield each shape with the plans that its newest snapshot shows: what an older plan cost is mended or past."""
    by_shape: defaultdict[tuple[int | None, str], list[RepositoryShape]] = defaultdict(list)
    for row in history:
        by_shape[row.tenant_id, row.sql_id].append(row)
    for (tenant_id, sql_id), rows in by_shape.items():
        newest = max(row.last_snap for row in rows)
        present = [row for row in rows if row.last_snap == newest]
        counted, retries = sum(row.executions for row in present), sum(row.retries for row in present)
        executions = count_executions(counted, retries)
        yield ShapeLoad(
            record=Observes.REPOSITORY,
            sql_id=sql_id,
            tenant_id=tenant_id,
            database=present[0].db_name or None,
            executions=executions,
            elapsed_us=sum(row.elapsed_us for row in present),
            rows_read=sum(row.rows_read for row in present),
            rows_used=sum(row.rows_processed for row in present),
            disk_reads=sum(row.disk_reads for row in present),
            retries=retries,
            wait_us=sum(row.wait_us for row in present),
            remote_executions=sum(row.remote_executions for row in present),
            full_scans=_count_scans(sql_id, executions, scans),
            cpu_us=_sum_known(row.cpu_us for row in present),
            io_wait_us=_sum_known(row.io_wait_us for row in present),
            rpc_count=_sum_known(row.rpc_count for row in present),
            days=(newest - min(row.first_snap for row in present)) / _SNAPSHOTS_A_DAY,
            between=bound_executions(counted, retries),
        )


def _sum_known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def collect_loads(
    shapes: Rows[SqlShape] | None,
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    plans: Rows[CachedPlan] | None = None,
) -> list[ShapeLoad]:
    """Return every shape in every record. ``plans`` tell which shapes scan a table in full."""
    known = [plan for plan in plans or () if plan.table_scan is not None]
    scans = {plan.sql_id: False for plan in known} | {plan.sql_id: True for plan in known if plan.table_scan}
    cached = count_cached(plans or ())
    loads = [
        *map(read_shape, shapes or ()),
        *read_totals(totals or (), scans, cached),
        *read_history(history or (), scans),
    ]
    return [load for load in loads if load.sql_id and load.executions > 0]
