"""Splits SQL text into tokens, also where its end is cut off."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from agent.facts.dialect import tokenize_sql
from agent.facts.sql import CUT, STATEMENT_CHARS

MASKED = "(masked)"  # stands for a text that cannot be read
# What closes a string, an identifier or a comment in which a text was cut; after a backslash that takes two characters.
_CLOSING = ("", "'", '"', "`", "*/", "\\'", '\\"')
# sqlglot logs statements that it does not know; we mask them.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class LexedSql:
    """The tokens of a statement. ``cut``: its end is missing."""

    text: str
    tokens: list[Token]
    cut: bool

    def piece(self, number: int) -> str:
        """Return a token as it is written."""
        return self.text[self.tokens[number].start : self.tokens[number].end + 1]

    def joined(self, spelled: Callable[[int], str]) -> str:
        """Return the statement on one line without comments and hints; ``spelled`` gives each token by its number."""
        pieces, end = [], 0
        for number, token in enumerate(self.tokens):
            if token.token_type is not TokenType.HINT:
                pieces.append(" " * (token.start > end) + spelled(number))
                end = token.end + 1
        return "".join(pieces).strip()


def lex_sql(sql: str) -> LexedSql | None:
    """Split a statement into tokens. None if a quote or a comment has no end, or a number makes no sense."""
    cut = len(sql) >= STATEMENT_CHARS or sql.endswith(CUT)
    text = sql.removesuffix(CUT)[:STATEMENT_CHARS]
    for closing in _CLOSING if cut else ("",):
        try:
            return LexedSql(text + closing, tokenize_sql(text + closing), cut)
        except SqlglotError:
            continue
    return None
