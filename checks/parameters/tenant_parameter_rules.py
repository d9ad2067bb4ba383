"""PAR001-PAR019, PAR049, PAR089: parameters that a tenant sets for itself."""

from __future__ import annotations

from agent.api import DocPage, Effort, KernelCode, KernelRun, WebPage
from checks.parameters.family import AT_ONCE, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import DURATION, MOMENT, NUMBER, SWITCH, WORD

ROWS = (
    Row(
        code="PAR001", name="rebalance_disabled", setting="enable_rebalance", kind=SWITCH, since=(4, 2, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/2800.enable_rebalance.md",
        title="Automatic load balancing of the tenant is switched off",
        why="With balancing off, log streams, leaders and partitions stay where they are when units are added, "
        "removed or resized. One server then carries the load that the tenant has paid several for.",
        advice="Switch balancing on again. It is often turned off for a migration or an import and then forgotten.",
        risk="Transfers start soon after and cost network and CPU; switch it on outside the peak.",
    ),
    Row(
        code="PAR002", name="transfer_disabled", setting="enable_transfer", kind=SWITCH, since=(4, 2, 1, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/3000.enable_transfer.md",
        title="Transfer of partitions between log streams is switched off",
        why="Partitions can only move to another log stream while transfer is on. Without it scaling out brings new "
        "units that stay empty, and skew between the log streams stays for good.",
        advice="Switch transfer on again, unless OceanBase support has asked for it to stay off. It has no effect "
        "while enable_rebalance is off.",
        risk="Transfers start soon after and cost network and CPU; switch it on outside the peak.",
    ),
    Row(
        code="PAR003", name="undo_retention_out_of_range", setting="undo_retention", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/8200.undo_retention.md",
        title="Old row versions are kept too briefly or too long",
        why="undo_retention says for how many seconds old versions survive compaction. Too short, long queries and "
        "flashback queries fail with snapshot too old; too long, scans of busy tables wade through dead versions.",
        advice="Set it a little above the longest query or flashback that the business needs.",
        risk="A longer time keeps more versions on disk, a shorter one ends flashback into the past that it cuts off.",
    ),
    Row(
        code="PAR004", name="freeze_trigger_out_of_range", setting="freeze_trigger_percentage", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/3300.freeze_trigger_percentage.md",
        title="Memstore freeze begins too early or too late",
        why="A freeze starts when active memstores reach this share of the memstore limit. Too high, a write burst "
        "reaches throttling before the dump has made room; too low, many small dumps pile up sstables.",
        advice="Set the recommended value, and give the tenant more memory if writes outrun the freeze.",
        risk="A lower value may start a freeze at once; change it outside the peak.",
    ),
    Row(
        code="PAR005", name="write_throttling_disabled", setting="writing_throttling_trigger_percentage", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/8500.writing_throttling_trigger_percentage.md",
        title="Memstore write throttling is switched off or set to begin at a wrong point",
        why="Throttling slows writers down before the memstore is full. At 100 it is off: a burst runs straight into "
        "the limit and every write of the tenant fails with error 4013 or 4030. A very low value slows writers "
        "without need.",
        advice="Let throttling begin at the recommended share of the memstore limit.",
        risk="If the memstore is beyond the new value, writers are slowed down at once; run a minor freeze first.",
    ),
    Row(
        code="PAR006", name="write_throttling_duration_out_of_range", setting="writing_throttling_maximum_duration",
        page="100.system-configuration-items/400.tenant-level-configuration-items/8400.writing_throttling_maximum_duration.md",
        kind=DURATION,
        title="Memstore write throttling is too weak or too strong",
        why="Throttling is tuned so that the memory left lasts for this long. With a few minutes it hardly slows "
        "writers and the memstore still fills; with days it nearly stops them.",
        advice=RECOMMENDED,
        risk="A longer time slows writers more while throttling is active.",
    ),
    Row(
        code="PAR007", name="log_recycling_out_of_range", setting="log_disk_utilization_threshold", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/4700.log_disk_utilization_threshold.md",
        title="Log files are recycled too early or too late",
        why="From this share of the tenant's log disk on, log files are reused. Too high leaves no room between "
        "recycling and the point where writing stops; too low discards logs that a lagging replica or CDC reader "
        "still needs.",
        advice=RECOMMENDED,
        risk="A lower value recycles logs sooner: make sure that standby tenants and CDC readers keep up.",
        sources=(KernelRun("4.3.5.3", "INFO of log_disk_utilization_threshold in GV$OB_PARAMETERS"),),
    ),
    Row(
        code="PAR008", name="log_stop_threshold_out_of_range", setting="log_disk_utilization_limit_threshold",
        page="100.system-configuration-items/400.tenant-level-configuration-items/4600.log_disk_utilization_limit_threshold.md",
        kind=NUMBER,
        title="Log disk keeps no reserve, or writing stops far too early",
        why="At this share of the log disk the tenant stops taking logs. The rest is the reserve with which it can "
        "still recycle and recover; at 100 there is none, and a full log disk has to be freed by hand.",
        advice="Set the recommended value, and enlarge the log disk if usage gets near it.",
        risk="If usage is beyond the new value, writing stops at once: check LOG_DISK_IN_USE first.",
    ),
    Row(
        code="PAR009", name="log_throttling_disabled", setting="log_disk_throttling_percentage", kind=NUMBER,
        since=(4, 2, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/4500.log_disk_throttling_percentage.md",
        title="Log disk write throttling is switched off",
        why="Throttling slows writers before the log disk is full, so that checkpoints can free it. At 100 it is off: "
        "a long import fills the disk and all writing of the tenant stops.",
        advice="Let throttling begin at the recommended share of the log disk.",
        risk="If usage is beyond the new value, writers are slowed down at once.",
    ),
    Row(
        code="PAR010", name="cpu_concurrency_out_of_range", setting="cpu_quota_concurrency", kind=NUMBER,
        since=(4, 1, 0, 0),
        page="100.system-configuration-items/400.tenant-level-configuration-items/1800.cpu_quota_concurrency.md",
        title="Too few or too many worker threads per CPU",
        why="The tenant keeps this many workers active per CPU of its unit. Too few and requests queue while CPUs "
        "idle; too many take memory and fight for CPUs and locks, so that response times spread.",
        advice="Set the recommended value; a higher one helps only where requests are known to wait much.",
        risk="The number of workers changes at once; watch the queue time in GV$OB_SQL_AUDIT afterwards.",
    ),
    Row(
        code="PAR011", name="minor_compaction_too_rare", setting="minor_compact_trigger", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5600.minor_compact_trigger.md",
        title="Minor compaction waits for too many sstables",
        why="Minor compaction joins dumped sstables once this many have gathered. The more there are, the more every "
        "read has to look through, and queries on freshly written tables become slow.",
        advice=RECOMMENDED,
        risk="The compaction that was put off runs soon after and costs disk bandwidth; change it outside the peak.",
    ),
    Row(
        code="PAR012", name="major_compaction_after_few_freezes", setting="major_compact_trigger", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5200.major_compact_trigger.md",
        title="Freezes start major compactions during the day",
        why="A value above 0 starts a major compaction after that many freezes, whatever the hour. With a small one a "
        "busy day brings several, each rewriting data in the middle of the business.",
        advice="Set it to 0, so that major compaction only runs at its daily time.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR013", name="daily_compaction_disabled", setting="major_freeze_duty_time", kind=MOMENT,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5300.major_freeze_duty_time.md",
        title="Daily major compaction is switched off",
        why="Without the daily compaction deleted and changed rows pile up in increments: reads slow down, space is "
        "not given back, and changed compression options never take effect.",
        advice="Give it a time outside the business peak.",
        risk="After a long pause the first compaction is large: start it by hand in a quiet window.",
    ),
    Row(
        code="PAR014", name="weak_read_too_stale", setting="max_stale_time_for_weak_consistency", kind=DURATION,
        page="100.system-configuration-items/400.tenant-level-configuration-items/5400.max_stale_time_for_weak_consistency.md",
        title="Weak reads may return very old data",
        why="A weak-consistency read is answered by a replica that lags no more than this. With minutes allowed, "
        "reports and read-only routes may silently show data from before the user's own change.",
        advice="Set the recommended value; allow more only where the application is known to bear it.",
        risk="A replica that lags more is no longer read from: the load moves to the others.",
    ),
    Row(
        code="PAR015", name="scheduled_jobs_disabled", setting="job_queue_processes", kind=NUMBER,
        page="100.system-configuration-items/400.tenant-level-configuration-items/3800.job_queue_processes.md",
        title="Scheduled jobs are held back",
        why="Maintenance windows run as scheduled jobs, statistics gathering among them. With 0 processes none starts; "
        "with a few they wait for each other and miss their windows. The documentation has the parameter for Oracle "
        "mode, but the kernel's scheduler asks for it in MySQL mode, too.",
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
        title="Log archiving may lag far behind",
        why="The archive may trail the tenant by this long, and that is what a disaster can lose although a backup "
        "exists.",
        advice="Set the recommended value, or less where the business can lose less.",
        risk="A shorter lag writes smaller archive files more often; watch the archive destination.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR017", name="vector_memory_share_too_large", setting="ob_vector_memory_limit_percentage", kind=NUMBER,
        page="", since=(4, 3, 3, 0),
        title="Vector indexes may take most of the tenant's memory",
        why="Vector indexes stay in memory, up to this share of the tenant's. What they take, writes, caches and SQL "
        "lack.",
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
        title="Sessions are bounded by a hidden parameter",
        why="At 0 the server derives the limit of sessions from the tenant's memory. A number set by hand stays when "
        "the tenant grows, and new logins fail with Too many connections though max_connections is far.",
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
        title="Log disk write throttling is too weak or too strong",
        why="Throttling is tuned so that what is left of the log disk lasts for this long. With a few minutes it "
        "hardly slows writers and the log disk still fills; with days it nearly stops them.",
        advice="Set the recommended value. Where checkpoints cannot keep up, raise it before you lower "
        "log_disk_throttling_percentage.",
        risk="A longer time slows writers more while throttling is active.",
    ),
    Row(
        code="PAR049", name="own_memstore_share_out_of_range", setting="_memstore_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13800.memstore_limit_percentage.md",
        since=(4, 3, 0, 0),
        title="Memstore share of this tenant is far from usual",
        why="This hidden parameter goes before the cluster's memstore_limit_percentage. At 0 the cluster's value "
        "holds, which adapts to the tenant's memory when it is 0, too.",
        advice="Set it to 0, and size the tenant by memory instead.",
        risk="A smaller share may start freezes and throttling at once; change it outside the peak.",
    ),
    Row(
        code="PAR089", name="new_keys_unordered", setting="default_auto_increment_mode", kind=WORD,
        page="100.system-configuration-items/400.tenant-level-configuration-items/1900.default_auto_increment_mode.md",
        title="AUTO_INCREMENT of new tables is in no order",
        why="With noorder each server hands out values of a range of its own. They are unique, but a later row may get "
        "a smaller one: what sorts by them, or reads on from the largest it has seen, leaves rows out.",
        advice="Set the recommended value, and give AUTO_INCREMENT_MODE = 'NOORDER' to the few tables that take so "
        "many inserts on several servers that one server for all values is too slow.",
        risk="Only tables that are created from then on are in order; their values come from one server.",
        sources=(
            DocPage(
                "700.reference/300.database-object-management/100.manage-object-of-mysql-mode"
                "/200.manage-tables-of-mysql-mode/300.define-an-auto-increment-column-of-mysql-mode.md"
            ),
        ),
        effort=Effort.ONLINE,
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.TENANT, ROWS)
