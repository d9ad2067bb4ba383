"""Literals out of SQL text: what cannot be read is masked whole."""

from __future__ import annotations

import sqlglot
from sqlglot.tokenizer_core import Token, TokenType

MASKED = "(masked)"
_LITERALS = frozenset(
    {
        TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING, TokenType.BIT_STRING, TokenType.BYTE_STRING,
        TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING,
    }
)  # fmt: skip


def mask(sql: str) -> str:
    """The statement with every literal replaced by ``?`` and without comments."""
    try:
        tokens = sqlglot.tokenize(sql, read="mysql")
    except sqlglot.errors.SqlglotError:
        return MASKED
    return "".join(_pieces(sql, tokens)).strip() or MASKED


def _pieces(sql: str, tokens: list[Token]) -> list[str]:
    pieces, end = [], 0
    for token in tokens:
        between = sql[end : token.start]
        pieces.append(between if not between.strip() else " ")
        pieces.append("?" if token.token_type in _LITERALS else sql[token.start : token.end + 1])
        end = token.end + 1
    return pieces
