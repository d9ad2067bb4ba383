"""VAR001-VAR027, PAR090: global system variables of a tenant."""

from __future__ import annotations

from agent.api import Effort
from checks.parameters.family import AT_ONCE, NEW_SESSIONS, RECOMMENDED, Level, Row, checks_of
from checks.parameters.kinds import COLLATION, MICROSECONDS, MODES, NAME, NUMBER, ON_OFF, SIZE, WORD

ROWS = (
    Row(
        code="VAR001", name="query_timeout_out_of_range", setting="ob_query_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/8600.ob_query_timeout-global.md",
        title="Statement timeout is too short or practically endless",
        why="After this many microseconds a statement ends with error 4012. Too short, it cuts down healthy "
        "statements; practically endless, one bad plan holds workers and locks until somebody notices.",
        advice="Set the recommended value globally, and give long jobs more by the hint query_timeout or in their "
        "sessions.",
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR002", name="transaction_timeout_out_of_range", setting="ob_trx_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9700.ob_trx_timeout-global.md",
        title="Transaction timeout is too short or practically endless",
        why="A transaction that lives longer is rolled back. Without a bound a forgotten one keeps its locks, and the "
        "logs and old versions that it pins, for days.",
        advice="Set the recommended value globally, and give batch jobs more in their sessions.",
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR003", name="idle_transaction_timeout_out_of_range", setting="ob_trx_idle_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9500.ob_trx_idle_timeout-global.md",
        title="Idle transactions are ended too soon or never",
        why="A transaction whose client sends nothing for this long is ended. If that takes days, a client that hung "
        "keeps its row locks and blocks everybody behind it.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR004", name="lock_wait_out_of_range", setting="ob_trx_lock_timeout", kind=MICROSECONDS,
        page="200.system-variable/300.global-system-variable/9600.ob_trx_lock_timeout-global.md",
        title="Row lock wait is far from usual",
        why="-1 lets a statement wait for a row lock as long as ob_query_timeout allows. At 0 it fails at the first "
        "conflict, and applications that do not retry report errors under quite ordinary load.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR005", name="wait_timeout_out_of_range", setting="wait_timeout", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/14600.wait_timeout-global.md",
        title="Idle connections are closed too soon or never",
        why="Connections idle for this many seconds are closed. Too short, pools hand out dead connections; with "
        "months, connections that clients forgot pile up towards the limit.",
        advice="Set the recommended value, and let the pool check connections before it hands them out.",
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR006", name="interactive_timeout_out_of_range", setting="interactive_timeout", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/3300.interactive_timeout-global.md",
        title="Idle interactive connections are closed too soon or never",
        why="It is the bound of wait_timeout for interactive clients. A console left open over a holiday may hold an "
        "open transaction.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR007", name="packet_too_small", setting="max_allowed_packet", kind=SIZE,
        page="200.system-variable/300.global-system-variable/3700.max_allowed_packet-global.md",
        title="Largest packet is too small",
        why="Longer statements and LOB values are refused with packet too large. Batch inserts and imports meet this "
        "first, often only after a release.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR008", name="sql_mode_lenient", setting="sql_mode", kind=MODES,
        page="200.system-variable/300.global-system-variable/12300.sql_mode-global.md",
        title="SQL mode is not strict",
        why="Without strict mode values that do not fit are cut or turned into 0 with a mere warning: amounts and "
        "names change silently on their way into the table.",
        advice="Add a strict mode to the present modes. Test first: statements that were cut silently fail from then "
        "on.",
        risk="Statements that relied on silent conversion fail; only new sessions take the new value.",
        sql="SET GLOBAL sql_mode = CONCAT_WS(',', NULLIF(@@GLOBAL.sql_mode, ''), {recommended!l});",
    ),
    Row(
        code="VAR009", name="isolation_serializable", setting="tx_isolation", kind=WORD,
        page="200.system-variable/300.global-system-variable/13600.tx_isolation-global.md",
        title="Transactions are serializable by default",
        why="Serializable transactions fail with a conflict where others would wait, and applications written for "
        "read committed rarely retry.",
        advice="Set the recommended level globally; the few transactions that need more can ask for it.",
        risk=NEW_SESSIONS,
    ),
    Row(
        code="VAR010", name="autocommit_disabled", setting="autocommit", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/400.autocommit-global.md",
        title="Autocommit is off by default",
        why="Each first statement then opens a transaction that stays until somebody commits. Clients that do not "
        "know it lose their changes at disconnect and hold locks until then.",
        advice="Switch it on globally; applications that want transactions open them.",
        risk="Clients that count on an implicit transaction commit each statement; only new sessions take the new "
        "value.",
    ),
    Row(
        code="VAR011", name="character_set_incomplete", setting="collation_server", kind=COLLATION,
        page="200.system-variable/300.global-system-variable/1600.collation_server-global.md",
        title="New databases cannot hold every character",
        why="Databases made without an option take this collation and its character set. Sets other than utf8mb4, "
        "utf16 and gb18030 lose emoji and rare Chinese characters in names and addresses.",
        advice="Set the recommended collation for new databases; existing ones keep theirs and need a migration.",
        risk="Joins between old and new tables may convert and then miss their index.",
    ),
    Row(
        code="VAR012", name="work_area_out_of_range", setting="ob_sql_work_area_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/9100.ob_sql_work_area_percentage-global.md",
        title="Memory for sorts and joins is too small or too large",
        why="This share of tenant memory is for sorts, hash joins and aggregation. Too small, they write to disk; too "
        "large, a few reports push out memory that transactions need.",
        advice="Set the recommended value, and more only for reporting tenants.",
        risk=AT_ONCE,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR013", name="plan_cache_share_out_of_range", setting="ob_plan_cache_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/8400.ob_plan_cache_percentage-global.md",
        title="Plan cache is too small or too large",
        why="This share of tenant memory holds plans. With next to none every statement is optimized anew; a large "
        "one takes memory from data and writes.",
        advice=RECOMMENDED,
        risk="Plans beyond a smaller limit are dropped and made anew.",
    ),
    Row(
        code="VAR014", name="sql_audit_share_out_of_range", setting="ob_sql_audit_percentage", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/9000.ob_sql_audit_percentage-global.md",
        title="SQL audit buffer has no memory or takes too much",
        why="This share of tenant memory holds the record of recent statements. Without it nobody can tell afterwards "
        "what was slow; a large one takes memory from data and writes.",
        advice=RECOMMENDED,
        risk="A smaller buffer drops the oldest records at once.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR015", name="plan_cache_disabled", setting="ob_enable_plan_cache", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7200.ob_enable_plan_cache-global.md",
        title="Plan cache is switched off",
        why="Every execution is then parsed and optimized anew. Short statements take several times the CPU, and the "
        "tenant saturates at a fraction of its load.",
        advice="Switch it on. A single bad plan is better dropped by ALTER SYSTEM FLUSH PLAN CACHE or bound by an "
        "outline.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR016", name="reads_weak_by_default", setting="ob_read_consistency", kind=NAME,
        page="200.system-variable/300.global-system-variable/8700.ob_read_consistency-global.md",
        title="All reads are weakly consistent by default",
        why="Sessions then read from any replica and may not see what they have just committed. That is for reports "
        "that ask for it, not for a whole tenant.",
        advice="Set the recommended level globally; reports can ask by the hint READ_CONSISTENCY(WEAK) or in their "
        "sessions.",
        risk="Reads move to the leaders and load them; only new sessions take the new value.",
    ),
    Row(
        code="VAR017", name="foreign_keys_unchecked", setting="foreign_key_checks", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/2800.foreign_key_checks-global.md",
        title="Foreign keys are not checked",
        why="Rows may then refer to parents that do not exist, and nothing checks them later. Usually it was switched "
        "off for an import and stayed so.",
        advice="Switch it on globally, and look for orphans that came in meanwhile; imports can switch it off for "
        "their session.",
        risk="Statements that violate a foreign key fail; only new sessions take the new value.",
    ),
    Row(
        code="VAR018", name="auto_increment_cache_out_of_range", setting="auto_increment_cache_size", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/100.auto_increment_cache_size-global.md",
        title="AUTO_INCREMENT cache is too small or too large",
        why="Servers fetch AUTO_INCREMENT values in ranges of this size. Tiny ranges cost a remote request every few "
        "inserts; huge ones use up small column types by mere restarts.",
        advice=RECOMMENDED,
        risk="Only ranges fetched from then on have the new size.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR019", name="query_rewrite_disabled", setting="ob_enable_transformation", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7500.ob_enable_transformation-global.md",
        title="Query rewriting is switched off",
        why="The optimizer then neither unnests subqueries nor merges views nor pushes predicates down, and plans of "
        "all but the simplest statements are worse by orders of magnitude.",
        advice="Switch it on; forbid a single harmful rewrite by a hint in its statement.",
        risk="Plans change: compare the top statements before and after.",
    ),
    Row(
        code="VAR020", name="transmission_unchecked", setting="ob_enable_transmission_checksum", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/7600.ob_enable_transmission_checksum-global.md",
        title="Checksums of data sent are switched off",
        why="What travels between the proxy and the servers is then not verified, and a fault of network or memory "
        "reaches the client as data.",
        advice=RECOMMENDED,
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR021", name="session_logging_left_on", setting="ob_log_level", kind=WORD,
        page="200.system-variable/300.global-system-variable/7900.ob_log_level-global.md",
        title="Sessions log at debug or trace level",
        why="Each session then writes to the server's log at this level, whatever the server's own level is. It costs "
        "CPU on every statement and floods the log.",
        advice="Set the recommended value once the investigation is over.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR022", name="plans_not_shared", setting="cursor_sharing", kind=NAME,
        page="200.system-variable/300.global-system-variable/1900.cursor_sharing-global.md",
        title="Statements that differ in literals share no plan",
        why="With EXACT each literal makes a plan of its own: the plan cache fills with plans of one use, and parsing "
        "takes most of the CPU.",
        advice="Set the recommended value globally, and use EXACT for single statements by hint.",
        risk="Plans change for statements with skewed literals: compare the top statements before and after.",
    ),
    Row(
        code="VAR023", name="connections_too_few", setting="max_connections", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/3800.max_connections-global.md",
        title="Limit of connections is very low",
        why="Beyond it logins are refused. A release that doubles the application's instances, or one slow minute in "
        "which pools grow, reaches a low limit at once.",
        advice="Set the recommended value or leave the limit open, and bound connections in the pools.",
        risk="More connections take more memory on the server.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR024", name="results_cut", setting="sql_select_limit", kind=NUMBER,
        page="200.system-variable/300.global-system-variable/12600.sql_select_limit-global.md",
        title="Every query result is cut after a number of rows",
        why="A global limit silently ends each result after that many rows, in applications and exports alike: totals "
        "and backups by SQL are wrong without any error.",
        advice="Set the recommended value at once; a client that wants few rows can set its own session.",
        risk="Queries return all their rows again, which may be many.",
    ),
    Row(
        code="VAR025", name="transactions_read_only", setting="tx_read_only", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/13700.tx_read_only-global.md",
        title="New transactions are read-only by default",
        why="All new sessions then refuse every write. What is meant as a lock during a migration is easily "
        "forgotten, and the next reconnect of the pools stops the business.",
        advice="Switch it off; to protect a tenant from writes take privileges instead.",
        risk="Applications can write again: make sure that nothing relies on the lock.",
    ),
    Row(
        code="VAR026", name="row_image_incomplete", setting="binlog_row_image", kind=NAME,
        page="200.system-variable/300.global-system-variable/500.binlog_row_image-global.md",
        title="Binlog rows are incomplete",
        why="With MINIMAL the binlog service and CDC readers get changed columns only. Targets that compare or rebuild "
        "whole rows then diverge.",
        advice=RECOMMENDED,
        risk="Logs grow, most for wide tables with small updates.",
        effort=Effort.ONLINE,
    ),
    Row(
        code="VAR027", name="tenant_read_only", setting="read_only", kind=ON_OFF,
        page="200.system-variable/300.global-system-variable/11100.read_only-global.md",
        title="Whole tenant is read-only",
        why="Every account but root is then refused each write, also in sessions that are open. root does not notice, "
        "so a lock that was left over from a migration looks like a fault of the application.",
        advice="Switch it off. Mute the finding where the tenant is an archive that nobody may write to.",
        risk="Applications can write again: make sure that nothing relies on the lock.",
    ),
    Row(
        code="PAR090", name="group_concat_cut_short", setting="group_concat_max_len", kind=SIZE,
        page="200.system-variable/300.global-system-variable/2900.group_concat_max_len-global.md",
        title="GROUP_CONCAT is cut after a few characters",
        why="A longer result of GROUP_CONCAT is cut at this number of bytes, with a mere warning: lists of names and "
        "of ids then lack their end, or have half an id there. A larger value only takes memory where it is used.",
        advice="Set at least the recommended value, which is the default, and more where reports build long lists.",
        risk=NEW_SESSIONS,
        effort=Effort.ONLINE,
    ),
)  # fmt: skip

CHECKS = checks_of(__name__, Level.VARIABLE, ROWS)
