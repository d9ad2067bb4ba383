"""What the server does by itself: compaction, statistics jobs, workload snapshots."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agent.facts import CostClass, expr, source
from agent.model.terms import DataClass


@source(
    "oceanbase.DBA_OB_MAJOR_COMPACTION",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_MAJOR_COMPACTION",
)
class MajorCompaction:
    """State of the tenant's major compaction, of every tenant's for sys; 1970 in a time means never."""

    tenant_id: int | None = None
    frozen_time: datetime
    last_finish_time: datetime
    start_time: datetime
    status: str
    is_error: str
    is_suspended: str
    info: str | None


@source(
    "oceanbase.GV$OB_COMPACTION_DIAGNOSE_INFO",
    DataClass.STATISTICS,
    group_by="TYPE, STATUS",
    order_by="TYPE, STATUS",
    limit=100,
)
class CompactionDiagnosis:
    """What holds a compaction up, as the server reports it, counted by kind."""

    type: str = expr("TYPE")
    status: str = expr("STATUS")
    tablets: int = expr("COUNT(*)")
    newest: datetime = expr("MAX(CREATE_TIME)")


@source(
    "oceanbase.GV$OB_SSTABLES",
    DataClass.STATISTICS,
    cost=CostClass.HEAVY,
    # The bounds leave out what was never written and what is still open: both have no time.
    where="UPPER_TRANS_VERSION = 9223372036854775807 AND TABLE_TYPE NOT LIKE '%MEMTABLE'"
    " AND END_LOG_SCN > 1000000000000000000 AND END_LOG_SCN < 4000000000000000000",
    group_by="TENANT_ID",
    order_by="TENANT_ID",
    limit=2000,
)
class UnsettledTables:
    """SSTables of a tenant for which the server has not found the newest version of their rows, and so keeps them.

    ``oldest_scn`` counts nanoseconds since 1970, ``size`` bytes. Where the view has no tenants there is always a row,
    with 0 ``tables`` if there are none.
    """

    tenant_id: int | None = expr("TENANT_ID", default=None)
    tables: int = expr("COUNT(*)")
    size: int = expr("COALESCE(SUM(SIZE), 0)")
    oldest_scn: int = expr("COALESCE(MIN(END_LOG_SCN), 0)")


@source(
    "oceanbase.DBA_OB_TASK_OPT_STAT_GATHER_HISTORY",
    DataClass.STATISTICS,
    where="COALESCE(TYPE, '') <> 'MANUAL GATHER'",
    order_by="START_TIME DESC",
    limit=200,
)
class GatherTask:
    """One run of statistics gathering by the server itself; the newest two hundred.

    Gathering by hand leaves a row for each table and would crowd out the nightly runs; whoever called it saw the error.
    """

    task_id: str
    type: str
    status: str
    table_count: int | None
    failed_count: int | None
    start_time: datetime
    end_time: datetime | None

    @property
    def is_continuous(self) -> bool:
        """Whether the run is one of those through the day that newer versions make, outside the windows."""
        return self.type.upper().startswith("ASYNC")


@source(
    "oceanbase.GV$OB_OPT_STAT_GATHER_MONITOR",
    DataClass.STATISTICS,
    where="RUNNING_TABLE_NAME <> ''",
    order_by="RUNNING_TABLE_DURATION_TIME DESC",
    limit=200,
)
class RunningGather:
    """One table whose statistics are being gathered now; durations in microseconds."""

    type: str
    task_start_time: datetime
    running_table_owner: str
    running_table_name: str
    running_table_duration_time: int


@source("oceanbase.DBA_SCHEDULER_JOBS", DataClass.SETTINGS, order_by="JOB_NAME", limit=500)
class Job:
    """One scheduled job; ``enabled`` as the server spells it ('1' or 'TRUE'); durations in seconds."""

    owner: str
    job_name: str
    enabled: str | None
    state: str | None
    failure_count: int | None
    last_start_date: datetime | None
    next_run_date: datetime | None
    max_run_duration: int | None = None
    job_class: str | None = None

    @property
    def is_enabled(self) -> bool:
        """Whether the job is switched on; the views spell that in several ways."""
        return (self.enabled or "").upper() in ("1", "TRUE", "YES")

    @property
    def is_gather_window(self) -> bool:
        """Whether it is one of the seven windows, one a weekday, in which the server gathers statistics."""
        return self.job_name.upper().endswith("DAY_WINDOW")

    @property
    def is_event(self) -> bool:
        """Whether it runs an event of the customer's: CREATE EVENT makes a job of this class."""
        return (self.job_class or "").upper() == "MYSQL_EVENT_JOB_CLASS"

    @property
    def is_given_up(self) -> bool:
        """Whether the scheduler no longer runs it because it failed too often in a row."""
        return (self.state or "").upper() == "BROKEN"


@source(
    "oceanbase.DBA_WR_SNAPSHOT",
    DataClass.STATISTICS,
    group_by="SNAP_ID",
    order_by="SNAP_ID DESC",
    limit=5000,
)
class WorkloadSnapshot:
    """One snapshot of the workload repository."""

    snap_id: int = expr("SNAP_ID")
    end_interval_time: datetime = expr("MAX(END_INTERVAL_TIME)")


@source("oceanbase.DBA_WR_CONTROL", DataClass.SETTINGS)
class WorkloadControl:
    """How often the workload repository takes snapshots and how long it keeps them, as the server spells it."""

    snap_interval: str
    retention: str


def parse_interval(text: str) -> timedelta:
    """``+00000 01:00:00`` (days, then hours, minutes and seconds) as a duration. Raises ValueError."""
    match = re.fullmatch(r"\+?(\d+) (\d+):(\d+):(\d+)(?:\.\d+)?", text.strip())
    if not match:
        raise ValueError(f"not an interval: {text!r}")
    days, hours, minutes, seconds = map(int, match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
