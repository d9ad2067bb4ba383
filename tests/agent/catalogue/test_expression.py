"""Only what is listed can be said, what is unknown stays unknown, and every mistake is told before a row is seen."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.catalogue.expression import MAX_LENGTH, Expression, Kind, compile_expression, infer_kinds
from agent.facts.schema import IndexColumn, Table
from agent.model.terms import Text
from agent.support.i18n import render_text
from agent.support.yaml_fields import Invalid

KINDS = {
    "rows": Kind.NUMBER, "size": Kind.NUMBER, "gone": Kind.NUMBER, "name": Kind.TEXT, "blank": Kind.TEXT,
    "on": Kind.TRUTH,
    "maybe": Kind.TRUTH, "made": Kind.MOMENT, "huge": Kind.NUMBER,
}  # fmt: skip
VALUES: dict[str, Any] = {
    "rows": 10, "size": 2.5, "gone": None, "name": "Orders", "blank": "", "on": True, "maybe": None,
    "made": datetime(2026, 1, 1, tzinfo=UTC), "huge": 1e308,
}  # fmt: skip


def run(text: str) -> Any:
    return compile_expression(text, KINDS).run(VALUES)


def refusal(text: str) -> str:
    with pytest.raises(Invalid) as error:
        compile_expression(text, KINDS)
    return render_text(Text(error.value.msgid, {"place": "here", **error.value.args_by_name}), "en")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rows", 10), ("-rows + 2 * size", -5.0), ("rows / 4", 2.5), ("rows - 1", 9), ("(rows + 2) * 2", 24),
        ("rows > 9", True), ("0 < rows <= 10", True), ("0 < rows < 10", False), ("rows == 10 and not on", False),
        ("rows != 10 or on", True), ("name == 'Orders'", True), ("lower(name) == 'orders'", True), ("len(name)", 6),
        ("name in ('a', 'Orders')", True), ("name not in ['a']", True), ("rows in (1, 2)", False),
        ("min(rows, size, 3)", 2.5), ("max(rows, 11)", 11), ("made >= made", True), ("on == True", True),
        ("blank == ''", True), ("len(blank)", 0), ("rows >\n  9", True), ("rows  # many\n + 1", 11),
    ],
)  # fmt: skip
def test_what_can_be_said(text: str, value: Any) -> None:
    found = run(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("gone + 1", None), ("-gone", None), ("gone > 1", None), ("gone != 1", None), ("not maybe", None),
        ("rows / 0", None), ("rows / (rows - 10)", None), ("huge * huge", None), ("huge * 10 > 1", None),
        ("gone in (1, 2)", None),
        ("gone not in (1, 2)", None), ("min(rows, gone)", None), ("1 < gone < 0", None), ("2 < 1 < gone", False),
        ("maybe and on", None), ("maybe and rows > 99", False), ("rows > 99 and maybe", False), ("maybe or on", True),
        ("on or maybe", True), ("maybe or rows > 99", None), ("gone is None", True), ("rows is None", False),
        ("gone is not None", False), ("rows / 0 is None", True), ("gone is None or gone > 3", True),
    ],
)  # fmt: skip
def test_what_is_unknown_stays_unknown(text: str, value: bool | None) -> None:
    assert run(text) is value


@pytest.mark.parametrize(
    "text",
    [
        "name.upper()", "name.__class__", "().__class__.__bases__", "__import__('os').system('id')",
        "open('/etc/passwd')",
        "eval('1')", "getattr(name, 'x')", "exec('x')", "rows ** 9", "9 ** 9 ** 9 ** 9", "rows // 2", "rows % 2",
        "1 << 60",
        "rows | 1", "~rows", "+rows", "'a' * 9999999", "'a' + 'b'", "name * 2", "[x for x in name]", "lambda: 1",
        "rows if on else 1",
        "name[0]", "name[0:1]", "f'{name}'", "b'x'", "1j", "...", "None", "gone == None", "rows is 10", "1e999",
        "{1: 2}",
        "(1, 2)", "rows in (rows, 2)", "rows in {1, 2}", "rows in 'x'", "rows in (1, 'a')", "(rows := 1)",
        "min(rows)", "min()",
        "min(*name)", "max(name, 'a')", "len()", "len(name, name)", "len(rows)", "lower(rows)", "len(name=1)",
        "min(rows, 2, key=len)",
        "min.x(1, 2)", "unknown", "len", "__builtins__", "import os", "rows; rows", "rows = 1", "", "   ", "(", "rows)",
        "a\x00b", "rows == 'a'", "rows > name", "on > False", "on + 1", "not rows", "rows and on", "made > 1",
        "yield rows", "await rows",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    assert refusal(text).startswith("here: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nam", "no field or param nam; known are blank, gone"), ("rows > name", "name is a text; here a number"),
        ("not rows", "rows is a number; here a truth"), ("name.upper()", "name.upper() cannot stand"),
        ("rows >", "not an expression"), ("rows + " * 80 + "rows", "too long"), ("1" + "+1" * 60, "too many parts"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(text: str, says: str) -> None:
    assert says in refusal(text)


@pytest.mark.parametrize(
    "text", ["(" * 249 + "1" + ")" * 249, "-" * 490 + "1", "not " * 120 + "on", "[" * 490, "a." * 240 + "b"]
)
def test_deep_nesting_is_refused_and_costs_nothing(text: str) -> None:
    assert len(text) <= MAX_LENGTH
    assert refusal(text)


LETTERS = st.text(alphabet=string.ascii_lowercase + string.digits + "()[]{}'\"._+-*/<>=!, \n#:@", max_size=60)
WORDS = st.lists(
    st.sampled_from([*KINDS, "1", "2.5", "'a'", "None", "+", "-", "*", "/", "<", "==", "in", "and", "or", "not", "(",
                     ")", ",", "lower(", "if", "else"]),
    max_size=9,
).map(" ".join)  # fmt: skip
PARTS = st.sampled_from([*KINDS, "1", "0", "'a'"])
EXPRESSIONS = st.tuples(PARTS, st.sampled_from(["+", "-", "*", "/", "<", ">=", "==", "!=", "and", "or"]), PARTS).map(
    " ".join
)


@settings(max_examples=300)
@given(LETTERS | WORDS | EXPRESSIONS)
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        made = compile_expression(text, KINDS)
    except Invalid:
        return
    value = made.run(VALUES)
    types: dict[Kind, Any] = {Kind.NUMBER: (int, float), Kind.TEXT: str, Kind.TRUTH: bool, Kind.MOMENT: datetime}
    assert value is None or isinstance(value, types[made.kind])
    assert value is None or isinstance(value, bool) == (made.kind is Kind.TRUTH)


@given(st.dictionaries(st.sampled_from(sorted(KINDS)), st.none()))
def test_unknown_values_never_raise(missing: dict[str, None]) -> None:
    made: Expression = compile_expression(
        "rows / size > 2 and (lower(name) in ('a', 'b') or not on) and made == made", KINDS
    )
    assert made.run({**VALUES, **missing}) in (True, False, None)


def test_fields_of_a_row_type() -> None:
    assert infer_kinds(Table)["table_rows"] is Kind.NUMBER
    assert infer_kinds(Table)["create_time"] is Kind.MOMENT
    assert infer_kinds(IndexColumn)["non_unique"] is Kind.TRUTH
