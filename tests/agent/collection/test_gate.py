"""Hostile statements do not pass; our own do; and no text makes the gate do anything but pass or refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlglot
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import expressions as exp
from sqlglot.dialects.mysql import MySQL

from agent.collection import gate
from agent.collection.statements import Statement, compile_source, list_columns_read
from agent.facts import SYSTEM_SCHEMAS, list_sources
from agent.facts.definitions import SHOW, write_show_statement
from agent.facts.own_statements import session
from agent.model.snapshot import Capabilities
from agent.model.terms import TenantKind, Version
from agent.support.errors import StatementRefused
from agent.support.i18n import render_text

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
    # names of stored functions, which the parser takes for built-in ones or for another spelling of them
    "SELECT IIF(1, 2, 3)",
    "SELECT CURRENT_VERSION()",
    "SELECT `COUNT`(1)",
    "SELECT COUNT (1)",
    "SELECT oceanbase.COUNT(1)",
    "SELECT oceanbase.`VERSION`()",
    "SELECT information_schema . MAX(1)",
    f"SELECT 1 FROM {VIEW} WHERE a IN (1) AND IIF(1, 0, 1)",
    f"SELECT a FROM {VIEW} LIMIT IIF(1, 2, 3)",
    "SELECT LIKE(1, 2)",
    "SELECT \"sleep\"(10)",
    "SELECT 'sleep'(10)",
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


def names_of_functions() -> list[str]:
    """Every name that the parser reads in some way of its own, for MySQL and for any other server."""
    parser = MySQL.Parser
    known = {*parser.FUNCTIONS, *parser.FUNCTION_PARSERS, *parser.NO_PAREN_FUNCTION_PARSERS, *MySQL.Tokenizer.KEYWORDS}
    known |= {token.name for token in parser.NO_PAREN_FUNCTIONS}
    known |= {name for item in exp.ALL_FUNCTIONS for name in item.sql_names()}
    return sorted(name for name in known if name.isidentifier())


ARGUMENTS = ("", "1", "1, 2", "1, 2, 3", "a", "*", "1 AS x", "DISTINCT 1", "1 FROM 2", "'a'")
# Reserved words: what stands behind them in parentheses is an operand.
WORDS_BEFORE_OPERANDS = {"AND", "BETWEEN", "BY", "CASE", "DISTINCT", "ELSE", "IN", "NOT", "ON", "OR", "OVER", "SELECT",
                         "THEN", "WHEN", "WHERE"}  # fmt: skip


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
    """What each source sends, with a table of the customer's where it shows one after the other."""
    compiled = [compile_source(row, everything()) for row in list_sources()]
    shown = write_show_statement("shop", "orders")
    return [statement.sql or shown for statement in compiled if isinstance(statement, Statement)]


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


def passes(sql: str) -> bool:
    try:
        gate.check_statement(sql)
    except StatementRefused:
        return False
    return True


def test_functions_pass_by_the_names_that_are_written() -> None:
    names = names_of_functions()
    assert len(names) > 600 and {"IIF", "CURRENT_VERSION", "IF", "NVL", "MAX"} <= set(names)
    calls = [(name, f"{name}({given})") for name in names for given in ARGUMENTS]
    selected = {name for name, call in calls if passes(f"SELECT {call} FROM {VIEW}")}
    compared = {name for name, call in calls if passes(f"SELECT 1 FROM {VIEW} WHERE {call.lower()} = 1")}
    assert selected & {"MAX", "NVL"} and (selected | compared) - WORDS_BEFORE_OPERANDS <= gate._FUNCTIONS


@pytest.mark.parametrize("name", sorted(gate._FUNCTIONS))
def test_an_allowed_name_is_one_only_where_it_is_called_plainly(name: str) -> None:
    called = [given for given in ARGUMENTS if passes(f"SELECT {name}({given}) FROM {VIEW}")]
    assert called
    for spelt in (f"`{name}`", f'"{name}"', f"{name} ", f"oceanbase.{name}", f"`oceanbase`.{name}", f"shop.`{name}`"):
        assert not any(passes(f"SELECT {spelt}({given}) FROM {VIEW}") for given in called), spelt


