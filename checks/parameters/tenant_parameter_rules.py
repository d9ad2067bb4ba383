"""PAR001-PAR019, PAR049: parameters that a tenant sets for itself."""

from __future__ import annotations

from agent.api import Effort, KernelCode, KernelRun, WebPage
from checks.parameters.family import AT_ONCE, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import DURATION, MOMENT, NUMBER, SWITCH

ROWS = (
    Row(
        code="PAR001", name="rebalance_disabled", setting="enable_rebalance", kind=SWITCH, since=(4, 2, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/2800.enable_rebalance.md",
        title="Automatic load balancing of the tenant is switched off",
        consequence="One server becomes slow under the load, while others that are paid for are idle.",
        why="With balancing off, log streams, leaders and partitions stay in place when units are added, removed or "
        "resized. One server then carries the load although the tenant has paid for several.",
        advice="Switch load balancing on again; it is often switched off for a migration or an import and not "
        "switched on again.",
        risk="Transfers start soon after and take network and CPU; switch it on outside the peak.",
    ),
    Row(
        code="PAR002", name="transfer_disabled", setting="enable_transfer", kind=SWITCH, since=(4, 2, 1, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/3000.enable_transfer.md",
        title="Transfer of partitions between log streams is switched off",
        consequence="After scaling out, old servers stay overloaded and slow, and new ones stay empty.",
        why="Partitions can only move to another log stream while transfer is on. Without it, new units stay empty "
        "after scaling out, and skew between the log streams remains.",
        advice="Switch transfer on again, unless OceanBase support has asked for it to stay off. It has no effect "
        "while enable_rebalance is off.",
        risk="Transfers start soon after and take network and CPU; switch it on outside the peak.",
    ),
    Row(
        code="PAR003", name="undo_retention_out_of_range", setting="undo_retention", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/8200.undo_retention.md",
        title="undo_retention is out of range",
        consequence="Long queries fail, or scans become slow.",
        why="undo_retention sets for how many seconds old row versions survive compaction. If it is too short, long "
        "queries and flashback queries fail with error snapshot too old; if it is too long, scans of frequently "
        "updated tables read many dead versions.",
        advice="Set it slightly longer than the longest query or flashback that the business needs.",
        risk="A longer time keeps more versions on disk; a shorter one limits how far flashback can reach back.",
        above="undo_retention is too long",
        below="undo_retention is too short",
    ),
    Row(
        code="PAR004", name="freeze_trigger_out_of_range", setting="freeze_trigger_percentage", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/3300.freeze_trigger_percentage.md",
        title="Memstore freeze is triggered too early or too late",
        consequence="Writes are slowed down, or reads become slower.",
        why="A freeze starts when active memtables reach this share of the memstore limit. If it is too high, a write "
        "burst is throttled before the minor compaction has freed memory; if it is too low, frequent small minor "
        "compactions create many SSTables.",
        advice="Set the recommended value, and give the tenant more memory if writes outrun the freeze.",
        risk="A lower value may start a freeze at once; change it outside the peak.",
        above="Memstore freeze is triggered too late",
        below="Memstore freeze is triggered too early",
    ),
    Row(
        code="PAR005", name="write_throttling_disabled", setting="writing_throttling_trigger_percentage", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/8500.writing_throttling_trigger_percentage.md",
        title="Memstore write throttling is off or out of range",
        consequence="In a burst all writes of the tenant can fail, or writes are slow all the time.",
        why="Throttling slows writes down before the memstore is full. At 100 it is off: a write burst runs into the "
        "limit, and every write of the tenant fails with error 4013 or 4030. A very low value slows writes needlessly.",
        advice="Set the recommended share of the memstore limit at which throttling begins.",
        risk="If memstore usage exceeds the new value, writes are throttled at once; run a minor freeze first.",
        above="Memstore write throttling is off or triggered too late",
        below="Memstore write throttling is triggered too early",
    ),
    Row(
        code="PAR006", name="write_throttling_duration_out_of_range", setting="writing_throttling_maximum_duration",
        page="100.system-configuration-items/400.tenant-level-configuration-items/8400.writing_throttling_maximum_duration.md",
        kind=DURATION,
        title="Strength of memstore write throttling is out of range",
        consequence="The memstore fills up in spite of throttling, or writes nearly stop.",
        why="Throttling is adjusted so that the remaining memory lasts for this time. At a few minutes it hardly "
        "slows writes, and the memstore still fills; at days writes nearly stop.",
        advice=RECOMMENDED,
        risk="The longer the time, the slower writes become while throttling is active.",
        above="Memstore write throttling is too strong",
        below="Memstore write throttling is too weak",
    ),
    Row(
        code="PAR007", name="log_recycling_out_of_range", setting="log_disk_utilization_threshold", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/4700.log_disk_utilization_threshold.md",
        title="Log files are recycled too early or too late",
        consequence="Writes stop soon after a peak, or standbys lack the log that they need and fail.",
        why="From this usage of the tenant's log disk on, log files are recycled. If it is too high, little room "
        "remains before writes stop; if it is too low, log that a lagging replica or CDC consumer still needs is "
        "recycled.",
        advice=RECOMMENDED,
        risk="A lower value recycles log sooner: make sure that standby tenants and CDC consumers do not lag.",
        sources=(KernelRun("4.3.5.3", "INFO of log_disk_utilization_threshold in GV$OB_PARAMETERS"),),
        above="Log files are recycled too late",
        below="Log files are recycled too early",
    ),
    Row(
        code="PAR008", name="log_stop_threshold_out_of_range", setting="log_disk_utilization_limit_threshold",
        page="100.system-configuration-items/400.tenant-level-configuration-items/4600.log_disk_utilization_limit_threshold.md",
        kind=NUMBER,
        title="Stop-write threshold of the log disk is out of range",
        consequence="All writes stop too early, or a full log disk has to be freed by hand.",
        why="At this usage of the log disk the tenant stops writing log. The rest is the reserve for recycling and "
        "recovery; at 100 there is no reserve, and a full log disk must be freed by hand.",
        advice="Set the recommended value, and enlarge the log disk if usage gets near it.",
        risk="If usage exceeds the new value, writes stop at once: check LOG_DISK_IN_USE first.",
        above="Log disk keeps no reserve",
        below="Log disk stops writes too early",
    ),
    Row(
        code="PAR009", name="log_throttling_disabled", setting="log_disk_throttling_percentage", kind=NUMBER,
        since=(4, 2, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/4500.log_disk_throttling_percentage.md",
        title="Log disk write throttling is off or out of range",
        consequence="A large import can stop all writes of the tenant, or writes are slow all the time.",
        why="Throttling slows writes down before the log disk is full, so that checkpoints can free it. At 100 it is "
        "off: a long import fills the disk, and all writes of the tenant stop.",
        advice="Set the recommended share of the log disk at which throttling begins.",
        risk="If usage exceeds the new value, writes are throttled at once.",
        above="Log disk write throttling is off or triggered too late",
        below="Log disk write throttling is triggered too early",
    ),
    Row(
        code="PAR010", name="cpu_concurrency_out_of_range", setting="cpu_quota_concurrency", kind=NUMBER,
        since=(4, 1, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/1800.cpu_quota_concurrency.md",
        title="Number of worker threads per CPU core is out of range",
        consequence="Requests wait although the CPU is idle, or response times vary widely.",
        why="The tenant keeps this many active worker threads per CPU core of its unit. With too few, requests queue "
        "while the CPU is idle; with too many, threads take memory and compete for CPU and locks, and response times "
        "vary.",
        advice="Set the recommended value; a higher one helps only if requests mostly wait.",
        risk="The number of workers changes at once; watch the queue time in GV$OB_SQL_AUDIT afterwards.",
        above="Too many worker threads per CPU core",
        below="Too few worker threads per CPU core",
    ),
    Row(
        code="PAR011", name="minor_compaction_too_rare", setting="minor_compact_trigger", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5600.minor_compact_trigger.md",
        title="Too many mini SSTables before minor compaction",
        consequence="Queries on tables that were written lately become slow.",
        why="When this many mini SSTables have accumulated, they are compacted into one minor SSTable. The more there "
        "are, the more each read has to search, and queries on recently written tables become slow.",
        advice=RECOMMENDED,
        risk="The compaction that was put off runs soon after and costs disk bandwidth; change it outside the peak.",
    ),
    Row(
        code="PAR012", name="major_compaction_after_few_freezes", setting="major_compact_trigger", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5200.major_compact_trigger.md",
        title="Minor freezes trigger major compactions during the day",
        consequence="On a busy day, compactions slow the business down.",
        why="A value above 0 starts a major compaction after that many minor freezes, at any hour. With a small "
        "value, a busy day has several major compactions during business hours.",
        advice="Set it to 0, so that major compaction runs only at its daily time.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR013", name="daily_compaction_disabled", setting="major_freeze_duty_time", kind=MOMENT,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5300.major_freeze_duty_time.md",
        title="Daily major compaction is switched off",
        consequence="Reads become slower from day to day, and the disk fills up.",
        why="Without daily compaction, deleted and updated rows accumulate in incremental data: reads slow down, "
        "space is not released, and changed compression options do not take effect.",
        advice="Give it a time outside the business peak.",
        risk="After a long pause the first compaction is large: start it by hand in off-peak hours.",
    ),
    Row(
        code="PAR014", name="weak_read_too_stale", setting="max_stale_time_for_weak_consistency", kind=DURATION,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5400.max_stale_time_for_weak_consistency.md",
        title="Weak reads may return very old data",
        consequence="Users and reports see old data, and miss their own changes.",
        why="A weakly consistent read is served by a replica that lags at most this much. If minutes are allowed, "
        "reports and read-only routes may show data from before the user's own change.",
        advice="Set the recommended value; allow more only if the application can accept it.",
        risk="A replica that lags more is no longer read: the load moves to the others.",
        above="Weak reads may return very old data",
        below="Weak reads allow hardly any lag",
    ),
    Row(
        code="PAR015", name="scheduled_jobs_disabled", setting="job_queue_processes", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/3800.job_queue_processes.md",
        title="Scheduled jobs are restricted",
        consequence="Jobs do not run in time: statistics grow old, and statements become slow.",
        why="Maintenance windows run as scheduled jobs, including statistics gathering. With 0 processes no job "
        "starts; with few, jobs wait for each other and miss their windows. The documentation lists the parameter for "
        "Oracle mode, but the scheduler also uses it in MySQL mode.",
        advice="Allow jobs again; stop single jobs with DBMS_SCHEDULER instead.",
        sources=(
            KernelCode("src/observer/dbms_scheduler/ob_dbms_sched_table_operator.cpp", "check_job_can_running"),
        ),
        risk="Jobs that were held back may start soon; check DBA_SCHEDULER_JOBS first.",
    ),
    Row(
        code="PAR016", name="archive_lag_too_long", setting="archive_lag_target", kind=DURATION,
        since=(4, 2, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/200.archive_lag_target.md",
        title="Log archiving may lag too far",
        consequence="In a disaster, the data of all this time is lost in spite of a backup.",
        why="The archive may lag by this time, which is the data that a disaster loses even if there is a backup.",
        advice="Set the recommended value, or less if the business tolerates less loss.",
        risk="A shorter lag writes smaller archive files more often; monitor the archive destination.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR017", name="vector_memory_share_too_large", setting="ob_vector_memory_limit_percentage", kind=NUMBER,
        page="", since=(4, 3, 3, 0),
        title="Vector indexes may take most of the tenant's memory",
        consequence="Writes and other statements become slow or fail for lack of memory.",
        why="Vector indexes stay in memory, up to this share of the tenant's memory. Writes, caches and SQL execution "
        "cannot use that memory.",
        advice="Set the recommended value, and give the tenant more memory if its vector indexes need it.",
        risk="Indexes that need more than the new value are refused: compare GV$OB_VECTOR_MEMORY first.",
        sources=(
            WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000003351040"),
            WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000003450328"),
            WebPage("https://github.com/oceanbase/obdiag/issues/1232"),
        ),
    ),
    Row(
        code="PAR018", name="sessions_bounded_by_hand", setting="_resource_limit_max_session_num", kind=NUMBER,
        page="",
        title="A hidden parameter limits the sessions",
        consequence="As the business grows, logins fail although there is memory for more.",
        why="At 0 the limit of sessions follows from the tenant's memory. A number set by hand does not change when "
        "the tenant grows, and new logins fail with Too many connections well before max_connections.",
        advice="Set it to 0, and bound connections in the pools or by max_connections.",
        risk="More sessions take more of the tenant's memory.",
        sources=(
            WebPage(
                "https://github.com/oceanbase/obdiag/blob/master/plugins/check/tasks/observer/cluster/"
                "resource_limit_max_session_num.py"
            ),
            KernelCode("src/share/parameter/ob_parameter_seed.ipp", "_resource_limit_max_session_num"),
        ),
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR019", name="log_throttling_duration_out_of_range", setting="log_disk_throttling_maximum_duration",
        page="100.system-configuration-items/400.tenant-level-configuration-items/4400.log_disk_throttling_maximum_duration.md",
        kind=DURATION, since=(4, 2, 0, 0),
        title="Strength of log disk write throttling is out of range",
        consequence="The log disk fills up in spite of throttling, or writes nearly stop.",
        why="Throttling is adjusted so that the remaining log disk lasts for this time. At a few minutes it hardly "
        "slows writes, and the log disk still fills; at days writes nearly stop.",
        advice="Set the recommended value. Where checkpoints cannot keep up, raise it before you lower "
        "log_disk_throttling_percentage.",
        risk="The longer the time, the slower writes become while throttling is active.",
        above="Log disk write throttling is too strong",
        below="Log disk write throttling is too weak",
    ),
    Row(
        code="PAR049", name="own_memstore_share_out_of_range", setting="_memstore_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13800.memstore_limit_percentage.md",
        since=(4, 3, 0, 0),
        title="Memstore share of this tenant is out of range",
        consequence="Writes of this tenant are slowed down, or its queries lack memory.",
        why="This hidden parameter overrides memstore_limit_percentage of the cluster. At 0 the value of the cluster "
        "applies; if that is 0, too, the share adapts to the tenant's memory.",
        advice="Set it to 0, and size the tenant by memory instead.",
        risk="A smaller share may start freezes and throttling at once; change it outside the peak.",
        above="Memstore share of this tenant is too high",
        below="Memstore share of this tenant is too low",
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.TENANT, ROWS)
