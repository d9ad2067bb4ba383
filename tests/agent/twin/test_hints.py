"""Values and hints are put into a text token by token; nothing else of it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.twin.hints import ROW_GOAL_OFF, count_places, drop_version, fill_places, force_plan, hide_indexes, is_single

OUTLINE = '/*+ BEGIN_OUTLINE_DATA INDEX(@"SEL$1" "o"@"SEL$1" "a") END_OUTLINE_DATA */'


def test_values_go_where_they_were_masked() -> None:
    text = "SELECT '?', `?` /* ? */ FROM t WHERE a = ? AND b IN (?,?) LIMIT ?, ?"
    assert count_places(text) == 5
    filled = fill_places(text, ["1", "'x'", "3", "4", "5"])
    assert filled == "SELECT '?', `?` /* ? */ FROM t WHERE a = 1 AND b IN ('x',3) LIMIT 4, 5"


def test_a_text_without_an_end_has_no_places() -> None:
    assert count_places("SELECT 'a") is None


def test_an_index_is_hidden_in_every_block_by_a_hint_of_its_own() -> None:
    text = "SELECT a FROM t WHERE x IN (SELECT /*+ FULL(b) */ 1 FROM b) FOR UPDATE"
    hidden = hide_indexes(text, [("t", "i"), ("b", "j")])
    hints = "NO_INDEX(`b` `j`) NO_INDEX(`t` `i`)"
    assert hidden == (f"SELECT /*+ {hints} */ a FROM t WHERE x IN (SELECT /*+ {hints}  FULL(b) */ 1 FROM b) FOR UPDATE")
    assert hide_indexes(text, []) == text


def test_a_verb_that_is_none_gets_no_hint() -> None:
    text = "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2"
    assert hide_indexes(text, [("t", "i")]) == (
        "INSERT /*+ NO_INDEX(`t` `i`) */ INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2"
    )


def test_an_outline_stands_behind_the_first_verb_alone() -> None:
    forced = force_plan("SELECT 1 FROM o WHERE id IN (SELECT 2)", OUTLINE, ROW_GOAL_OFF)
    assert forced.startswith(f"SELECT /*+ BEGIN_OUTLINE_DATA {ROW_GOAL_OFF} INDEX(")
    assert forced.endswith("END_OUTLINE_DATA */ 1 FROM o WHERE id IN (SELECT 2)") and forced.count("/*+") == 1


@given(st.text(min_size=1, max_size=20))
def test_a_name_cannot_leave_its_quotes(name: str) -> None:
    hidden = hide_indexes("SELECT 1 FROM t", [("t", name)])
    assert hidden.count("`") % 2 == 0
    assert hidden.endswith("1 FROM t")


@pytest.mark.parametrize("text", ["UPDATE t SET a = ? WHERE b = ?", "DELETE FROM t WHERE b = ? AND c = ?"])
def test_writes_take_values_and_hints(text: str) -> None:
    verb, _, rest = fill_places(text, ["1", "2"]).partition(" ")
    assert hide_indexes(fill_places(text, ["1", "2"]), [("t", "i")]) == f"{verb} /*+ NO_INDEX(`t` `i`) */ {rest}"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("SELECT 1", True),
        ("SELECT 1;", True),
        ("SELECT ';'", True),
        ("SELECT `a;b` FROM t", True),
        ("SELECT 1; DROP DATABASE shop", False),
        (force_plan("SELECT 1", "/*+ BEGIN_OUTLINE_DATA */ 1; DROP DATABASE shop; /* END_OUTLINE_DATA */"), False),
        ("SELECT 'open", False),
    ],
)
def test_several_statements_are_not_taken_for_one(text: str, is_one: bool) -> None:
    assert is_single(text) is is_one


def test_the_version_of_the_twin_is_no_part_of_a_pin() -> None:
    written = "/*+ BEGIN_OUTLINE_DATA FULL(t) OPTIMIZER_FEATURES_ENABLE('1.0.0.0') END_OUTLINE_DATA */"
    assert drop_version(written) == "/*+ BEGIN_OUTLINE_DATA FULL(t) END_OUTLINE_DATA */"