@pytest.mark.parametrize(
    ("sql", "labels", "most_rows"),
    [
        ("SELECT 1", ("",), None),
        ("SELECT COUNT(*) AS n, a, x.b, a + 1 FROM oceanbase.x LIMIT 5", ("n", "a", "b", ""), 5),
        ("SELECT a.*, b FROM oceanbase.x a LIMIT 1 + 1", None, None),
        (session.GRANTS, ("",), None),
        (session.SESSION_READ_ONLY, (), None),
        (session.SERVER, ("server_version", "server_time"), None),
    ],
)
def test_what_an_answer_may_look_like(sql: str, labels: tuple[str, ...] | None, most_rows: int | None) -> None:
    assert gate.check_statement(sql) == gate.AnswerShape(labels, most_rows)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1; SELECT 2", "it holds a comment, a second statement or a backslash"),
        ("SELECT\t1", "it is too long or holds other characters than printable ASCII"),
        ("INSERT INTO shop.orders VALUES (1)", "it is not one plain SELECT"),
        ("SELECT 1 UNION SELECT 2", "it is not one plain SELECT"),
        ("SELECT 1 INTERSECT SELECT 2", "it is not one plain SELECT"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "it is not one plain SELECT"),
        ("(SELECT 1)", "it is not one plain SELECT"),
        ("select 1", "it is not one plain SELECT"),
        ("SELECT " + "x" * 50 + "(1)", f"the function {'x' * 40} is not allowed"),
        ("SELECT @a", "Parameter is not allowed"),
        ("SELECT * FROM shop.orders", "the table shop.orders is not a system view"),
        (f"SELECT 1 FROM {VIEW} FOR UPDATE", "Select with INTO, locks, hints, modifiers or other parts is not allowed"),
        ("SELECT seq.CURRVAL", "reading a sequence advances it"),
        ("SELECT 'a", "it cannot be parsed"),
    ],
)
def test_a_refusal_says_why(sql: str, reason: str) -> None:
    with pytest.raises(StatementRefused) as refused:
        gate.check_statement(sql)
    assert render_text(refused.value.text, "en") == f"The gate refused a statement: {reason}."


def test_a_statement_may_have_twenty_thousand_characters() -> None:
    longest = "SELECT '" + "x" * (20_000 - 9) + "'"
    assert len(longest) == 20_000 and passes(longest) and not passes(longest.replace("x", "xx", 1))


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
    if sql.startswith(SHOW):
        assert isinstance(tree, exp.Show) and tree.name == "CREATE TABLE"
        return
    assert isinstance(tree, exp.Select)
    assert {table.db for table in tree.find_all(exp.Table)} <= {"oceanbase", "information_schema"}
    assert not tree.find(exp.Into, exp.Lock, exp.Union, exp.Subquery, exp.With, exp.Parameter)


# Showing a table


@pytest.mark.parametrize(
    ("schema", "table"),
    [
        ("shop", "orders"),
        ("SHOP", "Orders"),
        ("shop", "SELECT 1"),
        ("shop", "x' OR '1' = '1"),
        ("shop", 'say "x"'),
        ("shop", "a.b"),
        ("shop", "a (b), c"),
        ("shop", "x-y"),
        ("shop", "%"),
        ("shop", "?"),
        ("shop", "\u8868"),
        ("\u5ba2\u6237", "\U0001f4a3"),
        ("oceanbase_shop", "sys"),
        ("a" * 128, "b" * 128),
    ],
    ids=ascii,
)
def test_a_table_of_the_customer_s_may_be_shown(schema: str, table: str) -> None:
    assert gate.check_statement(write_show_statement(schema, table)) == gate.AnswerShape(("Table", "Create Table"), 1)


