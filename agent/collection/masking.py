"""Masks the literals in SQL text. A text that cannot be read is masked whole.

Applies to every source but those of the class ``sql_text_full``, which is read only where it is granted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlglot.tokenizer_core import TokenType

from agent.facts.dialect import is_sql, parse_sql
from agent.facts.lexed_sql import MASKED, LexedSql, lex_sql
from agent.facts.outline_stripping import strip_outline
from agent.facts.sql import CUT
from agent.facts.texts import DAY, SQL_SETTINGS, TextContent, classify_text
from agent.model.terms import DataClass

_LITERALS = frozenset(
    {
        TokenType.STRING, TokenType.NUMBER, TokenType.HEX_STRING, TokenType.BIT_STRING, TokenType.BYTE_STRING,
        TokenType.NATIONAL_STRING, TokenType.RAW_STRING, TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING,
    }
)  # fmt: skip
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"")


def mask_sql(sql: str) -> str:
    """Return the statement on one line, every literal replaced by ``?``, without comments and hints.

    A text of ``STATEMENT_CHARS`` or more counts as cut there and ends with ``CUT``. The result is ``MASKED`` if a whole
    text cannot be parsed as a query or a change of data or tables, if it holds characters that cannot be printed, or
    if masking the result again would change it.
    """
    masked = _spell_masked(sql)
    if masked == MASKED or _spell_masked(masked) != masked:
        return MASKED
    if masked.endswith(CUT):
        return masked
    trees = parse_sql(masked)
    return masked if trees and all(map(is_sql, trees)) else MASKED


def mask_fields(
    row: str, fields: Mapping[str, Any], data_class: DataClass, always: Collection[str] = ()
) -> dict[str, Any]:
    """Return the fields of a row with its SQL masked. In a source of SQL text, undeclared texts are masked, too.

    ``always`` are the fields with a data class of their own: what is granted for them is reading, not keeping, so their
    SQL is masked even where the class is that of full text.
    """
    return {name: _mask_field(row, name, fields, data_class, always=name in always) for name in fields}


def _mask_field(row: str, name: str, fields: Mapping[str, Any], data_class: DataClass, *, always: bool) -> Any:
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        return value
    held = classify_text(row, name)
    if held is TextContent.HINTS:
        return strip_outline(value)
    if always:
        masked = mask_sql(value)
        # Without its end nobody can tell whether a backslash escaped a quote: that depends on the sender's sql_mode.
        return MASKED if masked.endswith(CUT) and "\\" in value else masked
    if data_class is DataClass.SQL_TEXT_FULL:
        return value
    if held is TextContent.SETTING:
        return mask_sql(value) if fields.get("name") in SQL_SETTINGS else value
    if data_class is DataClass.SQL_TEXT_MASKED and held in (TextContent.SQL, TextContent.TEXT):
        return mask_sql(value)
    return mask_bound(value) if held in (TextContent.SQL, TextContent.BOUND) else value


def mask_bound(bound: str) -> str:
    """Return a partition's bound or expression. Checks read its numbers and days; other literals become ``?``."""
    masked = _QUOTED.sub(lambda found: found[0] if DAY.fullmatch(found[0]) else "?", bound)
    return MASKED if {"'", '"'} & set(DAY.sub("", masked)) else masked


def _spell_masked(sql: str) -> str:
    found = lex_sql(sql)
    masked = found.joined(lambda number: _spell_token(found, number)) if found else ""
    return masked + CUT * found.cut if found and masked and masked.isprintable() else MASKED


def _spell_token(found: LexedSql, number: int) -> str:
    piece = found.piece(number)
    return "?" if found.tokens[number].token_type in _LITERALS or piece[0].isdigit() else piece
