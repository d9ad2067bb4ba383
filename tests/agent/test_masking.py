"""Literals never get through; what cannot be read is masked whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.masking import MASKED, mask


@pytest.mark.parametrize(
    ("sql", "masked"),
    [
        ("SELECT * FROM t WHERE a = 1", "SELECT * FROM t WHERE a = ?"),
        ("SELECT * FROM t WHERE name = 'Li Wei'", "SELECT * FROM t WHERE name = ?"),
        ('SELECT * FROM t WHERE name = "Li Wei"', "SELECT * FROM t WHERE name = ?"),
        ("SELECT 'it''s' , 'a\\'b' FROM t", "SELECT ? , ? FROM t"),
        ("INSERT INTO t VALUES (1, -2.5, 1e3, 'x')", "INSERT INTO t VALUES (?, -?, ?, ?)"),
        ("SELECT x'4142', 0x4142, b'01' FROM t", "SELECT ?, ?, ? FROM t"),
        ("SELECT N'secret'", "SELECT ?"),
        ("SELECT a /* card 4111 */ FROM t -- card 4111", "SELECT a FROM t"),
        ("SELECT `4111` FROM `it's`", "SELECT `4111` FROM `it's`"),
        ("SELECT ? FROM t WHERE a = ?", "SELECT ? FROM t WHERE a = ?"),
        ("SELECT 'never closed", MASKED),
        ("", MASKED),
        ("   ", MASKED),
    ],
)
def test_masks(sql: str, masked: str) -> None:
    assert mask(sql) == masked


@given(st.from_regex(r"[a-z ]{0,5}[0-9]{6}[a-z '\"\\]{0,5}", fullmatch=True))
def test_a_number_inside_a_literal_never_gets_through(secret: str) -> None:
    quoted = secret.replace("\\", "\\\\").replace("'", "''")
    masked = mask(f"SELECT a FROM t WHERE b = '{quoted}' AND c = {''.join(filter(str.isdigit, secret))}")
    assert not any(char.isdigit() for char in masked)


@given(st.text())
def test_any_text_is_masked_without_an_error(sql: str) -> None:
    assert mask(sql)