SHOWN_OTHERWISE = [
    "SHOW CREATE TABLE orders",
    "SHOW CREATE TABLE `orders`",
    "SHOW CREATE TABLE shop.`orders`",
    "SHOW CREATE TABLE `shop`.orders",
    "SHOW CREATE TABLE `shop` . `orders`",
    "SHOW CREATE TABLE `shop`.`orders` ",
    "SHOW CREATE TABLE `shop`.`orders`\n",
    "SHOW CREATE TABLE `shop`.`orders`;",
    "SHOW CREATE TABLE `shop`.`orders`; DROP TABLE `shop`.`orders`",
    "SHOW CREATE TABLE `shop`.`orders` LIKE 'x'",
    "SHOW CREATE TABLE `shop`.`orders`, `shop`.`x`",
    "SHOW CREATE TABLE `shop`.`orders`.`x`",
    "SHOW CREATE TABLE `shop`.``",
    "SHOW CREATE TABLE ``.`orders`",
    'SHOW CREATE TABLE "shop"."orders"',
    "SHOW  CREATE TABLE `shop`.`orders`",
    "show create table `shop`.`orders`",
    "SHOW CREATE VIEW `shop`.`orders`",
    "SHOW CREATE USER `shop`.`orders`",
    "SHOW CREATE DATABASE `shop`",
    "SHOW CREATE PROCEDURE `shop`.`p`",
    "SHOW CREATE TABLE /* x */ `shop`.`orders`",
    "/*!50000 SHOW CREATE TABLE `shop`.`orders`*/",
    "EXPLAIN SHOW CREATE TABLE `shop`.`orders`",
    *(write_show_statement(schema, "x") for schema in SYSTEM_SCHEMAS),
    *(write_show_statement(schema.swapcase(), "x") for schema in SYSTEM_SCHEMAS),
    *(
        write_show_statement(*names)
        for name in ("a`b", "a``b", "a\\", "a/*b", "a*/b", "a--b", "a-- b", "a#b", "a;b", "a\nb", "a\tb", "a\0b",
                     "a\x7fb", "a\u2028b", "a\u202eb", "a\u200bb", "a\ufeffb", "a\ud800b", "a\u00a0b", "x" * 129)
        for names in (("shop", name), (name, "orders"))
    ),
]  # fmt: skip


@pytest.mark.parametrize("sql", SHOWN_OTHERWISE, ids=ascii)
def test_nothing_else_may_be_shown(sql: str) -> None:
    assert not passes(sql)


@given(*[st.text(st.one_of(st.sampled_from("`'\"\\.;-/*# \n"), st.characters()), min_size=1, max_size=12)] * 2)
@example("shop", "a`.`b")
@example("shop`", "`a")
def test_a_table_is_shown_by_its_two_names_or_not_at_all(schema: str, table: str) -> None:
    sql = write_show_statement(schema, table)
    if not passes(sql):
        return
    tokens = MySQL().tokenize(sql)
    assert [token.text for token in tokens][-3:] == [schema, ".", table] and len(tokens) in (5, 6)
    assert not set("`\\;#\n") & set(schema + table) and schema.lower() not in map(str.lower, SYSTEM_SCHEMAS)


def test_a_verdict_is_kept_for_its_text_and_schema_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passed once for a cluster held as data is refused where its schema is a business schema."""
    sql = "SELECT `A` AS a FROM held.KEPT_VERDICT LIMIT 3"
    assert gate.check_statement(sql, "held").most_rows == 3
    with pytest.raises(StatementRefused):
        gate.check_statement(sql)
    read, parse = list[str](), gate._parse_select

    def watch(sql: str, schemas: frozenset[str]) -> exp.Select:
        read.append(sql)
        return parse(sql, schemas)

    monkeypatch.setattr(gate, "_parse_select", watch)
    gate.check_statement(sql, "held")
    assert read == [], "the same text is not parsed again"
    for _ in range(2):
        with pytest.raises(StatementRefused):
            gate.check_statement(sql)
    assert read == [sql, sql], "what was refused is looked at each time"
