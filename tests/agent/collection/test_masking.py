"""Literals never get through; what cannot be read is masked whole."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.collection.masking import mask_bound, mask_fields, mask_sql
from agent.facts.lexed_sql import MASKED
from agent.facts.sql import CUT, STATEMENT_CHARS
from agent.model.terms import DataClass

CANARY = "zq7canary"
FULL, MASKED_CLASS, SETTINGS = DataClass.SQL_TEXT_FULL, DataClass.SQL_TEXT_MASKED, DataClass.SETTINGS


@pytest.mark.parametrize(
    ("sql", "masked"),
    [
        ("SELECT * FROM t WHERE a = 1", "SELECT * FROM t WHERE a = ?"),
        ("SELECT * FROM t WHERE name = 'Li Wei'", "SELECT * FROM t WHERE name = ?"),
        ("INSERT INTO t VALUES (1, -2.5, 1e3, 'x')", "INSERT INTO t VALUES (?, -?, ?, ?)"),
        ("REPLACE INTO t VALUES ('x')", "REPLACE INTO t VALUES (?)"),
        ("SELECT ? FROM t WHERE a = ?", "SELECT ? FROM t WHERE a = ?"),
        # texts and what stands before them
        ("SELECT 'it''s' , 'a\\'b' FROM t", "SELECT ? , ? FROM t"),
        ('SELECT "it\'s", "a""b", "ANSI name"', "SELECT ?, ?, ?"),
        ("SELECT N'secret', n'secret', _utf8mb4'secret', _binary 'x'", "SELECT ?, ?, _utf8mb4?, _binary ?"),
        ("SELECT x'4142', X'41', 0x4142, b'01', B'01', 0b01 FROM t", "SELECT ?, ?, ?, ?, ?, ? FROM t"),
        ("SELECT a FROM t WHERE b = 'x'and c = 'y'", "SELECT a FROM t WHERE b = ?and c = ?"),
        ("SELECT 'a' 'b'", "SELECT ? ?"),
        ("SELECT 'a\x00b\ufffd'", "SELECT ?"),
        # dates
        ("SELECT DATE '2026-01-02', TIME'01:02:03'", "SELECT DATE ?, TIME?"),
        ("SELECT TIMESTAMP '2026-01-02 03:04:05'", "SELECT TIMESTAMP ?"),
        ("SELECT a + INTERVAL 3 DAY, a - INTERVAL '1:2' MINUTE_SECOND",
         "SELECT a + INTERVAL ? DAY, a - INTERVAL ? MINUTE_SECOND"),
        ("SELECT a FROM t WHERE d > 20260102", "SELECT a FROM t WHERE d > ?"),
        # numbers, and names that look like them
        ("SELECT 1.5E-10, .5, 5., -1, +1, - 1 FROM t", "SELECT ?, .?, ?, -?, +?, - ? FROM t"),
        ("SELECT t1.c2, a$3, _4 FROM t1 AS x5 LIMIT 6, 7", "SELECT t1.c2, a$3, _4 FROM t1 AS x5 LIMIT ?, ?"),
        ("SELECT a FROM t LIMIT 10 OFFSET 20", "SELECT a FROM t LIMIT ? OFFSET ?"),
        ("SELECT 4111111111111111x FROM t", "SELECT ? FROM t"),
        ("SELECT `4111` FROM `it's` AS `a``b'`", "SELECT `4111` FROM `it's` AS `a``b'`"),
        # lists, JSON, variables
        ("SELECT a FROM t WHERE b IN (1,'x', 3)", "SELECT a FROM t WHERE b IN (?,?, ?)"),
        ("SELECT a->'$.card', JSON_SET(a, '$.k', '{\"k\": \"v\"}') FROM t", "SELECT a->?, JSON_SET(a, ?, ?) FROM t"),
        ("SET @x := 'v'", "SET @x := ?"),
        ("SELECT @'secret name'", "SELECT @?"),
        # comments and hints
        ("SELECT a /* card 4111 */ FROM t -- card 4111", "SELECT a FROM t"),
        ("SELECT a # card 'x\n FROM t", "SELECT a FROM t"),
        ("SELECT /*! STRAIGHT_JOIN 'x' */ /*+ QUERY_TIMEOUT(5) 'x' */ a/**/FROM t", "SELECT a FROM t"),
        ("SELECT a --1\n FROM t", "SELECT a --? FROM t"),
        # what holds passwords and paths, and is no query
        ("CREATE USER u IDENTIFIED BY 'p'", MASKED),
        ("ALTER USER 'u'@'h' IDENTIFIED BY 'p'", MASKED),
        ("SET PASSWORD FOR 'a'@'b' = PASSWORD('p')", MASKED),
        ("GRANT ALL ON *.* TO u IDENTIFIED BY 'p'", MASKED),
        ("LOAD DATA INFILE '/data/cards.csv' INTO TABLE t", MASKED),
        ("PREPARE s FROM 'SELECT 1'", MASKED),
        ("CALL p('secret')", MASKED),
        # broken ones
        ("SELECT 'never closed", MASKED),
        ("SELECT a FROM t WHERE name = 'O'Brien' AND b = 'O'Hara'", MASKED),
        ("SELECT 'rock 'n' roll'", MASKED),
        ("SELECT a * secret words */ FROM t", MASKED),
        ("SELECT a /* never closed", MASKED),
        ("SELECT a \x00 FROM t", MASKED),
        ("SELECT 'a', \x1b[31m FROM t", MASKED),
        ("Jean Dupont, 12 rue X", MASKED),
        ("(" * 3000, MASKED),
        ("", MASKED),
        ("   ", MASKED),
        ("-- nothing", MASKED),
    ],
)  # fmt: skip
def test_masks(sql: str, masked: str) -> None:
    assert mask_sql(sql) == masked
    assert mask_sql(masked) == masked


@pytest.mark.parametrize(
    "opening",
    ["'", '"', "N'", "_utf8mb4 '", "'\\\\", "'it''s ", '"x\\"', "/* ", "/*+ ", "/*! ", "# ", "-- ", "x'", "'\\'"],
)
def test_a_text_cut_within_a_literal_or_a_comment_ends_there(opening: str) -> None:
    sql = f"SELECT a FROM t WHERE b = {opening}{'41' * STATEMENT_CHARS}"
    for length in (STATEMENT_CHARS, STATEMENT_CHARS + 1, len(sql)):
        masked = mask_sql(sql[:length])
        assert masked.startswith("SELECT a FROM t WHERE b =") and masked.endswith(CUT)
        assert "41" not in masked and mask_sql(masked) == masked
    assert mask_sql(sql[:200]) in (MASKED, "SELECT a FROM t WHERE b =", "SELECT a FROM t WHERE b"), "no cut: broken"


def test_a_cut_behind_a_backslash_and_within_a_name() -> None:
    text = "SELECT '" + "x" * (STATEMENT_CHARS - 9) + "\\"
    assert mask_sql(text) == "SELECT ?" + CUT
    name = mask_sql("SELECT 'x', `" + "n" * STATEMENT_CHARS)
    assert name.startswith("SELECT ?, `nnn") and mask_sql(name) == name


@pytest.mark.parametrize("unit", ["1, ", "'x', ", "/*x*/ ", "(", "'", "\\", "a", "1 + "])
def test_a_megabyte_is_masked_in_no_time(unit: str) -> None:
    started = time.process_time()
    masked = mask_sql("SELECT " + unit * (2**20 // len(unit)))
    assert time.process_time() - started < 5
    assert len(masked) <= STATEMENT_CHARS + len(CUT) + 1


@pytest.mark.parametrize(
    ("bound", "masked"),
    [
        ("739000", "739000"),
        ("MAXVALUE", "MAXVALUE"),
        ("'2026-01-01'", "'2026-01-01'"),
        ("'2026-01-01 00:00:00','gold'", "'2026-01-01 00:00:00',?"),
        ("'20260101','202601','2026-01'", "'20260101','202601','2026-01'"),
        ("'20260101000000','20260101123456'", "'20260101000000',?"),
        ("'2026/01/31','2026013123','20260131230000'", "'2026/01/31','2026013123','20260131230000'"),
        ("'2026/01-31','2026013124','2026013123000'", "?,?,?"),
        ("'20261301','30260101','2026010','1764547200'", "?,?,?,?"),
        ("'gold','it''s'", "?,?"),
        ('"gold"', "?"),
        ("'cut of", MASKED),
        ("to_days(`made`)", "to_days(`made`)"),
    ],
)
def test_bounds_of_partitions_keep_numbers_and_days(bound: str, masked: str) -> None:
    assert mask_bound(bound) == masked


@pytest.mark.parametrize(
    ("row", "fields", "data_class", "masked"),
    [
        ("CachedPlan", {"statement": "SELECT 'x'"}, MASKED_CLASS, {"statement": "SELECT ?"}),
        ("CachedPlan", {"statement": "SELECT 'x'"}, FULL, {"statement": "SELECT 'x'"}),
        ("PartitionedTable", {"first_bound": "'gold'", "expression": "a = 'x'"}, SETTINGS,
         {"first_bound": "?", "expression": "a = ?"}),
        ("Variable", {"name": "init_connect", "value": "SET @a = 'x'"}, SETTINGS,
         {"name": "init_connect", "value": "SET @a = ?"}),
        ("Variable", {"name": "version_comment", "value": "it's"}, SETTINGS,
         {"name": "version_comment", "value": "it's"}),
        ("Variable", {"name": "init_connect", "value": ""}, SETTINGS, {"name": "init_connect", "value": ""}),
        ("TheirPlans", {"query_sql": "SELECT 'x'", "plan": "f(a = 'x')", "sql_id": "A", "n": 7}, MASKED_CLASS,
         {"query_sql": "SELECT ?", "plan": "f(a = ?)", "sql_id": "A", "n": 7}),
    ],
)  # fmt: skip
def test_every_field_that_holds_sql_is_masked(
    row: str, fields: dict[str, object], data_class: DataClass, masked: dict[str, object]
) -> None:
    assert mask_fields(row, fields, data_class) == masked


# Statements from a grammar, with the canary in every place that may hold a literal.
quoted = st.sampled_from(
    [
        f"'{CANARY}'", f'"{CANARY}"', f"'{CANARY}''{CANARY}'", f"'{CANARY}\\'{CANARY}'", f"N'{CANARY}'",
        f"_utf8mb4'{CANARY}'", f"_gbk '{CANARY}'", f"'{{\"{CANARY}\": \"{CANARY}\"}}'", f'"it\'s {CANARY}"',
        f"'/* {CANARY}'", f"'-- {CANARY}'", f"'`{CANARY}'", f"'{CANARY}\\\\'", f"DATE '{CANARY}'", f"'{CANARY}\x00'",
        f"TIMESTAMP'{CANARY}'", f"'😀{CANARY}'", f"'a\n{CANARY}'",
    ]
)  # fmt: skip
number = st.sampled_from(["7707", "-7707", "0x7707", "7.707e7707", "7707.7707", "x'7707'", ".7707", "20267707"])
literal = st.one_of(quoted, number)
gap = st.sampled_from(
    [" ", "\n", "  ", f" /* {CANARY} ' */ ", f" -- {CANARY} '\n", f' # {CANARY} "\n', f" /*! {CANARY} */ ", "/**/ "]
)
column = st.sampled_from(["a", "t1.b2", "`it's`", "c_3"])
listed = st.lists(literal, min_size=1, max_size=4).map(", ".join)
condition = st.one_of(
    st.tuples(column, st.sampled_from(["=", "<", "LIKE", "<=>", "!="]), literal).map(" ".join),
    st.tuples(column, listed).map(lambda parts: f"{parts[0]} IN ({parts[1]})"),
    st.tuples(column, literal, literal).map(lambda parts: f"{parts[0]} BETWEEN {parts[1]} AND {parts[2]}"),
    column.map(lambda name: f"{name} -> '$.{CANARY}[7707]' IS NULL"),
)


@st.composite
def statements(draw: st.DrawFn) -> str:
    where = " AND ".join(draw(st.lists(condition, min_size=1, max_size=3)))
    kind = draw(st.integers(0, 4))
    parts = [
        ["SELECT", "/*+ " + CANARY + " */", draw(listed), "FROM t1", "WHERE", where, "LIMIT 7707"],
        ["INSERT INTO t1", "(a, b2)", "VALUES", f"({draw(listed)}),", f"({draw(listed)})"],
        ["UPDATE t1", "SET", f"a = {draw(literal)}", "WHERE", where],
        ["DELETE FROM t1", "WHERE", where, "LIMIT 7707"],
        ["REPLACE INTO t1", "VALUES", f"({draw(listed)})"],
    ][kind]
    words = parts[0]
    for part in parts[1:]:
        words += draw(gap) + part
    return words + draw(st.sampled_from(["", ";", f" -- {CANARY}", f" # {CANARY}"]))


@settings(max_examples=80)
@given(statements(), st.data())
def test_no_canary_survives_whole_cut_or_damaged(sql: str, data: st.DataObject) -> None:
    masked = mask_sql(sql)
    assert masked != MASKED, "a statement of the grammar can be read"
    at = data.draw(st.integers(0, len(sql) - 1))
    padding = "SELECT " + "a, " * ((STATEMENT_CHARS - 7 - at) // 3)  # so that the server's cut falls at this place
    # Without its mark or space, what stood in a text, a comment or apart is a name; so is 0x7707 without its 0.
    named = sql[at] in "'\"`\\-#/* \n" or sql.startswith("0x", at)
    damaged = sql if named else sql[:at] + sql[at + 1 :]
    for found in (masked, mask_sql(sql[:at]), mask_sql(padding + sql), mask_sql(damaged)):
        assert CANARY not in found and "7707" not in found and "zq" not in found
        assert mask_sql(found) == found


@given(st.text())
def test_any_text_is_masked_once_and_for_all(sql: str) -> None:
    assert mask_sql(mask_sql(sql)) == mask_sql(sql)


@given(st.text(alphabet="'\"`\\/*#-!+ 7ax\n?@.(),;=", max_size=40))
def test_no_mixture_of_marks_lets_a_digit_through(sql: str) -> None:
    bare = "".join(part for part in mask_sql(sql).split("`")[::2])
    assert "7" not in re.sub("[ax][ax7]*", "", bare)  # a name may hold digits


@pytest.mark.parametrize("data_class", [DataClass.STATISTICS, FULL])
def test_a_field_with_a_class_of_its_own_is_masked_whatever_is_granted(data_class: DataClass) -> None:
    row = {"sql_id": "A", "statement": f"SELECT a FROM t WHERE b = '{CANARY}' AND c = 7"}
    kept = mask_fields("RepositoryText", row, data_class, ("statement",))
    assert kept == {"sql_id": "A", "statement": "SELECT a FROM t WHERE b = ? AND c = ?"}
    row = {"statement": f"ALTER USER u IDENTIFIED BY '{CANARY}'"}
    assert mask_fields("RepositoryText", row, data_class, ("statement",)) == {"statement": MASKED}


@pytest.mark.parametrize("data_class", [MASKED_CLASS, FULL])
def test_hints_of_a_plan_are_stripped_whatever_is_granted(data_class: DataClass) -> None:
    hints = f'/*+ BEGIN_OUTLINE_DATA FULL(@"SEL$1" "t"@"SEL$1") TRACING(\'{CANARY}\') END_OUTLINE_DATA */'
    kept = mask_fields("CachedPlan", {"outline": hints}, data_class)["outline"]
    assert kept == '/*+ BEGIN_OUTLINE_DATA FULL(@"SEL$1" "t"@"SEL$1") END_OUTLINE_DATA */'
