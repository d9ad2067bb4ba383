"""Cases of the statistics checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from agent.facts.maintenance import GatherTask, Job, RunningGather
from agent.facts.resources import ResourceUnit
from agent.facts.schema import Table, TableChanges, TableStatistics
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, Text, UnavailableKind
from tests.harness import NOW, Case

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _ago(days: float | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days)


def _statistics(analyzed: float | None = None, *, rows: int = 10_000, locked: str | None = None) -> TableStatistics:
    return TableStatistics(
        owner="shop",
        table_name="t",
        num_rows=None if analyzed is None else rows,
        avg_row_len=None,
        last_analyzed=_ago(analyzed),
        stattype_locked=locked,
    )


def _changes(count: int = 3_000) -> TableChanges:
    return TableChanges(table_owner="shop", table_name="t", changes=count, added_rows=count)


def _sampled(rows: int, sample: int | None) -> TableStatistics:
    return replace(_statistics(1, rows=rows), sample_size=sample)


def _shrunk(count: int) -> TableChanges:
    return TableChanges(table_owner="shop", table_name="t", changes=count, added_rows=-count)


def _table(created: float | None) -> Table:
    return Table(
        table_schema="shop",
        table_name="t",
        table_rows=0,
        data_length=0,
        table_collation=None,
        create_time=_ago(created),
    )


def _run(days: float, status: str = "SUCCESS", *, failed: int | None = 0) -> GatherTask:
    start = NOW - timedelta(days=days)
    return GatherTask(
        task_id="x",
        type="AUTO GATHER",
        status=status,
        table_count=9,
        failed_count=failed,
        start_time=start,
        end_time=None,
    )


def _jobs(off: int, *, switch: tuple[str, str] = ("0", "1")) -> list[Job]:
    return [
        Job(
            owner="root@%",
            job_name=f"{day}_WINDOW",
            enabled=switch[0] if n < off else switch[1],
            state=None,
            failure_count=0,
            last_start_date=None,
            next_run_date=None,
        )
        for n, day in enumerate(DAYS)
    ]


def _unit(days: float | None) -> ResourceUnit:
    return ResourceUnit(
        max_cpu=4, memory_size=1 << 34, log_disk_size=1, log_disk_in_use=0, data_disk_in_use=0, create_time=_ago(days)
    )


_NO_VIEW = Unavailable(UnavailableKind.NO_VIEW, Text("no"))
TWO = [(f"{day}_WINDOW", Severity.LOW) for day in sorted(DAYS[:2])]
MOST = [(f"{day}_WINDOW", Severity.MEDIUM) for day in sorted(DAYS[:5])]


def _lasting(hours: float, *, days: float = 3) -> GatherTask:
    run = _run(days)
    return replace(run, end_time=run.start_time + timedelta(hours=hours))


def _continuous(days: float) -> GatherTask:
    return replace(_run(days), type="ASYNC GATHER")


def _gathering(hours: float) -> RunningGather:
    return RunningGather(
        type="AUTO GATHER",
        task_start_time=NOW - timedelta(hours=hours),
        running_table_owner="shop",
        running_table_name="t",
        running_table_duration_time=int(hours * 3_600_000_000),
    )


# Each opens at the time of day of NOW, a day after the one before; that of two days ago is open for 20 hours.
_WINDOWS = [
    replace(job, next_run_date=NOW + timedelta(days=day), max_run_duration=(20 if day == 5 else 4) * 3600)
    for day, job in enumerate(_jobs(0))
]
_WEEKEND = 2

CASES = [
    Case("STA001", [_statistics(), _changes(), _table(7.9)], label="young"),
    Case("STA001", [_statistics(100), _changes(), _table(100)], label="gathered"),
    Case("STA001", [_statistics(), _changes(), _table(None)], label="age unknown"),
    Case("STA001", [_statistics(), _table(100)], label="nothing was ever written"),
    Case("STA001", [_statistics(), _changes(1), _table(8)], [("shop.t", Severity.LOW)]),
    Case("STA001", [_statistics(), _changes(49_999), _table(1)], label="large, but not yet very"),
    Case("STA001", [_statistics(), _table(1 / 24)], label="empty for an hour"),
    Case("STA001", [_statistics(), _changes(240_000), _table(0)], [("shop.t", Severity.LOW)], label="large and new"),
    Case("STA001", [_statistics(), _changes(1_000_000), _table(1)], [("shop.t", Severity.MEDIUM)], label="very large"),
    Case("STA001", [_statistics(), (TableChanges, _NO_VIEW), _table(90)], not_assessed=True, label="no view"),
    Case("STA002", [_changes(), _statistics(7.9)]),
    Case("STA002", [_statistics(100)], label="unchanged"),
    Case("STA002", [_changes(2_999), _statistics(100)], label="has just crossed the line"),
    Case("STA002", [_changes(999), _statistics(100, rows=100)], label="small"),
    Case("STA002", [_changes(), _statistics()], label="never"),
    Case("STA002", [_changes(), _statistics(100, locked="ALL")], label="locked"),
    Case("STA002", [_changes(), _statistics(8)], [("shop.t", Severity.LOW)]),
    Case("STA002", [_changes(), _statistics(30)], [("shop.t", Severity.MEDIUM)], label="long"),
    Case("STA002", [_changes(1_000), _statistics(8, rows=0)], [("shop.t", Severity.LOW)], label="empty then"),
    Case("STA002", [(TableChanges, _NO_VIEW), _statistics(100)], not_assessed=True, label="no view"),
    Case("STA003", [_statistics(1)]),
    Case("STA003", [_statistics(1, rows=999, locked="ALL")], label="small and unchanged"),
    Case("STA003", [_statistics(1, rows=400, locked="ALL"), _changes(599)], label="small still"),
    Case("STA003", [_statistics(1, rows=400, locked="ALL"), _changes(600)], [("shop.t", Severity.LOW)], label="grown"),
    Case("STA003", [_statistics(1, rows=0, locked="ALL"), _changes(1_000)], [("shop.t", Severity.LOW)], label="empty"),
    Case("STA003", [_statistics(None, locked="ALL")], not_assessed=True, label="locked before any"),
    Case(
        "STA003",
        [_statistics(None, locked="ALL"), _changes(1_000)],
        [("shop.t", Severity.LOW)],
        label="never, and grown",
    ),
    Case("STA003", [_statistics(1, locked="ALL"), _changes(10_001)], [("shop.t", Severity.LOW)], label="outgrown"),
    Case("STA003", [_statistics(1, locked="ALL"), _changes(10_000)], not_assessed=True, label="may be the load itself"),
    Case("STA003", [_statistics(1, locked="ALL"), _changes(1_001)], not_assessed=True, label="grown somewhat"),
    Case("STA003", [_statistics(1, locked="ALL"), _changes(1_000)], label="as large as it was"),
    Case("STA003", [_statistics(1, locked="ALL"), _shrunk(9_900)], label="a work table, locked while it was full"),
    Case("STA003", [_statistics(1, locked="ALL"), (TableChanges, _NO_VIEW)], not_assessed=True, label="no view"),
    Case("STA004", [_run(1), _run(15, "FAILED")]),
    Case("STA004", [_run(14, "FAILED", failed=None)], [("AUTO GATHER", Severity.LOW)]),
    Case("STA004", [_run(n, failed=1) for n in range(5)], [("AUTO GATHER", Severity.MEDIUM)], label="some tables"),
    Case("STA005", _jobs(0)),
    Case("STA005", _jobs(0, switch=("FALSE", "TRUE")), label="words"),
    Case("STA005", _jobs(1), label="one night off"),
    Case("STA005", _jobs(2), TWO),
    Case("STA005", _jobs(2, switch=("FALSE", "TRUE")), TWO, label="word"),
    Case("STA005", _jobs(5), MOST, label="most"),
    Case("STA006", [*_jobs(0), _unit(3.9)], label="young"),
    Case("STA006", [*_jobs(0), _unit(400), _run(1), _run(2, "FAILED")]),
    Case("STA006", [*_jobs(7), _unit(400)], label="all windows off"),
    Case("STA006", [*_jobs(0), _unit(400), _run(4), _run(1, "FAILED")], [("tenant", Severity.LOW)]),
    Case("STA006", [*_jobs(6), _unit(8)], [("tenant", Severity.MEDIUM)], label="never, since 8 days"),
    Case("STA006", [*_jobs(0), _unit(30)], [("tenant", Severity.HIGH)], label="never, since 30 days"),
    Case("STA006", [*_jobs(0), _unit(None)], not_assessed=True),
    Case(
        "STA006", [*_jobs(0), _unit(400), _run(4), _continuous(1)], [("tenant", Severity.LOW)], label="through the day"
    ),
    Case("STA007", [*_WINDOWS, _lasting(1.9), _run(1)]),
    Case("STA007", [*_WINDOWS, _lasting(2)], [("AUTO GATHER", Severity.LOW)]),
    Case("STA007", [*_WINDOWS, _lasting(3.6), _lasting(1)], [("AUTO GATHER", Severity.MEDIUM)], label="the longest"),
    Case("STA007", [*_WINDOWS, _lasting(9, days=_WEEKEND)], label="a day with a long window"),
    Case("STA007", [*_WINDOWS, _lasting(10, days=_WEEKEND)], [("AUTO GATHER", Severity.LOW)]),
    Case("STA007", [*_WINDOWS, _lasting(9, days=15)], label="long ago"),
    Case("STA007", [*_WINDOWS, replace(_lasting(9), type="ASYNC GATHER"), _run(1)], label="through the day"),
    Case("STA007", [*_jobs(0), _lasting(4)], not_assessed=True, label="lengths unknown"),
    Case("STA009", [_sampled(10_000, 10_000)]),
    Case("STA009", [_sampled(10_000, None)], not_assessed=True, label="sample unknown"),
    Case("STA009", [_sampled(0, 0)], label="empty"),
    Case("STA009", [_sampled(10_000_000, 10_000)], label="a sample of a thousandth"),
    Case("STA009", [_sampled(10_000_001, 10_000)], [("shop.t", Severity.LOW)], label="far too many"),
    Case("STA009", [_sampled(3, 10_000)], [("shop.t", Severity.LOW)], label="fewer than were read"),
    Case("STA009", [_sampled(3, 999)], label="small"),
    Case("STA009", [replace(_sampled(0, 5), num_rows=None)], label="never gathered"),
    Case("STA008", [_gathering(3.9)]),
    Case("STA008", [_gathering(4)], [("shop.t", Severity.LOW)]),
    Case("STA008", [_gathering(1), _gathering(12)], [("shop.t", Severity.MEDIUM)], label="on two servers"),
    Case("STA008", label="nothing runs"),
]
