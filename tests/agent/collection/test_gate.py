"""Hostile statements do not pass; our own do; and no text makes the gate do anything but pass or refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlglot
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import expressions as exp

from agent.collection import gate
from agent.collection.statements import Statement, compile_source, list_columns_read
from agent.facts import list_sources
from agent.facts.own_statements import session
from agent.model.snapshot import Capabilities
from agent.model.terms import TenantKind, Version
from agent.support.errors import StatementRefused

VIEW = "oceanbase.DBA_OB_DATABASES"
HOSTILE = [
    # writes to the server's files
    f"SELECT * FROM {VIEW} INTO OUTFILE '/tmp/x'",
    f"SELECT * INTO OUTFILE '/tmp/x' FROM {VIEW}",
    f"SELECT 1 INTO DUMPFILE '/tmp/x' FROM {VIEW}",
    f"SELECT 1 FROM {VIEW} LIMIT 1 INTO @a",
    f"SELECT 1 INTO @a FROM {VIEW}",
    # locks
    f"SELECT 1 FROM {VIEW} FOR UPDATE",
    f"SELECT 1 FROM {VIEW} FOR UPDATE NOWAIT",
    f"SELECT 1 FROM {VIEW} FOR UPDATE SKIP LOCKED",
    f"SELECT 1 FROM {VIEW} FOR SHARE",
    f"SELECT 1 FROM {VIEW} LOCK IN SHARE MODE",
    # comments, hints, more than one statement
    "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */",
    "/*!50000 SELECT 1 */",
    "SELECT /*+ PARALLEL(64) */ 1",
    "SELECT 1 -- x",
    "SELECT 1 # x",
    "SELECT 1 /* x",
    "SELECT 1; SELECT 2",
    "SELECT 1;",
    "SET SESSION TRANSACTION READ ONLY; DROP TABLE shop.orders",
    session.SESSION_SETTINGS.format(timeout_us=1) + ", time_zone = '+08:00'",
    session.SESSION_SETTINGS.replace("{timeout_us:d}", "\u0663"),
    # functions that wait, lock, read files or advance something
    "SELECT SLEEP(10)",
    "SELECT sleep (10)",
    "SELECT `sleep`(10)",
    "SELECT {fn SLEEP(10)}",
    "SELECT COALESCE(SLEEP(10), 1)",
    f"SELECT 1 FROM {VIEW} WHERE SLEEP(1) = 0",
    f"SELECT 1 FROM {VIEW} ORDER BY SLEEP(1)",
    f"SELECT 1 FROM {VIEW} GROUP BY BENCHMARK(9, 1)",
    "SELECT BENCHMARK(100000000, MD5('a'))",
    "SELECT GET_LOCK('a', 10)",
    "SELECT RELEASE_LOCK('a')",
    "SELECT RELEASE_ALL_LOCKS()",
    "SELECT LOAD_FILE('/etc/passwd')",
    "SELECT shop.seq.NEXTVAL",
    "SELECT seq.nextval FROM DUAL",
    "SELECT `seq`.`NextVal`",
    "SELECT seq.CURRVAL",
    "SELECT NEXTVAL(seq)",
    "SELECT NEXT VALUE FOR seq",
    "SELECT LAST_INSERT_ID(7)",
    "SELECT shop.customer_function(1)",
    "SELECT customer_function(1)",
    "SELECT DBMS_STATS.GATHER_TABLE_STATS('shop', 'orders')",
    "SELECT EXTRACTVALUE('<a/>', '/a')",
    # variables
    "SELECT @a",
    "SELECT @a := 1",
    "SET @a = 1",
    "SET GLOBAL ob_query_timeout = 1",
    "SET SESSION TRANSACTION READ WRITE",
    "SET PASSWORD = 'x'",
    # statements that are no SELECT
    "INSERT INTO shop.orders VALUES (1)",
    "REPLACE INTO shop.orders VALUES (1)",
    "UPDATE shop.orders SET a = 1",
    "DELETE FROM shop.orders",
    "TRUNCATE TABLE shop.orders",
    "DROP TABLE shop.orders",
    "CREATE TABLE shop.x AS SELECT 1",
    "ALTER SYSTEM MAJOR FREEZE",
    "ALTER SYSTEM SET memory_limit = '1G'",
    "CALL dbms_stats.gather_table_stats('shop', 'orders')",
    "DO SLEEP(1)",
    "HANDLER shop.orders OPEN",
    "KILL 1",
    "LOCK TABLES shop.orders WRITE",
    "XA START 'x'",
    "BEGIN",
    "START TRANSACTION READ ONLY",
    "COMMIT",
    "FLUSH PRIVILEGES",
    "USE shop",
    "PREPARE s FROM 'SELECT 1'",
    "EXECUTE s",
    "LOAD DATA INFILE '/tmp/x' INTO TABLE shop.orders",
    "GRANT SELECT ON *.* TO x",
    "EXPLAIN SELECT 1",
    f"EXPLAIN SELECT 1 FROM {VIEW}",
    "DESC oceanbase.DBA_OB_USERS",
    "SHOW TABLES",
    "SHOW CREATE TABLE shop.orders",
    "SHOW PARAMETERS",
    "SHOW GRANTS FOR root",
    "SHOW GRANTS ",
    "ANALYZE TABLE shop.orders",
    "VALUES ROW(1)",
    "TABLE shop.orders",
    "WITH a AS (SELECT 1) SELECT * FROM a",
    f"WITH a AS (SELECT * FROM shop.orders) SELECT 1 FROM {VIEW}",
    # UNION, subqueries, nesting
    f"SELECT 1 FROM {VIEW} UNION SELECT card FROM shop.payments",
    f"SELECT 1 FROM {VIEW} UNION ALL SELECT 1 FROM {VIEW}",
    f"SELECT 1 FROM {VIEW} EXCEPT SELECT 1 FROM {VIEW}",
    f"SELECT (SELECT card FROM shop.payments) FROM {VIEW}",
    f"SELECT 1 FROM {VIEW} WHERE a IN (SELECT card FROM shop.payments)",
    f"SELECT 1 FROM {VIEW} WHERE EXISTS (SELECT 1 FROM shop.payments)",
    f"SELECT 1 FROM {VIEW} WHERE a = ANY (TABLE shop.payments)",
    f"SELECT 1 FROM (SELECT * FROM {VIEW}) x",
    f"SELECT 1 FROM {VIEW} LIMIT (SELECT 1)",
    f"SELECT 1 FROM {VIEW}, LATERAL (SELECT * FROM shop.payments) x",
    f"(SELECT 1 FROM {VIEW})",
    f"((SELECT 1 FROM {VIEW}))",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "- " * 3000 + "1",
    "SELECT 1" + ", 1" * 10_000,
    # business tables, however they are spelt
    "SELECT * FROM shop.orders",
    "SELECT * FROM `shop`.`orders`",
    'SELECT * FROM "shop"."orders"',
    "SELECT * FROM shop . orders",
    "SELECT * FROM orders",
    "SELECT * FROM oceanbase",
    "SELECT * FROM OCEANBASE2.orders",
    "SELECT * FROM `oceanbase `.orders",
    "SELECT * FROM `oceanbase.x`.orders",
    "SELECT * FROM shop.oceanbase.orders",
    "SELECT * FROM oceanbase.shop.orders",
    "SELECT * FROM mysql.user",
    f"SELECT * FROM {VIEW}, shop.orders",
    f"SELECT * FROM {VIEW} JOIN shop.orders ON 1 = 1",
    f"SELECT * FROM {VIEW} NATURAL JOIN shop.orders",
    f"SELECT shop.orders.card FROM {VIEW}",
    f"SELECT * FROM ({VIEW}, shop.orders)",
    "FROM shop.orders SELECT *",
    "SELECT * FROM oceanbase.orders@other_server",
    # odd clauses and modifiers
    f"SELECT 1 FROM {VIEW} PROCEDURE ANALYSE()",
    f"SELECT SQL_CALC_FOUND_ROWS 1 FROM {VIEW}",
    f"SELECT HIGH_PRIORITY 1 FROM {VIEW}",
    f"SELECT STRAIGHT_JOIN 1 FROM {VIEW}",
    f"SELECT 1 FROM {VIEW} USE INDEX (a)",
    f"SELECT 1 FROM {VIEW} PARTITION (p0)",
    f"SELECT DISTINCT ON (a) a FROM {VIEW}",
    f"SELECT a, COUNT(*) OVER (ORDER BY b) FROM {VIEW}",
    f"SELECT a, COUNT(*) OVER w FROM {VIEW} WINDOW w AS (PARTITION BY b)",
    f"SELECT a FROM {VIEW} HAVING SLEEP(1)",
    "select 1",
    " SELECT 1",
    # characters on which parser and server might differ
    "SELECT 'a\\' FROM shop.orders WHERE b = '",
    "SELECT 1\x00",
    "SELECT 1\nFROM shop.orders",
    "SELECT\t1",
    "SELECT 1\x0bINTO\x0bOUTFILE\x0b'/tmp/x'",
    "SELECT sleep\uff0810\uff09",
    "SELECT\u30001\u3000INTO\u3000OUTFILE\u3000'/tmp/x'",
    "SELECT \u2018a\u2019",
    "SELECT 1 AS \ufeffa",
    "SELECT 'a",
    "SELECT `a",
    "",
    " ",
]  # fmt: skip


def everything() -> Capabilities:
    """A target that has every view and column, and an account that may read them."""
    columns: dict[str, frozenset[str]] = {}
    for row in list_sources():
        for view, names in list_columns_read(row).items():
            short = view.partition(".")[2].upper()
            columns[short] = columns.get(short, frozenset()) | names
    return Capabilities(
        version=Version(4, 3, 5),
        tenant_kind=TenantKind.USER,
        account="a@%",
        columns=columns,
        privileges=frozenset({"SHOW VIEW", "PROCESS", "SELECT"}),
    )


def own_statements() -> list[str]:
    compiled = [compile_source(row, everything()) for row in list_sources()]
    return [statement.sql for statement in compiled if isinstance(statement, Statement)]


def test_the_table_is_long_enough() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: ascii(sql[:60]))
def test_refuses(sql: str, record_property: Callable[[str, object], None]) -> None:
    with pytest.raises(StatementRefused):
        gate.check_statement(sql)
    record_property("hostile_statements", 1)


def test_every_source_and_every_statement_of_the_session_passes() -> None:
    statements = own_statements()
    assert len(statements) == len(list(list_sources())) >= 20
    settings = session.SESSION_SETTINGS.format(timeout_us=10_000_000)
    others = [session.SESSION_READ_ONLY, settings, session.SERVER, session.IDENTITY, session.GRANTS]
    for sql in [*statements, *others, session.write_columns_statement(["DBA_OB_USERS", "GV$OB_UNITS"], "oceanbase")]:
        gate.check_statement(sql)


def test_a_cluster_held_as_data_has_another_system_schema() -> None:
    with pytest.raises(StatementRefused):
        gate.check_statement("SELECT a FROM held.GV$OB_UNITS")
    gate.check_statement("SELECT a FROM held.GV$OB_UNITS", "held")
    with pytest.raises(StatementRefused):
        gate.check_statement("SELECT a FROM oceanbase.GV$OB_UNITS", "held")


WORDS = st.sampled_from(
    [
        "SELECT ",
        "1",
        "a",
        " FROM ",
        "oceanbase.a",
        "shop.b",
        "information_schema.c",
        " WHERE ",
        "(",
        ")",
        ", ",
        "'",
        "`",
        '"',
        " IN ",
        " AS ",
        "SLEEP(1)",
        "COUNT(*)",
        " INTO ",
        " UNION ",
        " FOR UPDATE",
        "@",
        "@@",
        ":=",
        " JOIN ",
        " ON ",
        "--",
        "/*",
        "*/",
        ";",
        "\\",
        ".",
        "*",
        " LIMIT ",
        " ORDER BY ",
        " GROUP BY ",
        "CASE WHEN ",
        " THEN ",
        " END",
        "\x00",
        "\uff08",
        " WITH ",
    ]
)


@given(
    st.one_of(
        st.text(), st.lists(WORDS, max_size=14).map("".join), st.lists(WORDS).map(lambda w: "SELECT " + "".join(w))
    )
)
@example("SELECT a FROM oceanbase.a JOIN shop.b")
@example("SELECT a FROM oceanbase.a")
def test_any_text_passes_as_one_plain_select_over_system_views_or_is_refused(sql: str) -> None:
    try:
        gate.check_statement(sql)
    except StatementRefused:
        return
    if sql in (session.SESSION_READ_ONLY, session.GRANTS):
        return
    (tree,) = sqlglot.parse(sql, read="mysql")
    assert isinstance(tree, exp.Select)
    assert {table.db for table in tree.find_all(exp.Table)} <= {"oceanbase", "information_schema"}
    assert not tree.find(exp.Into, exp.Lock, exp.Union, exp.Subquery, exp.With, exp.Parameter)
