"""PAR020-PAR048: parameters of the whole cluster; on a public cloud the platform's to set."""

from __future__ import annotations

from agent.api import Case, Effort, WebPage
from checks.parameters.family import AT_ONCE, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import DURATION, NUMBER, SIZE, SWITCH, WORD

_LOG_FILES_RISK = "Takes effect at once; the server's own log files grow or shrink accordingly."

ROWS = (
    Row(
        code="PAR020", name="rereplication_disabled", setting="enable_rereplication", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/8000.enable_rereplication.md",
        title="Lost replicas are not made again",
        why="When a server stays away, its replicas are built anew elsewhere only while this is on. With it off the "
        "cluster runs on with fewer copies, and the next failure costs the majority.",
        advice="Switch it on again. It is often turned off for maintenance and then forgotten.",
        risk="Missing replicas start copying at once and cost network and disk.",
    ),
    Row(
        code="PAR021", name="memstore_share_out_of_range", setting="memstore_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13800.memstore_limit_percentage.md",
        unless="_memstore_limit_percentage",
        title="Memstore share of tenant memory is far from usual",
        why="This share of a tenant's memory holds new data. A small one makes freezes and throttling frequent; a "
        "large one starves the caches and the memory in which SQL runs.",
        advice="Set the recommended value, and size tenants by memory instead.",
        cases=(Case("0 means 40% for tenants of 8 GB or less and 50% for larger ones.", since=(4, 3, 0)),),
        risk="A smaller share may start freezes and throttling at once; change it outside the peak.",
    ),
    Row(
        code="PAR022", name="memory_limit_share_out_of_range", setting="memory_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13600.memory_limit_percentage.md",
        unless="memory_limit",
        title="Server memory share is far from usual",
        why="Where memory_limit is 0, the server takes this share of the host's memory. Near all of it the operating "
        "system runs short and kills the process; far less leaves paid memory unused.",
        advice=RECOMMENDED,
        risk="A smaller share can leave less than the units need: compare with their memory first.",
    ),
    Row(
        code="PAR023", name="large_query_threshold_too_small", setting="large_query_threshold", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/11100.large_query_threshold.md",
        title="Ordinary statements count as large queries",
        why="Statements beyond this time may be paused and queued with the few workers for large queries. Set too "
        "small, ordinary statements land there and wait for each other. From 4.3.0 on 0ms switches that off.",
        advice="Set the recommended value, or a longer time where long reports are ordinary.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR024", name="large_query_share_out_of_range", setting="large_query_worker_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/11200.large_query_worker_percentage.md",
        title="Share of workers for large queries is far from usual",
        why="Large queries may use this share of the workers. A large share lets a few reports block the short "
        "transactions; a tiny one lets reports run almost one by one.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR025", name="trace_watermark_too_low", setting="trace_log_slow_query_watermark", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/23900.trace_log_slow_query_watermark.md",
        title="Ordinary statements are traced as slow",
        why="Every statement beyond this time writes a trace to the server's log. Set too low, ordinary statements "
        "flood it, push out what matters and cost disk bandwidth.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR026", name="debug_logging_left_on", setting="syslog_level", kind=WORD,
        page="100.system-configuration-items/300.cluster-level-configuration-items/22200.syslog_level.md",
        title="Server logs at debug or trace level",
        why="These levels are for an investigation of minutes. Left on, they cost CPU and disk bandwidth on every "
        "request, and the log wraps before anybody can read it.",
        advice="Set the recommended level once the investigation is over.",
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR027", name="log_recycling_disabled", setting="enable_syslog_recycle", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/9000.enable_syslog_recycle.md",
        unless="syslog_disk_size",
        title="Old server logs are not removed",
        why="Without recycling the server's logs grow until the disk that holds them is full, often the one of the "
        "program or of the data.",
        advice="Switch recycling on and set max_syslog_file_count, unless another tool cleans the logs up.",
        risk="Logs beyond the count are deleted; keep a copy of what an investigation still needs.",
    ),
    Row(
        code="PAR028", name="log_files_unlimited", setting="max_syslog_file_count", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13300.max_syslog_file_count.md",
        unless="syslog_disk_size",
        title="Number of server log files is not limited",
        why="With 0 no log file is ever removed, even where recycling is on. Files of 256 MB each then fill the disk.",
        advice="Limit the count to what the disk bears, unless another tool cleans the logs up.",
        risk="Logs beyond the count are deleted; keep a copy of what an investigation still needs.",
    ),
    Row(
        code="PAR029", name="log_bandwidth_out_of_range", setting="syslog_io_bandwidth_limit", kind=SIZE,
        page="100.system-configuration-items/300.cluster-level-configuration-items/22100.syslog_io_bandwidth_limit.md",
        title="Log bandwidth is too small or too large",
        why="Log lines beyond this bandwidth are dropped. Too small, the lines that explain an incident are missing; "
        "too large, a burst of errors takes disk bandwidth from the database.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR030", name="logging_synchronous", setting="enable_async_syslog", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/6100.enable_async_syslog.md",
        title="Server log is written synchronously",
        why="Worker threads then write log lines themselves and wait for the disk: a slow log disk becomes slow SQL.",
        advice="Switch asynchronous logging on again.",
        risk="At a crash the very last log lines may be missing.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR031", name="compaction_disabled", setting="enable_major_freeze", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/7000.enable_major_freeze.md",
        title="Major compaction is switched off for the cluster",
        why="No tenant compacts while this is off: increments pile up, reads slow down, space is not given back.",
        advice="Switch it on again; to spare one tenant use its own major_freeze_duty_time.",
        risk="After a long pause the first compaction is large: start it in a quiet window.",
    ),
    Row(
        code="PAR032", name="permanent_offline_out_of_range", setting="server_permanent_offline_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/20300.server_permanent_offline_time.md",
        title="Servers are given up too soon or too late",
        why="After this long without heartbeat a server counts as lost and its replicas are made anew. Minutes turn "
        "each restart into a copy of all data; days leave the cluster with a copy less all that time.",
        advice="Set the recommended value, and raise it only for the length of planned maintenance: the documentation "
        "has 72h for an upgrade and 4h for the replacement of hardware.",
        risk="If a server is down longer than the new value, its replicas are copied at once.",
    ),
    Row(
        code="PAR033", name="log_sync_warning_too_late", setting="clog_sync_time_warn_threshold", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/3200.clog_sync_time_warn_threshold.md",
        title="Slow log synchronization goes unnoticed",
        why="The server warns when a log takes longer than this to reach the majority, and every commit waits for "
        "that. With seconds allowed the warnings come long after users felt it.",
        advice=RECOMMENDED,
        risk=_LOG_FILES_RISK,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR034", name="compression_disabled", setting="default_compress_func", kind=WORD,
        page="100.system-configuration-items/300.cluster-level-configuration-items/5100.default_compress_func.md",
        title="New tables are not compressed, or by a function that is no longer supported",
        why="Tables created without an option of their own take this function. With none, data takes several times the "
        "disk, and each read and compaction moves as much more. zlib_1.0 is not supported from 4.2.2 on: its versions "
        "compress to other bytes, and replicas may then fail to be restored in an upgrade.",
        advice="Set the recommended function, then rebuild large tables that were created meanwhile.",
        cases=(Case("In this version zlib_1.0 cannot be set again.", since=(4, 2, 2)),),
        risk="Only new tables change; a rebuild of old ones costs space and time and needs a plan of its own.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR035", name="recycle_bin_purged_too_soon", setting="recyclebin_object_expire_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/17700.recyclebin_object_expire_time.md",
        title="Recycle bin is emptied within hours",
        why="Dropped tables are removed for good after this time (0s: never by itself). A mistake of Friday evening "
        "should still be mendable on Monday.",
        advice="Keep dropped objects for the recommended time.",
        risk="Dropped tables keep their space longer; watch the data disk.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR036", name="replay_checksum_ignored", setting="ignore_replay_checksum_error", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/10300.ignore_replay_checksum_error.md",
        title="Checksum errors in log replay are ignored",
        why="Replay compares checksums to notice that a replica went wrong. Ignoring them keeps the replica running "
        "on damaged data, which then spreads with the next leader change.",
        advice="Switch it off. It belongs to benchmarks and to repairs guided by OceanBase support.",
        risk="A replica with a checksum error stops replaying: check the logs for such errors first.",
    ),
    Row(
        code="PAR037", name="block_verification_weakened", setting="micro_block_merge_verify_level", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/14400.micro_block_merge_verify_level.md",
        title="Compaction does not verify what it writes",
        why="At level 2 compaction reads back encoding and compression of every block. Below that, a fault of memory "
        "or software gets into the new baseline unnoticed, and the good copy is dropped.",
        advice=RECOMMENDED,
        risk="Compaction takes some more CPU.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR038", name="operator_dump_disabled", setting="enable_sql_operator_dump", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/8700.enable_sql_operator_dump.md",
        title="Sorts and hash joins may not use disk",
        why="Operators whose data outgrow their memory write it to disk. With that off such statements fail with "
        "error 4013 instead of running a little longer.",
        advice="Switch it on again on all servers.",
        risk="Large sorts and joins use temporary space on the data disk.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR039", name="data_disk_reserve_out_of_range", setting="data_disk_usage_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4100.data_disk_usage_limit_percentage.md",
        title="Data disk keeps no reserve, or is closed far too early",
        why="Beyond this share of the data disk no replica and no partition is moved onto the server any more. The "
        "reserve is what compaction needs to free space again; at 100 there is none, and a move can fill the disk.",
        advice="Set the recommended value, and enlarge the data disk if usage gets near it. Where "
        "data_disk_write_limit_percentage is set, this value must not be above it.",
        risk="If usage is beyond the new value, replicas cannot be rebuilt on the server until there is room.",
    ),
    Row(
        code="PAR040", name="slow_log_disk_tolerated", setting="log_storage_warning_tolerance_time", kind=DURATION,
        since=(4, 1, 0, 0),
        page="100.system-configuration-items/300.cluster-level-configuration-items/12800.log_storage_warning_tolerance_time.md",
        title="Slow log disk is tolerated too long",
        why="A log disk that does not answer for this long is marked faulty and its leaders move away. Until then "
        "every commit on that server hangs.",
        advice=RECOMMENDED,
        risk="Leaders move sooner when the log disk stalls.",
    ),
    Row(
        code="PAR041", name="slow_data_disk_tolerated", setting="data_storage_warning_tolerance_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4300.data_storage_warning_tolerance_time.md",
        title="Slow data disk is tolerated too long",
        why="A data disk whose reads fail for this long is marked faulty and its leaders move away. Until then "
        "queries on that server hang.",
        advice=RECOMMENDED,
        risk="Leaders move sooner when the data disk stalls.",
    ),
    Row(
        code="PAR042", name="schema_history_too_short", setting="schema_history_expire_time", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/19300.schema_history_expire_time.md",
        title="Schema history is kept too briefly",
        why="Flashback queries, CDC readers and standby tenants need the schema of the time they read. Once it is "
        "gone, they fail on tables that have changed since.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR043", name="request_queue_too_short", setting="tenant_task_queue_size", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/23600.tenant_task_queue_size.md",
        title="Request queue of tenants is too short",
        why="Requests wait here when all workers are busy. A short queue turns a peak of a second into refused "
        "requests.",
        advice=RECOMMENDED,
        risk="A longer queue holds more waiting requests in memory.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR044", name="auto_increment_refresh_too_frequent", setting="autoinc_cache_refresh_interval",
        page="100.system-configuration-items/300.cluster-level-configuration-items/600.autoinc_cache_refresh_interval.md",
        kind=DURATION,
        title="AUTO_INCREMENT caches are refreshed too often",
        why="Servers bring their AUTO_INCREMENT caches up to date at this interval. Seconds mean a constant stream of "
        "internal requests for every table that has such a column.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="PAR045", name="dead_connections_kept", setting="dead_socket_detection_timeout", kind=DURATION,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4800.dead_socket_detection_timeout.md",
        title="Dead client connections are noticed too late",
        why="A connection whose other end does not answer for this long is given up (0s: the detection is off). Until "
        "then the dead client's transaction keeps its locks.",
        advice=RECOMMENDED,
        risk="On a very bad network live connections may be cut; watch for reconnects.",
    ),
    Row(
        code="PAR046", name="ddl_disabled", setting="enable_ddl", kind=SWITCH,
        page="100.system-configuration-items/300.cluster-level-configuration-items/6600.enable_ddl.md",
        title="DDL is switched off for the cluster",
        why="Every statement that creates or changes an object is refused while this is off, and jobs that add "
        "partitions fail. It is meant for maintenance and easily left behind.",
        advice="Switch it on again once the maintenance is over.",
        risk="DDL that was held back by applications or jobs may start at once.",
    ),
    Row(
        code="PAR047", name="data_disk_writes_unlimited", setting="data_disk_write_limit_percentage", kind=NUMBER,
        page="100.system-configuration-items/300.cluster-level-configuration-items/4150.data_disk_write_limit_percentage.md",
        since=(4, 2, 3, 0),
        title="Nothing stops writes before the data disk is full",
        why="At this share of the data disk business writes stop, so that tables can still be dropped to free space. "
        "At 0, the default, they go on until compaction has no room left, and the server is hard to bring back.",
        advice="Set (1 - memstore limit / size of the data disk) x 100, but not less than "
        "data_disk_usage_limit_percentage. The SQL sets the value that fits where the memstores are small against "
        "the disk.",
        risk="If usage is beyond the new value, writes stop at once: check DATA_DISK_IN_USE first.",
    ),
    Row(
        code="PAR048", name="chunk_cache_fixed", setting="memory_chunk_cache_size", kind=SIZE,
        page="100.system-configuration-items/300.cluster-level-configuration-items/13400.memory_chunk_cache_size.md",
        title="Cache of the memory allocator has a fixed size",
        why="At 0M the server adapts this cache itself. A fixed size keeps memory from the tenants, or sends each "
        "allocation to the operating system.",
        advice=RECOMMENDED,
        risk=AT_ONCE,
        sources=(WebPage("https://github.com/oceanbase/obdiag/issues/843"),),
        effort=Effort.ONLINE,
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.CLUSTER, ROWS)
