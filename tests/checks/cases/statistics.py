"""Cases of the statistics checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from agent.facts.maintenance import GatherTask, Job
from agent.facts.resources import ResourceUnit
from agent.facts.schema import Table, TableStatistics
from agent.terms import Severity
from tests.harness import NOW, Case

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _ago(days: float | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days)


def _statistics(
    analyzed: float | None = None, *, stale: str | None = None, locked: str | None = None
) -> TableStatistics:
    return TableStatistics(
        owner="shop", table_name="t", num_rows=None if analyzed is None else 10, avg_row_len=None,
        last_analyzed=_ago(analyzed), stattype_locked=locked, stale_stats=stale,
    )  # fmt: skip


def _table(created: float | None) -> Table:
    return Table(
        table_schema="shop",
        table_name="t",
        table_rows=0,
        data_length=0,
        table_collation=None,
        create_time=_ago(created),
    )


def _run(days: float, status: str = "SUCCESS", *, failed: int | None = 0, kind: str = "AUTO GATHER") -> GatherTask:
    start = NOW - timedelta(days=days)
    return GatherTask(
        task_id="x", type=kind, status=status, table_count=9, failed_count=failed, start_time=start, end_time=None
    )


def _jobs(off: int, *, switch: tuple[str, str] = ("0", "1")) -> list[Job]:
    return [
        Job(
            owner="root@%", job_name=f"{day}_WINDOW", enabled=switch[0] if n < off else switch[1], state=None,
            repeat_interval=None, failure_count=0, last_start_date=None, last_run_duration=None, next_run_date=None,
            max_run_duration=None,
        )
        for n, day in enumerate(DAYS)
    ]  # fmt: skip


def _unit(days: float | None) -> ResourceUnit:
    return ResourceUnit(
        max_cpu=4, min_cpu=4, memory_size=1 << 34, log_disk_size=1, log_disk_in_use=0, data_disk_in_use=0,
        status="NORMAL", create_time=_ago(days),
    )  # fmt: skip


MOST = [(f"{day}_WINDOW", Severity.MEDIUM) for day in sorted(DAYS[:5])]


def _lasting(hours: float, *, days: float = 3, kind: str = "AUTO GATHER") -> GatherTask:
    run = _run(days, kind=kind)
    return replace(run, end_time=run.start_time + timedelta(hours=hours))


CASES = [
    Case("STA001", [_statistics(), _table(7.9)], label="young"),
    Case("STA001", [_statistics(100), _table(100)], label="gathered"),
    Case("STA001", [_statistics(), _table(None)], label="age unknown"),
    Case("STA001", [_statistics(), _table(8)], [("shop.t", Severity.LOW)]),
    Case("STA001", [_statistics(), _table(90)], [("shop.t", Severity.MEDIUM)], label="old"),
    Case("STA002", [_statistics(7.9, stale="YES")]),
    Case("STA002", [_statistics(100, stale="NO")], label="not stale"),
    Case("STA002", [_statistics(100, stale=None)], label="unknown"),
    Case("STA002", [_statistics(None, stale="YES")], label="never"),
    Case("STA002", [_statistics(100, stale="YES", locked="ALL")], label="locked"),
    Case("STA002", [_statistics(8, stale="YES")], [("shop.t", Severity.LOW)]),
    Case("STA002", [_statistics(30, stale="YES")], [("shop.t", Severity.MEDIUM)], label="long"),
    Case("STA003", [_statistics(1)]),
    Case("STA003", [_statistics(1, locked="ALL")], [("shop.t", Severity.LOW)]),
    Case("STA004", [_run(1), _run(15, "FAILED"), _run(1, "FAILED", kind="MANUAL GATHER")]),
    Case("STA004", [_run(14, "FAILED", failed=None)], [("AUTO GATHER", Severity.LOW)]),
    Case("STA004", [_run(n, failed=1) for n in range(5)], [("AUTO GATHER", Severity.MEDIUM)], label="some tables"),
    Case("STA005", _jobs(0)),
    Case("STA005", _jobs(0, switch=("FALSE", "TRUE")), label="words"),
    Case("STA005", _jobs(1), [("MONDAY_WINDOW", Severity.LOW)]),
    Case("STA005", _jobs(1, switch=("FALSE", "TRUE")), [("MONDAY_WINDOW", Severity.LOW)], label="word"),
    Case("STA005", _jobs(5), MOST, label="most"),
    Case("STA006", [*_jobs(0), _unit(3.9)], label="young"),
    Case("STA006", [*_jobs(0), _unit(400), _run(1), _run(2, "FAILED")]),
    Case("STA006", [*_jobs(7), _unit(400)], label="all windows off"),
    Case("STA006", [*_jobs(0), _unit(400), _run(4), _run(1, "FAILED")], [("tenant", Severity.LOW)]),
    Case("STA006", [*_jobs(6), _unit(8)], [("tenant", Severity.MEDIUM)], label="never, since 8 days"),
    Case("STA006", [*_jobs(0), _unit(30)], [("tenant", Severity.HIGH)], label="never, since 30 days"),
    Case("STA006", [*_jobs(0), _unit(None)], not_assessed=True),
    Case("STA007", [_lasting(1.9), _run(1)]),
    Case("STA007", [_lasting(2)], [("AUTO GATHER", Severity.LOW)]),
    Case("STA007", [_lasting(4), _lasting(1)], [("AUTO GATHER", Severity.MEDIUM)], label="the longest"),
    Case("STA007", [_lasting(9, days=15), _lasting(9, kind="MANUAL GATHER")], label="long ago, by hand"),
]
