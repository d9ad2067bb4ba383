"""Puts values and hints into a statement's masked text, token by token: the text is never written anew. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from agent.facts.dialect import tokenize_sql
from agent.facts.outline_hints import OF_DIAGNOSIS, OF_RUN, drop_hints

_VERBS = frozenset({TokenType.UPDATE, TokenType.DELETE, TokenType.INSERT, TokenType.REPLACE})
ROW_GOAL_OFF = "OPT_PARAM('enable_optimizer_rowgoal', 'off')"
_BEGIN = "BEGIN_OUTLINE_DATA"
_VERSION = re.compile(r"OPTIMIZER_FEATURES_ENABLE\('[^']*'\) ?")


def split_text(text: str) -> list[Token] | None:
    """Return the tokens of a text; None if a quote or a comment has no end."""
    try:
        return tokenize_sql(text)
    except SqlglotError:
        return None


def is_single(text: str) -> bool:
    """Whether a text is one statement. The server runs each of several, whether or not the client asked for that."""
    tokens = split_text(text.rstrip().removesuffix(";"))
    return tokens is not None and all(token.token_type is not TokenType.SEMICOLON for token in tokens)


def count_places(text: str) -> int | None:
    """Return how many values were masked; None if the text cannot be split."""
    tokens = split_text(text)
    return None if tokens is None else sum(token.token_type is TokenType.PLACEHOLDER for token in tokens)


def fill_places(text: str, literals: Sequence[str]) -> str:
    """Put the k-th literal in place of the k-th ``?``."""
    places = [token for token in tokenize_sql(text) if token.token_type is TokenType.PLACEHOLDER]
    pieces: list[str] = []
    end = 0
    for token, literal in zip(places, literals, strict=True):
        pieces += (text[end : token.start], literal)
        end = token.end + 1
    return "".join((*pieces, text[end:]))


def hide_indexes(text: str, hidden: Iterable[tuple[str, str]]) -> str:
    """Forbid indexes, each given with the alias of its table, in every query block; other blocks ignore the hint.

    One hint names one index: a list in one hint is silently ignored (seen on 4.3.5).
    """
    hint = " ".join(f"NO_INDEX({quote(alias)} {quote(index)})" for alias, index in sorted(set(hidden)))
    return add_hint(text, hint, everywhere=True) if hint else text


def prefer_index(text: str, alias: str, index: str) -> str:
    """Let a table be read by an index, in whatever block it stands; the hints that hide others stay."""
    return add_hint(text, f"INDEX({quote(alias)} {quote(index)})", everywhere=True)


def force_plan(text: str, outline: str, more: str = "") -> str:
    """Put an outline (``/*+ BEGIN_OUTLINE_DATA ... */``) behind the first verb, and another hint into it.

    Of its hints only those of the plan: a statement's own timeout is not meant for what explains it.
    """
    body = drop_hints(outline.strip(), OF_RUN | OF_DIAGNOSIS).removeprefix("/*+").removesuffix("*/").strip()
    if more and _BEGIN in body:
        body = body.replace(_BEGIN, f"{_BEGIN} {more}", 1)
    return add_hint(text, body, everywhere=False)


def drop_version(outline: str) -> str:
    """Return an outline that the twin wrote without the version of its optimizer, which the tenant does not have."""
    return _VERSION.sub("", outline)


def add_hint(text: str, hint: str, *, everywhere: bool) -> str:
    """Put a hint behind the first verb, or behind every one; where a hint stands already, in front of what it says."""
    tokens = tokenize_sql(text)
    pieces: list[str] = []
    end = 0
    for number, token in enumerate(tokens):
        if not _is_verb(token, number):
            continue
        follows = tokens[number + 1] if number + 1 < len(tokens) else None
        if follows is not None and follows.token_type is TokenType.HINT:
            place = text.index("/*+", token.end) + 3
            pieces += (text[end:place], f" {hint} ")
        else:
            place = token.end + 1
            pieces += (text[end:place], f" /*+ {hint} */")
        end = place
        if not everywhere:
            break
    return "".join((*pieces, text[end:]))


def _is_verb(token: Token, number: int) -> bool:
    return token.token_type is TokenType.SELECT or (number == 0 and token.token_type in _VERBS)


def quote(name: str) -> str:
    """Return a name in quotes for SQL."""
    return "`" + name.replace("`", "``") + "`"
