"""PAR020-PAR048: parameters of the whole cluster; on a public cloud the platform's to set."""

from __future__ import annotations

from agent.api import Case, Effort, WebPage
from checks.parameters.family import AT_ONCE, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import DURATION, NUMBER, SIZE, SWITCH, WORD

_LOG_FILES_RISK = "Takes effect at once; the amount of system log changes accordingly."

ROWS = (
    Row(
        code="PAR020", name="rereplication_disabled", setting="enable_rereplication", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/8000.enable_rereplication.md",
        title="Lost replicas are not rebuilt automatically",
        consequence="After the loss of a server, the next failure can stop the service.",
        why="When a server is offline for long, its replicas are rebuilt elsewhere only while this is on. If it is "
        "off, the cluster keeps running with fewer replicas, and the next failure can cost the majority.",
        advice="Switch it on again; it is often switched off for maintenance and not switched on again.",
        risk="Missing replicas are copied at once and take network and disk.",
    ),
    Row(
        code="PAR021", name="memstore_share_out_of_range", setting="memstore_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13800.memstore_limit_percentage.md",
        unless="_memstore_limit_percentage",
        title="Memstore share of tenant memory is out of range",
        consequence="Writes are slowed down too often, or queries lack memory.",
        why="This share of a tenant's memory holds new data. If it is small, freezes and throttling are frequent; if "
        "it is large, caches and SQL execution lack memory.",
        advice="Set the recommended value, and size tenants by memory instead.",
        cases=(Case("0 means 40% for tenants of 8 GB or less and 50% for larger ones.", since=(4, 3, 0)),),
        risk="A smaller share may start freezes and throttling at once; change it outside the peak.",
        above="Memstore share of tenant memory is too high",
        below="Memstore share of tenant memory is too low",
    ),
    Row(
        code="PAR022", name="memory_limit_share_out_of_range", setting="memory_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13600.memory_limit_percentage.md",
        unless="memory_limit",
        title="Memory share of OBServer is out of range",
        consequence="The server fails for lack of memory, or memory that is paid for is wasted.",
        why="If memory_limit is 0, OBServer uses this share of the host's memory. Near 100%, the operating system "
        "runs out of memory and kills the process; a low value leaves paid memory unused.",
        advice=RECOMMENDED,
        risk="A smaller share may not be enough for the existing units: compare it with their memory first.",
        above="Memory share of OBServer is too high",
        below="Memory share of OBServer is too low",
    ),
    Row(
        code="PAR023", name="large_query_threshold_too_small", setting="large_query_threshold", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/11100.large_query_threshold.md",
        title="Ordinary statements are treated as large queries",
        consequence="Ordinary statements wait behind large ones and become slow.",
        why="Statements that run longer than this may be suspended and queued for the few worker threads of large "
        "queries. If it is too small, ordinary statements queue there and wait for each other. From V4.3.0 on, 0ms "
        "switches the detection off.",
        advice="Set the recommended value, or a longer time if long reports are common.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR024", name="large_query_share_out_of_range", setting="large_query_worker_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/11200.large_query_worker_percentage.md",
        title="Share of worker threads for large queries is out of range",
        consequence="A few reports block short transactions, or reports wait for each other.",
        why="Large queries use at most this share of the worker threads. If it is large, a few reports block short "
        "transactions; if it is tiny, reports run almost one by one.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
        above="Share of worker threads for large queries is too high",
        below="Share of worker threads for large queries is too low",
    ),
    Row(
        code="PAR025", name="trace_watermark_too_low", setting="trace_log_slow_query_watermark", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/23900.trace_log_slow_query_watermark.md",
        title="Ordinary statements are logged as slow",
        consequence="The cause of incidents is lost from the log, and logging slows the server down.",
        why="Every statement that takes longer writes a trace to the system log. If it is too low, ordinary "
        "statements fill the log, push out important information and take disk bandwidth.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR026", name="debug_logging_left_on", setting="syslog_level", kind=WORD,
        page="100.system-configuration-items/300.cluster-level-configuration-items/22200.syslog_level.md",
        title="System log level is debug or trace",
        consequence="Each request becomes slower, and the record of an incident is soon lost.",
        why="These levels are for short investigations. If they stay, every request takes CPU and disk bandwidth, and "
        "the log is overwritten before anybody can read it.",
        advice="Set the recommended level after the investigation.",
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR027", name="log_recycling_disabled", setting="enable_syslog_recycle", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/9000.enable_syslog_recycle.md",
        unless="syslog_disk_size",
        title="Old system logs are not removed",
        consequence="Old logs fill the disk, and then the server may stop.",
        why="Without recycling, system logs grow until their disk is full, often the disk of the program or of the "
        "data.",
        advice="Switch recycling on and set max_syslog_file_count, unless another tool cleans up the logs.",
        risk="Logs above the count are deleted; keep copies of what an investigation still needs.",
    ),
    Row(
        code="PAR028", name="log_files_unlimited", setting="max_syslog_file_count", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13300.max_syslog_file_count.md",
        unless="syslog_disk_size",
        title="Number of system log files is not limited",
        consequence="Over the years log files fill the disk, and then the server can fail.",
        why="At 0 no log file is ever removed, even if recycling is on. Files of 256 MB each fill the disk over time.",
        advice="Limit the number by the capacity of the disk, unless another tool cleans up the logs.",
        risk="Logs above the count are deleted; keep copies of what an investigation still needs.",
    ),
    Row(
        code="PAR029", name="log_bandwidth_out_of_range", setting="syslog_io_bandwidth_limit", kind=SIZE,
        page="100.system-configuration-items/300.cluster-level-configuration-items/22100.syslog_io_bandwidth_limit.md",
        title="System log bandwidth is out of range",
        consequence="The cause of an incident is lost, or logging slows the database down.",
        why="Log lines above this bandwidth are dropped. If it is too small, lines that explain an incident are "
        "missing; if it is too large, a burst of errors takes disk bandwidth from the database.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE, above="System log bandwidth is too high", below="System log bandwidth is too low",
    ),
    Row(
        code="PAR030", name="logging_synchronous", setting="enable_async_syslog", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/6100.enable_async_syslog.md",
        title="System log is written synchronously",
        consequence="If the disk of the system log is slow, all statements become slow.",
        why="Worker threads then write log lines themselves and wait for the disk: a slow log disk makes SQL slow.",
        advice="Switch asynchronous logging on again.",
        risk="After a crash the last log lines may be missing.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR031", name="compaction_disabled", setting="enable_major_freeze", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/7000.enable_major_freeze.md",
        title="Major compaction is switched off for the cluster",
        consequence="All tenants become slower day by day, and the disk fills up.",
        why="No tenant compacts while this is off: incremental data accumulates, reads slow down, space is not "
        "released.",
        advice="Switch it on again; to spare one tenant use its own major_freeze_duty_time.",
        risk="After a long pause the first compaction is large: start it in off-peak hours.",
    ),
    Row(
        code="PAR032", name="permanent_offline_out_of_range", setting="server_permanent_offline_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/20300.server_permanent_offline_time.md",
        title="Time until permanent offline is out of range",
        consequence="Each restart slows the cluster down, or a lost replica is missing for days.",
        why="After this time without heartbeat a server is taken permanently offline, and its replicas are rebuilt "
        "elsewhere. At a few minutes every restart copies all data; at days the cluster runs with one replica less "
        "for all that time.",
        advice="Set the recommended value, and raise it only for the length of planned maintenance: the documentation "
        "has 72h for an upgrade and 4h for the replacement of hardware.",
        risk="If a server is down longer than the new value, its replicas are copied at once.",
        above="Servers are taken permanently offline too late",
        below="Servers are taken permanently offline too soon",
    ),
    Row(
        code="PAR033", name="log_sync_warning_too_late", setting="clog_sync_time_warn_threshold", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/3200.clog_sync_time_warn_threshold.md",
        title="Warning about slow log synchronization comes too late",
        consequence="Users meet slow commits before anybody is warned.",
        why="A warning is written when a log takes longer than this to reach the majority, and every commit waits for "
        "that. If seconds are allowed, users notice the slowness before the warning.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR034", name="compression_disabled", setting="default_compress_func", kind=WORD,
        page="100.system-configuration-items/300.cluster-level-configuration-items/5100.default_compress_func.md",
        title="New tables are not compressed, or with an unsupported function",
        consequence="Data takes several times the disk space, or an upgrade can fail.",
        why="Tables created without a compression option use this function. With none, data takes several times the "
        "disk space, and each read and compaction moves as much more. zlib_1.0 is not supported from V4.2.2 on: its "
        "compressed data may differ between builds, and replicas may fail to be restored in an upgrade.",
        advice="Set the recommended function, then rebuild large tables that were created meanwhile.",
        cases=(Case("In this version zlib_1.0 cannot be set again.", since=(4, 2, 2)),),
        risk="Only new tables change; rebuilding old tables takes space and time and needs a plan of its own.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR035", name="recycle_bin_purged_too_soon", setting="recyclebin_object_expire_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/17700.recyclebin_object_expire_time.md",
        title="Recycle bin is emptied within hours",
        consequence="A table that was dropped by mistake is lost within hours.",
        why="Dropped tables are purged after this time (0s: never automatically). A mistake on Friday evening should "
        "still be recoverable on Monday.",
        advice="Keep dropped objects for the recommended time.",
        risk="Dropped tables keep their space longer; monitor the data disk.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR036", name="replay_checksum_ignored", setting="ignore_replay_checksum_error", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/10300.ignore_replay_checksum_error.md",
        title="Checksum errors in log replay are ignored",
        consequence="Damaged data stays unnoticed, and the business works with it.",
        why="Log replay compares checksums to detect a damaged replica. If errors are ignored, the replica keeps "
        "running on damaged data, which spreads with the next leader change.",
        advice="Switch it off. It is only for benchmarks and for repairs guided by OceanBase support.",
        risk="A replica with a checksum error stops replaying: check the logs for such errors first.",
    ),
    Row(
        code="PAR037", name="block_verification_weakened", setting="micro_block_merge_verify_level", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/14400.micro_block_merge_verify_level.md",
        title="Compaction does not fully verify the blocks it writes",
        consequence="Damaged blocks replace good data without anybody noticing.",
        why="At level 2 compaction verifies encoding and compression of every block. Below that, a memory or software "
        "fault can enter the new baseline unnoticed, and the good old version is dropped.",
        advice=RECOMMENDED,
        risk="Compaction takes some more CPU.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR038", name="operator_dump_disabled", setting="enable_sql_operator_dump", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/8700.enable_sql_operator_dump.md",
        title="Sorts and hash joins may not spill to disk",
        consequence="Large queries fail instead of taking longer.",
        why="Operators whose data exceeds their memory spill to disk. With this off, such statements fail with error "
        "4013 instead of running longer.",
        advice="Switch it on again on all servers.",
        risk="Large sorts and joins use temporary space on the data disk.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR039", name="data_disk_reserve_out_of_range", setting="data_disk_usage_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4100.data_disk_usage_limit_percentage.md",
        title="Data disk threshold for new replicas is out of range",
        consequence="The data disk fills up, or lost replicas are not rebuilt.",
        why="Above this usage of the data disk, no replica or partition is moved to the server. The reserve is what "
        "compaction needs to free space; at 100 there is no reserve, and a migration can fill the disk.",
        advice="Set the recommended value, and enlarge the data disk if usage is near it. If "
        "data_disk_write_limit_percentage is set, this value must not exceed it.",
        risk="If usage exceeds the new value, replicas cannot be rebuilt on the server until space is freed.",
        above="Data disk keeps no reserve",
        below="Data disk is closed to new replicas too early",
    ),
    Row(
        code="PAR040", name="slow_log_disk_tolerated", setting="log_storage_warning_tolerance_time", kind=DURATION,
        since=(4, 1, 0, 0),
        page="100.system-configuration-items/300.cluster-level-configuration-items/12800.log_storage_warning_tolerance_time.md",
        title="Log disk failures are detected too late",
        consequence="If the log disk fails, all commits on this server hang for this time.",
        why="A log disk that does not respond for this time is marked as failed, and its leaders move away. Until "
        "then every commit on that server hangs.",
        advice=RECOMMENDED,
        risk="Leaders move sooner when the log disk stalls.",
    ),
    Row(
        code="PAR041", name="slow_data_disk_tolerated", setting="data_storage_warning_tolerance_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4300.data_storage_warning_tolerance_time.md",
        title="Data disk failures are detected too late",
        consequence="If the data disk fails, queries on this server hang for this time.",
        why="A data disk whose reads fail for this time is marked as failed, and its leaders move away. Until then "
        "queries on that server hang.",
        advice=RECOMMENDED,
        risk="Leaders move sooner when the data disk stalls.",
    ),
    Row(
        code="PAR042", name="schema_history_too_short", setting="schema_history_expire_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/19300.schema_history_expire_time.md",
        title="Schema history is kept too briefly",
        consequence="After a table is changed, standby tenants and data integration can fail.",
        why="Flashback queries, CDC consumers and standby tenants need the schema of the time that they read. After "
        "it is purged, they fail on tables that have changed since.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR043", name="request_queue_too_short", setting="tenant_task_queue_size", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/23600.tenant_task_queue_size.md",
        title="Request queue of tenants is too short",
        consequence="At a peak of one second requests are refused.",
        why="Requests wait here when all worker threads are busy. With a short queue, a peak of one second leads to "
        "refused requests.",
        advice=RECOMMENDED,
        risk="A longer queue holds more waiting requests in memory.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR044", name="auto_increment_refresh_too_frequent", setting="autoinc_cache_refresh_interval",
        page="100.system-configuration-items/300.cluster-level-configuration-items/600.autoinc_cache_refresh_interval.md",
        kind=DURATION,
        title="AUTO_INCREMENT caches are refreshed too often",
        consequence="Needless requests inside the cluster slow inserts down.",
        why="Servers refresh their AUTO_INCREMENT caches at this interval. At seconds, every table with such a column "
        "causes constant internal requests.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR045", name="dead_connections_kept", setting="dead_socket_detection_timeout", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4800.dead_socket_detection_timeout.md",
        title="Detection of dead client connections is out of range",
        consequence="Clients that are gone keep their locks and block other users.",
        why="A connection whose peer does not respond for this time is closed (0s: detection is off). Until then the "
        "transaction of the dead client keeps its locks.",
        advice=RECOMMENDED,
        risk="On a very bad network live connections may be cut; watch for reconnects.",
        above="Dead client connections are detected too late",
        below="Detection of dead client connections is off",
    ),
    Row(
        code="PAR046", name="ddl_disabled", setting="enable_ddl", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/6600.enable_ddl.md",
        title="DDL is disabled for the cluster",
        consequence="Releases fail, and so do the jobs that add partitions.",
        why="While this is off, every statement that creates or changes an object is refused, and jobs that add "
        "partitions fail. It is meant for maintenance and may not have been restored afterwards.",
        advice="Switch it on again once the maintenance is over.",
        risk="DDL that was held back by applications or jobs may start at once.",
    ),
    Row(
        code="PAR047", name="data_disk_writes_unlimited", setting="data_disk_write_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4150.data_disk_write_limit_percentage.md",
        since=(4, 2, 3, 0),
        floor="data_disk_usage_limit_percentage",
        title="Write limit of the data disk is off or too low",
        consequence="Once the data disk is full, the server can hardly be recovered and the service stops.",
        why="At this usage of the data disk, business writes stop, so that tables can still be dropped to free space. "
        "At 0, the default, writes go on until compaction has no space left, and recovery of the server is difficult. "
        "Below data_disk_usage_limit_percentage (90% by default), writes stop before replicas do.",
        advice="Set (1 - memstore limit / size of the data disk) x 100, but not less than "
        "data_disk_usage_limit_percentage. The SQL sets the value that fits where the memstores are small against "
        "the disk.",
        risk="If usage is beyond the new value, writes stop at once: check DATA_DISK_IN_USE first.",
    ),
    Row(
        code="PAR048", name="chunk_cache_fixed", setting="memory_chunk_cache_size", kind=SIZE,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13400.memory_chunk_cache_size.md",
        title="Cache of the memory allocator has a fixed size",
        consequence="Tenants lack memory, or statements become slower.",
        why="At 0M the cache adapts itself. A fixed size either takes memory from the tenants or makes every "
        "allocation go to the operating system.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        sources=(WebPage("https://github.com/oceanbase/obdiag/issues/843"),),
        effort=Effort.ONLINE,
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.CLUSTER, ROWS)
