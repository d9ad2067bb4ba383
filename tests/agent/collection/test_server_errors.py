"""Numbers of errors become kinds and advice; what a server says is shown in its beginning only."""

from __future__ import annotations

import pytest

from agent.collection.server_errors import (
    cut_message,
    cut_name,
    explain_cut,
    explain_failed_statement,
    explain_no_connection,
    explain_odd_answer,
    explain_odd_values,
    explain_shut,
    is_shut,
    read_error_number,
)
from agent.model.terms import Text, UnavailableKind
from agent.support.i18n import render_text

PRIVILEGE, NO_VIEW, TIMEOUT = UnavailableKind.PRIVILEGE, UnavailableKind.NO_VIEW, UnavailableKind.TIMEOUT
LOST, ERROR = UnavailableKind.LOST, UnavailableKind.ERROR


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (PRIVILEGE, (1044, 1142, 1143, 1227, 1370)),
        (NO_VIEW, (1049, 1146)),
        (UnavailableKind.NO_COLUMN, (1054,)),
        (TIMEOUT, (1317, 3024, 4012, 6212)),
        (LOST, (0, 2006, 2013, 2014, 2055, 5066)),
        (ERROR, (1, 1064, 1205, 2007, 4013, 5065)),
    ],
)
def test_what_a_failed_statement_means(kind: UnavailableKind, numbers: tuple[int, ...]) -> None:
    for number in numbers:
        error = explain_failed_statement((number, "its words"), "Memstore")
        assert (error.kind, error.errno) == (kind, number)
        assert render_text(error.text, "en") == f"Memstore: the server answered error {number}: its words"


@pytest.mark.parametrize(("said", "number"), [((), 0), (("words",), 0), ((1142, "x"), 1142), ((7,), 7)])
def test_an_error_without_a_number_is_a_broken_connection(said: tuple[object, ...], number: int) -> None:
    assert read_error_number(said) == number
    assert render_text(explain_failed_statement((), "S").text, "en") == "S: the server answered error 0: "


def test_long_words_are_cut() -> None:
    assert cut_message("x" * 299 + "yz") == "x" * 299 + "y"
    assert cut_name("x" * 127 + "yz") == "x" * 127 + "y"
    error = explain_failed_statement((1064, "x" * 9000), "S")
    assert error.text.args["reason"] == "x" * 300


def test_a_statement_on_which_we_hung_up_is_known_again_also_inside_another_reason() -> None:
    shut = explain_shut("Memstore", 10.0)
    assert (shut.kind, shut.errno) == (TIMEOUT, 2013)
    assert shut.text.args == {"source": "Memstore", "limit_s": 10.0}
    assert is_shut(shut.text)
    assert is_shut(Text("{source} was read in part; then: {reason}", {"source": "M", "reason": shut.text}))
    for other in (None, Text("{reason}", {"reason": shut.text.msgid}), Text("no"), explain_cut("Memstore").text):
        assert not is_shut(other)


def test_odd_and_cut_answers_name_their_source() -> None:
    cut, odd = explain_cut("M"), explain_odd_answer("M", Text("it should have one row"))
    assert (cut.kind, cut.errno) == (UnavailableKind.BUDGET, 0) and "answer for M is" in render_text(cut.text, "en")
    said = "M: the server's answer is none to this statement: it should have one row."
    assert render_text(odd.text, "en") == said
    assert (odd.kind, odd.errno) == (LOST, 0)
    values = explain_odd_values("M", ValueError("a secret"))
    assert (values.kind, values.errno) == (ERROR, 0)
    assert values.text.args == {"source": "M", "reason": "ValueError"}, "the value is not repeated"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1045, "shop: db:2881 refused the account reader or its password"),
        (1227, "lets no client into the tenant that is not on its allowlist"),
        (4666, "is of another cluster than the user reader names"),
        (2003, "db:2881 cannot be reached (why)"),
        (2005, "db:2881 cannot be reached (why)"),
        (1040, "connecting to db:2881 failed with error 1040: why"),
        (1044, "failed with error 1044: why"),
        (2004, "failed with error 2004: why"),
    ],
)
def test_why_there_is_no_connection(number: int, words: str) -> None:
    args = {"target": "shop", "host": "db", "port": "2881", "user": "reader"}
    said = render_text(explain_no_connection((number, "why"), args).text, "en")
    assert said.startswith("shop: ") and words in said
    assert not words.endswith(": why") or said.endswith(": why")
