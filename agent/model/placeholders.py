"""Fills in the placeholders of messages: names in braces and nothing else.

A message can come from a file: a width such as ``{name:999999999}`` would take gigabytes, and ``{name.attribute}``
would look into objects.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache

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
