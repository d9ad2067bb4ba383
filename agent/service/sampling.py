"""What one sample says: capacity as it stands, load as rates since the last sample, and the statements that grew most.

Pure. Counters are totals since a server's start, so a sample needs the totals of the one before it.
"""

from __future__ import annotations

from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from agent.facts.resources import Counter, ResourceUnit, TenantMemory
from agent.facts.schema import TabletCount
from agent.facts.sessions import SessionCount
from agent.facts.sql import SqlTotal
from agent.model.naming import is_meta, tenant_name
from agent.model.sample import Key, Sample, StatementGrowth, Totals
from agent.model.snapshot import Snapshot

# What one sample reads: six statements beside those of the session.
SAMPLE_SOURCES: tuple[type, ...] = (ResourceUnit, TenantMemory, SessionCount, Counter, TabletCount, SqlTotal)
TOP_STATEMENTS = 10
# Rates by kind, and the counters whose growth they are made of.
_RATES: Mapping[str, tuple[str, ...]] = {
    "qps": ("sql select count", "sql insert count", "sql replace count", "sql update count", "sql delete count"),
    "commits_per_second": ("trans commit count",),
    "rollbacks_per_second": ("trans rollback count",),
    "failures_per_second": ("sql fail count",),
    "statement_seconds_per_second": (
        "sql select time",
        "sql insert time",
        "sql replace time",
        "sql update time",
        "sql delete time",
    ),
}
_MICROSECONDS = frozenset({"statement_seconds_per_second"})


def measure_sample(facts: Snapshot, before: Totals | None, seconds: float) -> tuple[Sample, Totals]:
    """Return the sample, and the totals from which the next one takes differences.

    ``before`` are the totals of ``seconds`` ago; without them there are no rates. What could not be read is left out.
    """
    values, limits = dict[Key, float](), dict[Key, float]()
    for kind, resource, value, limit in (*_list_disks(facts), *_list_memory(facts), *_list_counts(facts)):
        values[kind, resource] = values.get((kind, resource), 0.0) + value
        if limit:
            limits[kind, resource] = limits.get((kind, resource), 0.0) + limit
    totals = _read_totals(facts)
    growth: tuple[StatementGrowth, ...] = ()
    if before and seconds > 0:
        values |= _compute_rates(totals.counters, before.counters, seconds)
        growth = _rank_growth(totals.statements, before.statements)
    return Sample(at=facts.as_of, values=values, limits=limits, statements=growth), totals


def _list_disks(facts: Snapshot) -> Iterator[tuple[str, str, float, float]]:
    for unit in facts.list_rows(ResourceUnit):
        if unit.max_cpu is None:
            continue  # what the META tenant takes of a unit; it uses the disk of its user tenant
        zone = unit.zone or tenant_name(None)
        if unit.data_disk_in_use is not None:
            yield "data_disk_used_bytes", zone, unit.data_disk_in_use, unit.data_disk_size or 0
        yield "log_disk_used_bytes", zone, unit.log_disk_in_use, unit.log_disk_size


def _list_memory(facts: Snapshot) -> Iterator[tuple[str, str, float, float]]:
    for row in facts.list_rows(TenantMemory):
        if not is_meta(row.tenant_id):
            yield "memory_used_bytes", tenant_name(row.tenant_id), row.hold, row.hold + row.free


def _list_counts(facts: Snapshot) -> Iterator[tuple[str, str, float, float]]:
    """Yield the counts as the checks take them, so that one series goes on from samples to assessments.

    The tablets of a tenant are spread over the units of a zone; a server refuses sessions by its own number.
    """
    units = Counts(unit.zone for unit in facts.list_rows(ResourceUnit))
    for count in facts.list_rows(TabletCount):
        yield "tablets", tenant_name(None), count.tablets / min(units.values(), default=1), 0
    busiest = max((server.sessions for server in facts.list_rows(SessionCount)), default=None)
    if busiest is not None:
        yield "sessions", tenant_name(None), busiest, 0


def _read_totals(facts: Snapshot) -> Totals:
    statements: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in facts.list_rows(SqlTotal):
        executions, elapsed_us = statements[row.sql_id]
        statements[row.sql_id] = executions + row.executions, elapsed_us + row.elapsed_us
    counters: defaultdict[str, int] = defaultdict(int)
    for counter in facts.list_rows(Counter):
        if not is_meta(counter.con_id):
            counters[counter.name] += counter.value
    return Totals(counters=dict(counters), statements=dict(statements))


def _compute_rates(now: Mapping[str, int], before: Mapping[str, int], seconds: float) -> dict[Key, float]:
    """Return growth by the second. A counter that fell began with its server, so all of it is growth."""
    found = dict[Key, float]()
    for kind, names in _RATES.items():
        grown = [_subtract(now[name], before[name]) for name in names if name in now and name in before]
        if grown:
            scale = 1_000_000 if kind in _MICROSECONDS else 1
            found[kind, tenant_name(None)] = round(sum(grown) / scale / seconds, 4)
    return found


def _rank_growth(
    now: Mapping[str, tuple[int, int]], before: Mapping[str, tuple[int, int]]
) -> tuple[StatementGrowth, ...]:
    """Return the statements that took most time since. One that was not among the totals before is left out.

    It may be new, or have been there for long below the two hundred that are read: nobody knows.
    """
    grown = (
        StatementGrowth(sql_id, _subtract(executions, before[sql_id][0]), _subtract(elapsed_us, before[sql_id][1]))
        for sql_id, (executions, elapsed_us) in now.items()
        if sql_id in before
    )
    ranked: Iterable[StatementGrowth] = sorted(grown, key=lambda one: (-one.elapsed_us, one.sql_id))
    return tuple(one for one in ranked if one.executions)[:TOP_STATEMENTS]


def _subtract(now: int, before: int) -> int:
    return now - before if now >= before else now
