"""Fills in the placeholders of messages: names in braces and nothing else.

A message can come from a file: a width such as ``{name:999999999}`` would take gigabytes, and ``{name.attribute}``
would look into objects.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from functools import lru_cache

_PUNCTUATION = "，。；：、？！（）“”《》"
_STOP = re.compile(r"[.。](?:\s|$)|。")
_SENTENCE = re.compile(r"\s.*[^.]\.$|。$", re.DOTALL)  # several words and one full stop: a name keeps its own
Parts = tuple[tuple[str, str | None], ...]


@lru_cache(maxsize=4096)
def split_message(msgid: str) -> Parts:
    """Return the parts of a message: a literal text and the name that follows it, None at the end.

    Raises ValueError for braces that do not match, or that hold more than a name.
    """
    parts = []
    for literal, name, width, conversion in string.Formatter().parse(msgid):
        if width or conversion or (name is not None and not name.isidentifier()):
            raise ValueError(f"no plain placeholder: {{{name}}}")
        parts.append((literal, name))
    return tuple(parts)


def fill_message(msgid: str, values: Mapping[str, object]) -> str:
    """Return the message with its values. Raises ValueError as ``split_message`` does, KeyError for a missing value."""
    return "".join(literal if name is None else f"{literal}{values[name]}" for literal, name in split_message(msgid))


def fill_sentence(msgid: str, values: Mapping[str, object]) -> str:
    """Return the message with its values, for readers: as ``fill_message``, and without needless spaces."""
    parts = split_message(msgid)
    return join_sentence(
        [piece for literal, name in parts for piece in (literal, "" if name is None else values[name])]
    )


def join_sentence(pieces: Sequence[object]) -> str:
    """Join the literals of a message and the values between them, which alternate; a literal comes first.

    Chinese has a space beside a number or a Latin word, and none between its own characters. So the space between a
    value and a Chinese character is left out where the value is Chinese there, too: ``已有 {value} 未完成``, ``3 天``.
    A sentence that somebody wrote, such as a reason, loses its full stop where the message has one.
    """
    text = ""
    for number, piece in enumerate(map(str, pieces)):
        is_value = number % 2 == 1
        if is_value and text.endswith(" ") and _is_chinese(text[-2:-1]) and _is_chinese(piece[:1]):
            text = text[:-1]
        if not is_value and _STOP.match(piece) and _SENTENCE.search(str(pieces[number - 1]) if number else ""):
            text = text[:-1]
        needless = not is_value and piece.startswith(" ") and _is_chinese(text[-1:]) and _is_chinese(piece[1:2])
        text += piece[1:] if needless else piece
    return text


def _is_chinese(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or (char != "" and char in _PUNCTUATION)
