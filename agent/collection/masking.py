"""Masks the literals in SQL text. A text that cannot be read is masked whole.

Applies to every source but those of the class ``sql_text_full``, which is read only where it is granted.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import expressions as exp
from sqlglot.tokenizer_core import Token, TokenType

from agent.facts.sql import CUT, STATEMENT_CHARS
from agent.facts.texts import SQL_SETTINGS, TextContent, classify_text
from agent.model.terms import DataClass

MASKED = "(masked)"
_LITERALS = frozenset(
    {
        TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING, TokenType.BIT_STRING, TokenType.BYTE_STRING,
        TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING,
    }
)  # fmt: skip
# What closes a string, an identifier or a comment in which a text was cut; after a backslash that takes two characters.
_CLOSING = ("", "'", '"', "`", "*/", "\\'", '\\"')
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"")
# '2026-01-31 00:00:00', and what people write into columns of text: '2026/01/31', '2026013123', '20260131', '2026-01'.
_DAY = re.compile(
    r"'(?:\d{4}([-/])\d\d\1\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?"
    r"|(?:19|20)\d\d-?(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])(?:0{4})?)?)?)'"
)
_REPLACE = re.compile(r"\A\s*REPLACE\b(?=\s)", re.IGNORECASE)
# sqlglot logs statements that it does not know; we mask them.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def mask_sql(sql: str) -> str:
    """Return the statement on one line, every literal replaced by ``?``, without comments and hints.

    A text of ``STATEMENT_CHARS`` or more counts as cut there and ends with ``CUT``. The result is ``MASKED`` if a whole
    text cannot be parsed as a query or a change of data or tables, if it holds characters that cannot be printed, or
    if masking the result again would change it.
    """
    masked = _mask_once(sql)
    return masked if _mask_once(masked) == masked else MASKED


def mask_fields(row: str, fields: Mapping[str, Any], data_class: DataClass) -> dict[str, Any]:
    """Return the fields of a row with its SQL masked. In a source of SQL text, undeclared texts are masked, too."""
    return {name: _mask_field(row, name, fields, data_class) for name in fields}


def _mask_field(row: str, name: str, fields: Mapping[str, Any], data_class: DataClass) -> Any:
    value = fields[name]
    if not isinstance(value, str) or not value.strip() or data_class is DataClass.SQL_TEXT_FULL:
        return value
    held = classify_text(row, name)
    if held is TextContent.SETTING:
        return mask_sql(value) if fields.get("name") in SQL_SETTINGS else value
    if data_class is DataClass.SQL_TEXT_MASKED and held in (TextContent.SQL, TextContent.TEXT):
        return mask_sql(value)
    return mask_bound(value) if held in (TextContent.SQL, TextContent.BOUND) else value


def mask_bound(bound: str) -> str:
    """Return a partition's bound or expression. Checks read its numbers and days; other literals become ``?``."""
    masked = _QUOTED.sub(lambda found: found[0] if _DAY.fullmatch(found[0]) else "?", bound)
    return MASKED if {"'", '"'} & set(_DAY.sub("", masked)) else masked


@dataclass(frozen=True, slots=True)
class LexedSql:
    """The tokens of a statement. ``cut``: its end is missing; ``replaces``: its INSERT stands for REPLACE."""

    text: str
    tokens: list[Token]
    cut: bool
    replaces: bool

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
        found = "".join(pieces).strip()
        return "REPLACE" + found[6:] if self.replaces else found


def lex_sql(sql: str) -> LexedSql | None:
    """Split a statement into tokens. None if a quote or a comment has no end, or a number makes no sense."""
    cut = len(sql) >= STATEMENT_CHARS or sql.endswith(CUT)
    # The tokenizer takes REPLACE for a command that it does not know.
    text, replaces = _REPLACE.subn("INSERT", sql.removesuffix(CUT)[:STATEMENT_CHARS])
    for closing in _CLOSING if cut else ("",):
        try:
            return LexedSql(text + closing, sqlglot.tokenize(text + closing, read="mysql"), cut, bool(replaces))
        except sqlglot.errors.SqlglotError:
            continue
    return None


def _mask_once(sql: str) -> str:
    found = lex_sql(sql)
    masked = found.joined(lambda number: _spell_token(found, number, "?")) if found else ""
    if not found or not masked or not masked.isprintable():
        return MASKED
    if found.cut:
        return masked + CUT
    return masked if _parses(found.joined(lambda number: _spell_token(found, number, "'?'"))) else MASKED


def _spell_token(found: LexedSql, number: int, literal: str) -> str:
    piece = found.piece(number)
    if found.tokens[number].token_type not in _LITERALS and piece != "?" and not piece[0].isdigit():
        return piece
    # ".5" is two tokens, and a text after the point could not be parsed.
    behind_point = number > 0 and found.tokens[number - 1].token_type is TokenType.DOT
    return "0" if literal != "?" and behind_point else literal


def _parses(sql: str) -> bool:
    try:
        trees = sqlglot.parse(_REPLACE.sub("INSERT", sql), read="mysql")
    except (sqlglot.errors.SqlglotError, RecursionError):
        return False
    return not any(isinstance(tree, exp.Command) for tree in trees)
