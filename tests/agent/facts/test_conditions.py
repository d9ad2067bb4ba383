"""What a statement asks of each table: each condition by its column, each value by its place, nothing unsure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import expressions as exp

from agent.facts.conditions import Asks, Condition, Question, read_parameter_types, read_questions
from agent.facts.definition_text import read_definition
from agent.facts.dialect import parse_sql
from agent.facts.sql import CUT

SHAPES = {
    "orders": read_definition(
        "CREATE TABLE `orders` (`id` bigint(20), `user_id` int(11), `state` varchar(9), `made` date, `note` text)"
    ),
    "users": read_definition("CREATE TABLE `users` (`id` int(11), `name` varchar(9), `made` date)"),
}


def read(statement: str) -> tuple[Question, ...]:
    found = read_questions(statement, SHAPES)
    assert found is not None, statement
    return found


def spell(condition: Condition) -> str:
    """``o.state equal 1``, ``u.id joined orders.user_id``."""
    told = [f"{condition.alias}.{condition.column}", condition.asks.value, *map(str, condition.parameters)]
    return " ".join([*told, *([".".join(condition.other)] if condition.other else [])])


def told(statement: str, block: int = 0) -> list[str]:
    return sorted(spell(condition) for condition in read(statement)[block].conditions)


@pytest.mark.parametrize(
    ("where", "conditions"),
    [
        ("state = ?", ["orders.state equal 0"]),
        ("? = state", ["orders.state equal 0"]),
        ("orders.state = ? AND `orders`.`id` > ?", ["orders.id range 1", "orders.state equal 0"]),
        ("shop.orders.state = ?", ["orders.state equal 0"]),
        ("made BETWEEN ? AND ? AND state = ?", ["orders.made range 0 1", "orders.state equal 2"]),
        ("? < made AND made <= ?", ["orders.made range 0", "orders.made range 1"]),
        ("user_id <=> ?", ["orders.user_id equal 0"]),
        ("state IN (?, ?, ?) AND id = ?", ["orders.id equal 3", "orders.state among 0 1 2"]),
        ("(user_id, state) IN ((?, ?), (?, ?)) AND id = ?",
         ["orders.id equal 4", "orders.state among", "orders.user_id among"]),
        ("(user_id, state) = (?, ?)", ["orders.state equal", "orders.user_id equal"]),
        ("(user_id, state) > (?, ?)", ["orders.state other", "orders.user_id other"]),
        ("state LIKE ? AND note LIKE ? ESCAPE ?", ["orders.note like 1", "orders.state like 0"]),
        ("state = ? OR state = ? OR state IN (?, ?)", ["orders.state among 0 1 2 3"]),
        ("((state = ?) AND ((id > ?)))", ["orders.id range 1", "orders.state equal 0"]),
        ("DATE(made) = ?", ["orders.made wrapped"]),
        ("user_id + ? = ?", ["orders.user_id wrapped"]),
        ("SUBSTR(state, ?, ?) = ?", ["orders.state wrapped"]),
        ("user_id = -? AND id = ? * ? + ?", ["orders.id equal 1 2 3", "orders.user_id equal 0"]),
        # the value's type is not the function's
        ("id = CAST(? AS SIGNED) AND made > NOW() - INTERVAL ? DAY", ["orders.id equal", "orders.made range"]),
        ("made IS NULL", ["orders.made equal"]),
        # no index narrows by these
        ("note IS NOT NULL", ["orders.note other"]),
        ("NOT state = ?", ["orders.state other"]),
        ("state <> ?", ["orders.state other 0"]),
        ("state NOT IN (?, ?)", ["orders.state other"]),
        ("state NOT LIKE ?", ["orders.state other 0"]),
        ("made NOT BETWEEN ? AND ?", ["orders.made other"]),
        ("NOT (user_id = ? OR id = ?)", ["orders.id other", "orders.user_id other"]),
        ("state REGEXP ? AND note NOT REGEXP ?", ["orders.note other", "orders.state other 0"]),
        ("user_id = id", ["orders.id other orders.user_id", "orders.user_id other orders.id"]),
        # a condition on no column, or that only some rows must meet
        ("? = ?", []),
        ("state = ? XOR user_id = ?", []),
        ("state = ? OR user_id = ?", []),
        ("(state = ? OR (user_id = ? AND made > ?)) AND id > ?", ["orders.id range 3"]),
    ],
)  # fmt: skip
def test_conditions_of_one_table(where: str, conditions: list[str]) -> None:
    assert told(f"SELECT * FROM orders WHERE {where}") == conditions
    assert told(f"DELETE FROM orders WHERE {where}") == conditions
    assert told(f"INSERT INTO users SELECT id, state, made FROM orders WHERE {where}") == conditions


@pytest.mark.parametrize(
    ("statement", "tables", "conditions"),
    [
        ("SELECT * FROM orders o JOIN users AS u ON u.id = o.user_id AND u.name = ? WHERE o.state = ?",
         ["orders", "users"],
         ["o.state equal 1", "o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 0"]),
        ("SELECT * FROM orders a, orders b WHERE a.id = b.user_id AND a.state = ? AND b.state = ?", ["orders"],
         ["a.id joined orders.user_id", "a.state equal 0", "b.state equal 1", "b.user_id joined orders.id"]),
        ("SELECT * FROM orders JOIN users USING (id) WHERE name = ?", ["orders", "users"],
         ["users.id joined orders.id", "users.name equal 0"]),
        ("SELECT * FROM orders NATURAL JOIN users WHERE name = ?", ["orders", "users"],
         ["users.id joined orders.id", "users.made joined orders.made", "users.name equal 0"]),
        ("SELECT * FROM orders o JOIN (users u JOIN users v ON u.id = v.id) ON o.user_id = u.id WHERE v.name = ?",
         ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.id joined users.id", "v.id joined users.id",
          "v.name equal 0"]),
        ("SELECT * FROM (orders o, users u) WHERE o.user_id = u.id AND u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 0"]),
        # An outer join keeps each row of the other side, whatever its ON says of it.
        ("SELECT * FROM orders o LEFT JOIN users u ON u.id = o.user_id AND o.state = ? AND u.name = ? WHERE o.made = ?",
         ["orders", "users"], ["o.made equal 2", "u.id joined orders.user_id", "u.name equal 1"]),
        ("SELECT * FROM orders o RIGHT JOIN users u ON u.id = o.user_id AND o.state = ? AND u.name = ?",
         ["orders", "users"], ["o.state equal 0", "o.user_id joined users.id"]),
        ("UPDATE orders SET state = ?, note = ? WHERE user_id = ? AND state = ?", ["orders"],
         ["orders.state equal 3", "orders.user_id equal 2"]),
        ("UPDATE orders o JOIN users u ON o.user_id = u.id SET o.state = ? WHERE u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 1"]),
        ("UPDATE orders o, users u SET o.state = ? WHERE o.user_id = u.id AND u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 1"]),
        ("DELETE o FROM orders o JOIN users u ON o.user_id = u.id WHERE u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 0"]),
        ("DELETE o.*, u.* FROM orders o, users u WHERE o.user_id = u.id AND u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 0"]),
        ("DELETE FROM o USING orders o JOIN users u WHERE o.user_id = u.id AND u.name = ?", ["orders", "users"],
         ["o.user_id joined users.id", "u.id joined orders.user_id", "u.name equal 0"]),
        ("SELECT * FROM `Orders` PARTITION (p0) WHERE `State` = ? FOR UPDATE", ["Orders"], ["orders.State equal 0"]),
    ],
)  # fmt: skip
def test_conditions_of_several_tables(statement: str, tables: list[str], conditions: list[str]) -> None:
    assert told(statement) == conditions
    (question,) = read(statement)
    assert list(question.tables) == tables and question.unresolved == 0


def test_each_block_asks_its_own() -> None:
    statement = (
        "WITH t AS (SELECT id FROM users WHERE name = ?) "
        "SELECT ?, x.* FROM t JOIN (SELECT id, ? FROM orders WHERE state = ?) x ON x.id = t.id "
        "JOIN orders o ON o.user_id = t.id WHERE o.made > ? AND EXISTS (SELECT ? FROM users u WHERE u.id = o.user_id "
        "AND u.name = ?) UNION ALL SELECT ?, id FROM orders WHERE state = ? ORDER BY id LIMIT ?"
    )
    blocks = {tuple(question.tables): question for question in read(statement)}
    found = sorted(sorted(map(spell, question.conditions)) for question in read(statement))
    assert found == [
        ["o.made range 4", "o.user_id joined"],
        ["orders.state equal 3"],
        ["orders.state equal 8"],
        ["u.id joined", "u.name equal 6"],
        ["users.name equal 0"],
    ]
    assert len({condition.block for question in read(statement) for condition in question.conditions}) == 5
    assert all("t" not in tables for tables in blocks)


def test_a_name_that_with_defines_is_no_table_of_that_name() -> None:
    (outer, inner) = read("WITH users AS (SELECT id FROM orders WHERE state = ?) SELECT * FROM users WHERE id = ?")
    assert outer.tables == () and outer.conditions == () and inner.tables == ("orders",)
    (outer, _) = read("WITH users AS (SELECT id FROM orders) SELECT * FROM shop.users WHERE id = ?")
    assert outer.tables == ("users",)


@pytest.mark.parametrize(
    ("statement", "unresolved"),
    [
        ("SELECT 1 FROM orders WHERE nobody_knows = ?", 0),  # there is no other table
        ("SELECT 1 FROM orders, users WHERE state = ? AND name = ?", 0),
        ("SELECT 1 FROM orders, users WHERE made = ?", 1),  # both have it
        ("SELECT 1 FROM orders, users WHERE nobody_knows = ? AND other = ?", 2),
        ("SELECT 1 FROM orders, unread WHERE name = ?", 1),  # the other one may have it
        ("SELECT 1 FROM orders, (SELECT 1 AS x) d WHERE x = ?", 1),
        ("SELECT 1 FROM orders NATURAL JOIN unread", 1),
    ],
)
def test_columns_of_unknown_tables_are_counted(statement: str, unresolved: int) -> None:
    assert read(statement)[0].unresolved == unresolved


def test_a_column_that_two_tables_may_have_is_none_of_a_condition() -> None:
    assert told("SELECT 1 FROM orders, users WHERE made = ? AND state = ?") == ["orders.state equal 1"]


def test_alternatives() -> None:
    (question,) = read("SELECT * FROM orders WHERE (state = ? OR (user_id = ? AND made > ?)) AND id > ?")
    ((first, second),) = question.alternatives
    assert [spell(condition) for condition in (*first, *second)] == [
        "orders.state equal 0", "orders.user_id equal 1", "orders.made range 2",
    ]  # fmt: skip
    assert question.unread == {"state", "user_id", "made"}
    assert read("SELECT * FROM orders WHERE state = ? OR state = ?")[0].alternatives == ()
    left = "SELECT 1 FROM orders o LEFT JOIN users u ON u.id = o.user_id OR u.name = ?"
    assert read(left)[0].alternatives == () and read(left)[0].conditions == ()


@pytest.mark.parametrize(
    ("statement", "joins_everything"),
    [
        ("SELECT 1 FROM orders, users", True),
        ("SELECT 1 FROM orders o CROSS JOIN users u WHERE o.state = ?", True),
        ("SELECT 1 FROM orders a, orders b", True),
        ("SELECT 1 FROM orders o JOIN users u ON 1 = 1", True),
        ("DELETE o FROM orders o, users u WHERE u.name = ?", True),
        ("SELECT 1 FROM orders", False),
        ("SELECT 1 FROM orders NATURAL JOIN users", False),
        ("SELECT 1 FROM orders JOIN users USING (id)", False),
        ("SELECT 1 FROM orders o, users u WHERE o.user_id = u.id", False),
        ("SELECT 1 FROM orders o, users u WHERE o.made > u.made", False),
        ("SELECT 1 FROM orders o, users u WHERE ABS(o.user_id - u.id) < ?", False),
        ("SELECT 1 FROM orders, users WHERE nobody_knows = ?", False),
    ],
)
def test_tables_that_nothing_joins(statement: str, joins_everything: bool) -> None:
    assert read(statement)[0].joins_everything is joins_everything


@pytest.mark.parametrize(
    ("statement", "keys", "combined"),
    [
        ("SELECT COUNT(*) FROM orders o, users u", set(), []),
        ("SELECT u.name, COUNT(DISTINCT o.id) FROM orders o, users u GROUP BY u.name", {"users"}, []),
        ("SELECT o.state, u.name, COUNT(*) FROM orders o, users u GROUP BY o.state, u.name", {"orders", "users"}, []),
        ("SELECT DISTINCT o.id FROM orders o, users u", {"orders"}, []),
        ("SELECT MAX(o.id + u.id) FROM orders o, users u", set(), [{"orders", "users"}]),
        ("SELECT COUNT(*) FROM orders o, users u HAVING MAX(o.id) > MIN(u.id)", set(), [{"orders", "users"}]),
    ],
)
def test_what_rows_are_folded_by(statement: str, keys: set[str], combined: list[set[str]]) -> None:
    folded = read(statement)[0].folded
    assert folded and (set(folded.keys), list(map(set, folded.combined))) == (keys, combined)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT o.id FROM orders o, users u",
        "SELECT COUNT(nobody_knows) FROM orders o, users u",
        "SELECT COUNT(*), (SELECT MAX(id) FROM users) FROM orders o",
        "UPDATE orders SET state = ?",
    ],
)
def test_rows_that_are_not_folded_or_by_what_is_unknown(statement: str) -> None:
    assert read(statement)[0].folded is None


def test_groups() -> None:
    statement = "SELECT state, COUNT(*) FROM orders GROUP BY state, DATE(made) ORDER BY made DESC, user_id LIMIT ?, ?"
    (question,) = read(statement)
    assert question.grouped == (("orders", "state"),)


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM orders WHERE state = ?" + CUT, "SELECT FROM WHERE", "", "(masked)", "SELECT '", "x" * 40_001],
)
def test_what_cannot_be_parsed_is_not_read(statement: str) -> None:
    assert not read_questions(statement, SHAPES)


@pytest.mark.parametrize("word", ["AND", "OR"])
@pytest.mark.parametrize("part", ["state = ?", "(state = ? AND id = ?)", "NOT state = ?", "state IN (?)"])
def test_as_many_conditions_as_a_text_holds(word: str, part: str) -> None:
    """A tree of conditions is as deep as they are many: hundreds, in a list that a program wrote."""
    count = 4000 // (len(part) + len(word) + 2)
    (question,) = read("SELECT * FROM orders WHERE " + f" {word} ".join([part] * count))
    places = [place for condition in question.conditions for place in condition.parameters]
    assert places == sorted(places) and (not places or places[-1] == count * part.count("?") - 1)


COLUMNS = st.sampled_from(["id", "user_id", "state", "made", "note"])
ATOMS = st.one_of(
    COLUMNS.map(lambda name: (f"{name} = ?", [(name, Asks.EQUAL, 1)])),
    COLUMNS.map(lambda name: (f"? >= {name}", [(name, Asks.RANGE, 1)])),
    COLUMNS.map(lambda name: (f"{name} BETWEEN ? AND ?", [(name, Asks.RANGE, 2)])),
    st.tuples(COLUMNS, st.integers(1, 4)).map(
        lambda of: (f"{of[0]} IN ({', '.join('?' * of[1])})", [(of[0], Asks.AMONG, of[1])])
    ),
    COLUMNS.map(lambda name: (f"ABS({name} + ?) = ?", [(name, Asks.WRAPPED, 2)])),
    st.just(("(id = ? OR state = ?)", [(None, None, 2)])),
    st.just(("user_id IN (SELECT id FROM users WHERE name = ?)", [("user_id", Asks.JOINED, 0), (None, None, 1)])),
)


@given(st.lists(ATOMS, min_size=1, max_size=8), st.integers(0, 3))
def test_places_count_all_values_of_the_text(atoms: list[tuple[str, list[tuple[str, Asks, int]]]], before: int) -> None:
    """The k-th ``?`` keeps its place, whatever is nested where."""
    selected = "".join("?, " for _ in range(before))
    (question, *_) = read(f"SELECT {selected}id FROM orders WHERE " + " AND ".join(text for text, _ in atoms))
    expected, place = [], before
    for _, parts in atoms:
        for name, asks, count in parts:
            places = tuple(range(place, place + count)) if asks not in (Asks.WRAPPED, Asks.JOINED) else ()
            place += count
            if name:
                expected.append((name, asks, places))
    assert [(c.column, c.asks, c.parameters) for c in question.conditions] == expected


@given(st.text(st.sampled_from("?(),='\" abSELECTFROMWHERE.-/*"), max_size=60))
def test_any_text_is_read_or_not(text: str) -> None:
    read_questions(text, SHAPES)


def test_types_of_values() -> None:
    assert read_parameter_types("{0,0,0,0,5},{0,1,0,-1,22},{1,0,0,0,0}") == (5, 22, 0)
    assert read_parameter_types("") == () and read_parameter_types("{") == () and read_parameter_types("{x}") == ()


# The numbered placeholders of the parser


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ? FROM t WHERE a = ? AND b LIKE ? LIMIT ?, ?",
        "INSERT INTO t VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE a = ?",
        "UPDATE t SET a = ?, b = ? WHERE c IN (?, ?)",
        "SELECT DATE_ADD(a, INTERVAL ? DAY), CAST(? AS CHAR(?)) FROM t WHERE a -> ? = ?",
    ],
)
def test_placeholders_are_numbered_in_the_order_of_the_text(sql: str) -> None:
    trees = parse_sql(sql, numbered=True)
    assert trees is not None
    names = [name for tree in trees for name in _names(tree)]
    assert sorted(map(int, names)) == list(range(sql.count("?")))
    plain = parse_sql(sql)
    assert plain is not None and [name for tree in plain for name in _names(tree)] == ["?"] * sql.count("?")


def _names(tree: object) -> list[str]:
    assert isinstance(tree, exp.Expr)
    return [found.name for found in tree.find_all(exp.Placeholder)]


def test_a_question_mark_in_a_name_is_no_placeholder() -> None:
    trees = parse_sql("SELECT `?` FROM t WHERE a = ? AND b = '0\N{NUMERO SIGN}'", numbered=True)
    assert trees is not None and _names(trees[0]) == ["0"]
