"""Strips the hints that force a cached plan again (OUTLINE_DATA), before anything keeps them. Pure.

The server writes them itself: one hint a line, objects and query blocks in double quotes. A hint may still hold what a
person wrote: the name of a query block, or a text in single quotes. Nothing of that kind is kept.
"""

from __future__ import annotations

import re

_BEGIN, _END = "BEGIN_OUTLINE_DATA", "END_OUTLINE_DATA"
_WHOLE = re.compile(rf"\s*/\*\+\s*{_BEGIN}\b(.*)\b{_END}\s*\*/\s*", re.DOTALL)
_WORD = r"[A-Z][A-Z0-9_]{0,63}"
# Names that the server gives to query blocks: SEL$1, UPD$2, SEL$6A1B2C3D.
_BLOCK = r"[A-Z]{3,8}\$[0-9A-Z_]{1,32}"
_NAME = r'"[^"\'`\\/*\x00-\x1f\x7f]{1,128}"'
# The only bare words behind the name of a hint: how rows are sent to parallel workers, which replica is read, and how
# the plan cache is used.
_METHOD = (
    "(?:LOCAL|NONE|BROADCAST|BC2HOST|HASH|HASH_LOCAL|RANDOM|RANDOM_LOCAL|PARTITION|PARTITION_RANDOM|PARTITION_HASH|PKEY"
    "|PKEY_HASH|ALL|RANGE|LIST|BASIC|PUSHDOWN|FORCE|AUTO|MANUAL|HYBRID|WEAK|STRONG|FROZEN|DEFAULT)"
)
_TOKEN = re.compile(rf"\s+|[(),.<>]|@\"{_BLOCK}\"|{_NAME}|\d{{1,9}}(?![\w$])|{_METHOD}(?![\w$])")
_HINT = re.compile(rf"\s*({_WORD})(?![\w$])\s*")
# The only texts in single quotes that are kept: versions, and parameters with a number or a switch.
_QUOTED = re.compile(
    r"OPTIMIZER_FEATURES_ENABLE\(\s*'[\d.]{1,20}'\s*\)"
    r"|OPT_PARAM\(\s*'_?[a-z][a-z0-9_]{2,63}'\s*,?\s*(?:\d{1,9}|'(?:\d{1,9}|true|false|on|off)')\s*\)"
)
_TEXT = re.compile(r"'[^']*'")
_BLOCK_NAME = re.compile(f'"{_BLOCK}"')
QUOTED_NAME = re.compile(r'"[^"]*"')


def strip_outline(text: str) -> str:
    """Return the hints on one line, without those that hold a text; "" for any that is not in the server's plain form.

    Where a person named a query block the whole is left out: without its name the others say something else.
    """
    pieces = split_outline(text)
    if pieces is None:
        return ""
    kept: list[str] = []
    for piece in pieces:
        if _QUOTED.fullmatch(piece):
            kept.append(" ".join(piece.split()))
        elif "'" not in _blank_names(piece):
            if not _is_plain(piece):
                return ""
            kept.append(" ".join(piece.split()))
    return f"/*+ {' '.join((_BEGIN, *kept, _END))} */"


def split_outline(text: str) -> list[str] | None:
    """Return the hints between BEGIN_OUTLINE_DATA and END_OUTLINE_DATA; None for a text of another form."""
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        return None
    found: list[str] = []
    rest = whole[1]
    while rest.strip():
        hint = _HINT.match(rest)
        length = _measure_brackets(rest[hint.end() :]) if hint else None
        if hint is None or length is None:
            return None
        found.append(rest[hint.start(1) : hint.end() + length].strip())
        rest = rest[hint.end() + length :]
    return found


def is_block_name(quoted: str) -> bool:
    """Whether a name in quotes is one that the server gives to query blocks."""
    return _BLOCK_NAME.fullmatch(quoted) is not None


def _blank_names(piece: str) -> str:
    return QUOTED_NAME.sub('""', piece)


def _measure_brackets(text: str) -> int | None:
    """Return how long the brackets are that a text begins with; 0 without any, and None if they do not close."""
    if not text.startswith("("):
        return 0
    blank = QUOTED_NAME.sub(lambda found: "_" * len(found[0]), text)
    blank = _TEXT.sub(lambda found: "_" * len(found[0]), blank)
    depth = 0
    for place, char in enumerate(blank):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place + 1
    return None


def _is_plain(piece: str) -> bool:
    """Whether a hint has nothing but words of the server, numbers, brackets, and names of objects and blocks."""
    word = _HINT.match(piece)
    place, depth = word.end() if word else 0, 0
    while place < len(piece):
        token = _TOKEN.match(piece, place)
        if token is None:
            return False
        depth += (token[0] == "(") - (token[0] == ")")
        place = token.end()
    return depth == 0
