"""VAR001-VAR027, PAR090: global system variables of a tenant."""

from __future__ import annotations

from agent.api import Effort
from checks.parameters.family import AT_ONCE, NEW_SESSIONS, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import COLLATION, MICROSECONDS, MODES, NAME, NUMBER, ON_OFF, SIZE, WORD

ROWS = (
    Row(
        code="VAR001", name="query_timeout_out_of_range", setting="ob_query_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/8600.ob_query_timeout-global.md",
        title="Statement timeout is too short or practically unlimited",
        consequence="Normal statements are interrupted, or one bad statement blocks others for hours.",
        why="A statement that runs longer than this ends with error 4012. If it is too short, normal statements are "
        "interrupted; if it is practically unlimited, one bad plan holds threads and locks until somebody notices.",
        advice="Set the recommended value globally, and give long jobs more with the hint QUERY_TIMEOUT or in their "
        "sessions.",
        risk=NEW_SESSIONS, above="Statement timeout is practically unlimited", below="Statement timeout is too short",
    ),
    Row(
        code="VAR002", name="transaction_timeout_out_of_range", setting="ob_trx_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9700.ob_trx_timeout-global.md",
        title="Transaction timeout is too short or practically unlimited",
        consequence="Transactions are rolled back too early, or forgotten ones block others for days.",
        why="A transaction that lasts longer is rolled back. Without a limit, a forgotten transaction keeps its locks "
        "for days, and log and old versions cannot be released.",
        advice="Set the recommended value globally, and give batch jobs more in their sessions.",
        risk=NEW_SESSIONS,
        above="Transaction timeout is practically unlimited",
        below="Transaction timeout is too short",
    ),
    Row(
        code="VAR003", name="idle_transaction_timeout_out_of_range", setting="ob_trx_idle_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9500.ob_trx_idle_timeout-global.md",
        title="Timeout of idle transactions is out of range",
        consequence="A client that hangs blocks all others, or transactions are rolled back too early.",
        why="A transaction whose client sends nothing for this time is ended. At days, a client that hangs keeps its "
        "row locks and blocks all others.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        above="Idle transactions are hardly ever ended",
        below="Idle transactions are ended too soon",
    ),
    Row(
        code="VAR004", name="lock_wait_out_of_range", setting="ob_trx_lock_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9600.ob_trx_lock_timeout-global.md",
        title="Row lock wait timeout is out of range",
        consequence="Requests fail at once at a locked row, or users wait far too long.",
        why="At -1 a statement waits for a row lock as long as ob_query_timeout allows. At 0 it fails at the first "
        "conflict, and applications that do not retry report errors under ordinary load.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS, above="Row lock wait timeout is too long", below="Row lock wait timeout is too short",
    ),
    Row(
        code="VAR005", name="wait_timeout_out_of_range", setting="wait_timeout", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/14600.wait_timeout-global.md",
        title="Timeout of idle connections is out of range",
        consequence="Applications fail on closed connections, or logins are refused at the limit.",
        why="Connections idle for this time are closed. If it is too short, pools hand out closed connections; at "
        "months, forgotten connections accumulate towards the limit.",
        advice="Set the recommended value, and let the pool check connections before it hands them out.",
        risk=NEW_SESSIONS,
        above="Idle connections are hardly ever closed",
        below="Idle connections are closed too soon",
    ),
    Row(
        code="VAR006", name="interactive_timeout_out_of_range", setting="interactive_timeout", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/3300.interactive_timeout-global.md",
        title="Timeout of idle interactive connections is out of range",
        consequence="A console left open can block others for days, or is interrupted at work.",
        why="This is wait_timeout for interactive clients. A console that stays open over a holiday may hold an open "
        "transaction.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        above="Idle interactive connections are hardly ever closed",
        below="Idle interactive connections are closed too soon",
    ),
    Row(
        code="VAR007", name="packet_too_small", setting="max_allowed_packet", kind=SIZE,
        page="200.system-variable/300.global-system-variable/3700.max_allowed_packet-global.md",
        title="Largest packet is too small",
        consequence="Batch inserts and imports fail.",
        why="Longer statements and LOB values are refused as too large. Batch inserts and imports are affected first, "
        "often only after a release.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR008", name="sql_mode_lenient", setting="sql_mode", kind=MODES,
        page="200.system-variable/300.global-system-variable/12300.sql_mode-global.md",
        title="SQL mode is not strict",
        consequence="Wrong amounts and names are stored without an error.",
        why="Without strict mode, values that do not fit are truncated or become 0 with only a warning: amounts and "
        "names change silently when they are written.",
        advice="Add a strict mode to the present modes. Test first: statements that were truncated silently will fail.",
        risk="Statements that rely on silent conversion fail; only new sessions use the new value.",
        sql="SET GLOBAL sql_mode = CONCAT_WS(',', NULLIF(@@GLOBAL.sql_mode, ''), {recommended!l});",
    ),
    Row(
        code="VAR009", name="isolation_serializable", setting="tx_isolation", kind=WORD,
        page="200.system-variable/300.global-system-variable/13600.tx_isolation-global.md",
        title="Default isolation level is serializable",
        consequence="Requests fail at conflicts at which they would otherwise only wait.",
        why="Serializable transactions fail with a conflict where others only wait, and applications written for read "
        "committed rarely retry.",
        advice="Set the recommended level globally; the few transactions that need more can request it.",
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR010", name="autocommit_disabled", setting="autocommit", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/400.autocommit-global.md",
        title="Autocommit is off by default",
        consequence="Users lose changes, and forgotten transactions block others.",
        why="The first statement then opens a transaction that stays open until it is committed. Clients that do not "
        "know this lose their changes when they disconnect and hold locks until then.",
        advice="Switch it on globally; applications that need transactions open them explicitly.",
        risk="Clients that rely on an implicit transaction commit each statement; only new sessions use the new value.",
    ),
    Row(
        code="VAR011", name="character_set_incomplete", setting="collation_server", kind=COLLATION,
        page="200.system-variable/300.global-system-variable/1600.collation_server-global.md",
        title="New databases cannot hold every character",
        consequence="Names and addresses with rare characters are refused or stored wrong.",
        why="Databases created without an option use this collation and its character set. Character sets other than "
        "utf8mb4, utf16 and gb18030 cannot store emoji and rare Chinese characters in names and addresses.",
        advice="Set the recommended collation for new databases; existing databases keep theirs and need a migration.",
        risk="Joins between old and new tables may convert one side and not use its index.",
    ),
    Row(
        code="VAR012", name="work_area_out_of_range", setting="ob_sql_work_area_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/9100.ob_sql_work_area_percentage-global.md",
        title="Work area share is out of range",
        consequence="Reports become slow, or they take the memory that transactions lack then.",
        why="This share of tenant memory is for sorts, hash joins and aggregation. If it is too small, they spill to "
        "disk; if it is too large, a few reports take memory that transactions need.",
        advice="Set the recommended value, and more only for reporting tenants.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
        above="Memory for sorts and joins is too large",
        below="Memory for sorts and joins is too small",
    ),
    Row(
        code="VAR013", name="plan_cache_share_out_of_range", setting="ob_plan_cache_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/8400.ob_plan_cache_percentage-global.md",
        title="Memory share of the plan cache is out of range",
        consequence="Every statement becomes slower, or data and writes lack memory.",
        why="This share of tenant memory holds plans. If it is tiny, every statement is optimized again; if it is "
        "large, data and writes lack memory.",
        advice=RECOMMENDED,
        risk="Plans above the smaller limit are evicted and generated again.",
        above="Plan cache is too large",
        below="Plan cache is too small",
    ),
    Row(
        code="VAR014", name="sql_audit_share_out_of_range", setting="ob_sql_audit_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/9000.ob_sql_audit_percentage-global.md",
        title="Memory share of the SQL audit is out of range",
        consequence="The cause of slow periods cannot be found afterwards, or writes lack memory.",
        why="This share of tenant memory holds the records of recent statements. Without it, slow statements cannot "
        "be identified afterwards; if it is large, data and writes lack memory.",
        advice=RECOMMENDED,
        risk="A smaller buffer drops the oldest records at once.",
        effort=Effort.ONLINE, above="SQL audit takes too much memory", below="SQL audit has no memory",
    ),
    Row(
        code="VAR015", name="plan_cache_disabled", setting="ob_enable_plan_cache", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7200.ob_enable_plan_cache-global.md",
        title="Plan cache is switched off",
        consequence="The tenant becomes slow at a fraction of the load that it could carry.",
        why="Every execution is then parsed and optimized again. Short statements take several times the CPU, and the "
        "tenant reaches its limit at a fraction of the load.",
        advice="Switch it on. A single bad plan can be removed by ALTER SYSTEM FLUSH PLAN CACHE or replaced by "
        "binding an outline.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR016", name="reads_weak_by_default", setting="ob_read_consistency", kind=NAME,
        page="200.system-variable/300.global-system-variable/8700.ob_read_consistency-global.md",
        title="All reads are weakly consistent by default",
        consequence="Users see old data: what they have just saved is missing.",
        why="Sessions then read from any replica and may not see what they have just committed. That is for reports "
        "that request it, not for a whole tenant.",
        advice="Set the recommended level globally; reports can ask by the hint READ_CONSISTENCY(WEAK) or in their "
        "sessions.",
        risk="Reads move to the leaders; only new sessions use the new value.",
    ),
    Row(
        code="VAR017", name="foreign_keys_unchecked", setting="foreign_key_checks", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/2800.foreign_key_checks-global.md",
        title="Foreign keys are not checked",
        consequence="Rows refer to others that are missing, and reports become wrong.",
        why="Rows may then refer to parent rows that do not exist, and they are not checked later. Usually it was "
        "switched off for an import and not switched on again.",
        advice="Switch it on globally, and look for orphan rows that were written meanwhile; imports can switch it "
        "off in their session.",
        risk="Statements that violate a foreign key fail; only new sessions take the new value.",
    ),
    Row(
        code="VAR018", name="auto_increment_cache_out_of_range", setting="auto_increment_cache_size", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/100.auto_increment_cache_size-global.md",
        title="AUTO_INCREMENT cache is out of range",
        consequence="Inserts become slow, or the numbers of small columns run out and inserts fail.",
        why="Servers fetch AUTO_INCREMENT values in ranges of this size. If it is tiny, every few inserts cost a "
        "remote request; if it is huge, restarts alone use up small column types.",
        advice=RECOMMENDED,
        risk="Only ranges fetched from then on have the new size.",
        effort=Effort.ONLINE, above="AUTO_INCREMENT cache is too large", below="AUTO_INCREMENT cache is too small",
    ),
    Row(
        code="VAR019", name="query_rewrite_disabled", setting="ob_enable_transformation", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7500.ob_enable_transformation-global.md",
        title="Query rewriting is switched off",
        consequence="Most queries become far slower.",
        why="The optimizer then does not unnest subqueries, merge views or push predicates down, and plans of all but "
        "the simplest statements are much worse.",
        advice="Switch it on; forbid a single harmful rewrite with a hint in its statement.",
        risk="Plans change: compare the top statements before and after.",
    ),
    Row(
        code="VAR020", name="transmission_unchecked", setting="ob_enable_transmission_checksum", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7600.ob_enable_transmission_checksum-global.md",
        title="Checksums of transmitted data are switched off",
        consequence="Damaged data can reach the application unnoticed.",
        why="Packets between the proxy and the servers are then not verified, and a network or memory fault reaches "
        "the client as data.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR021", name="session_logging_left_on", setting="ob_log_level", kind=WORD,
        page="200.system-variable/300.global-system-variable/7900.ob_log_level-global.md",
        title="Session log level is debug or trace",
        consequence="Every statement becomes slower, and the log of an incident is soon lost.",
        why="Each session then writes to the system log at this level, whatever the system log level is. Every "
        "statement takes CPU, and the log fills quickly.",
        advice="Set the recommended value once the investigation is over.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR022", name="plans_not_shared", setting="cursor_sharing", kind=NAME,
        page="200.system-variable/300.global-system-variable/1900.cursor_sharing-global.md",
        title="Statements that differ only in literals share no plan",
        consequence="The CPU is used up by optimizing statements, and all of them become slow.",
        why="With EXACT each literal gets its own plan: the plan cache fills with plans that are used once, and "
        "parsing takes most of the CPU.",
        advice="Set the recommended value globally, and use EXACT for single statements with a hint.",
        risk="Plans change for statements with skewed literals: compare the top statements before and after.",
    ),
    Row(
        code="VAR023", name="connections_too_few", setting="max_connections", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/3800.max_connections-global.md",
        title="Connection limit is very low",
        consequence="Logins are refused as soon as the application needs more connections.",
        why="Above it logins are refused. A release that doubles the application instances, or pools that grow during "
        "one slow minute, reach a low limit at once.",
        advice="Set the recommended value or leave the limit open, and bound connections in the pools.",
        risk="More connections take more memory on the server.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR024", name="results_cut", setting="sql_select_limit", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/12600.sql_select_limit-global.md",
        title="Every query result is truncated after a number of rows",
        consequence="Totals, exports and backups are incomplete, without any error.",
        why="A global limit truncates each result silently, in applications and exports: totals and SQL backups are "
        "wrong without any error.",
        advice="Set the recommended value at once; a client that needs few rows can set its own session.",
        risk="Queries return all rows again, which may be many.",
    ),
    Row(
        code="VAR025", name="transactions_read_only", setting="tx_read_only", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/13700.tx_read_only-global.md",
        title="New transactions are read-only by default",
        consequence="After the next reconnect the business cannot write any more.",
        why="All new sessions then refuse writes. A lock that was set for a migration is easily forgotten, and the "
        "next reconnect of the pools interrupts the business.",
        advice="Switch it off; use privileges to protect a tenant from writes.",
        risk="Applications can write again: make sure that nothing relies on the lock.",
    ),
    Row(
        code="VAR026", name="row_image_incomplete", setting="binlog_row_image", kind=NAME,
        page="200.system-variable/300.global-system-variable/500.binlog_row_image-global.md",
        title="Binlog rows are incomplete",
        consequence="Systems that receive the changes get wrong data and differ from the source.",
        why="With MINIMAL, the binlog service and CDC get only the changed columns. Targets that compare or restore "
        "whole rows then become inconsistent.",
        advice=RECOMMENDED,
        risk="The amount of log grows, most for small updates of wide tables.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR027", name="tenant_read_only", setting="read_only", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/11100.read_only-global.md",
        title="Whole tenant is read-only",
        consequence="All writes of the business fail.",
        why="Every account except root is then refused writes, also in open sessions. root is not affected, so a lock "
        "left after a migration looks like a fault of the application.",
        advice="Switch it off. If the tenant is an archive that nobody may write to, record the reason and request an "
        "exemption.",
        risk="Applications can write again: make sure that nothing relies on the lock.",
    ),
    Row(
        code="PAR090", name="group_concat_cut_short", setting="group_concat_max_len", kind=SIZE,
        page="200.system-variable/300.global-system-variable/2900.group_concat_max_len-global.md",
        title="GROUP_CONCAT results are truncated early",
        consequence="Lists in results and reports are incomplete, without any error.",
        why="A longer result of GROUP_CONCAT is truncated at this number of bytes, with only a warning: lists of "
        "names or ids then lack their end. A larger value takes memory only where it is used.",
        advice="Set at least the recommended value, which is the default, and more if reports build long lists.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.VARIABLE, ROWS)
