"""Reads the text of a table's definition: strips what is nobody's business, and tells columns and indexes. Pure.

sqlglot does not parse the server's own DDL, which is regular: elements in one pair of brackets, then options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_PIECE = re.compile(
    r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|[A-Za-z_][\w$]*|\d+(?:\.\d+)?|\s+|.", re.DOTALL
)
_LISTED = frozenset({"ENUM", "SET"})
_INDEX_WORDS = frozenset(
    {"PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR", "CONSTRAINT", "FOREIGN"}
)
_KEPT_DEFAULTS = frozenset({"CHARSET", "CHARACTER", "COLLATE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """One column: its type in lower case without length, and for a text its character set and collation, if said."""

    name: str
    data_type: str
    length: int | None = None
    character_set: str = ""
    collation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """What a definition says: columns by name, the columns of each index (``PRIMARY`` too), and of the partitioning."""

    columns: Mapping[str, ColumnShape] = field(default_factory=dict)
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partitioned_by: tuple[str, ...] = ()


def strip_definition(text: str) -> str:
    """Return the definition without comments, defaults, CHECKs and the words of ENUM and SET.

    "" if it is no definition of a table, or if it ends within an element: then nothing is kept.
    """
    pieces = _PIECE.findall(text)
    parts = _split_definition(pieces)
    if parts is None:
        return ""
    head, elements, tail = parts
    kept = [line for element in elements if (line := _strip_element(element))]
    return f"{_join(head)}(\n  " + ",\n  ".join(kept) + f"\n){_strip_options(tail)}"


def read_definition(text: str) -> TableShape:
    """Return what a definition says. What cannot be read is left out."""
    parts = _split_definition(_PIECE.findall(text))
    if parts is None:
        return TableShape()
    _, elements, tail = parts
    options = [piece for piece in tail if not piece.isspace()]
    character_set, collation = _find_option(options, "CHARSET"), _find_option(options, "COLLATE")
    columns: dict[str, ColumnShape] = {}
    indexes: dict[str, tuple[str, ...]] = {}
    for element in elements:
        words = [piece for piece in element if not piece.isspace()]
        if words and words[0].startswith("`"):
            column = _read_column(words, character_set, collation)
            columns[column.name] = column
        elif words and (index := _read_index(words)):
            indexes[index[0]] = index[1]
    return TableShape(columns=columns, indexes=indexes, partitioned_by=_read_partitioning(options, columns))


def _join(pieces: Sequence[str]) -> str:
    return "".join(pieces)


def _split_definition(pieces: Sequence[str]) -> tuple[list[str], list[list[str]], list[str]] | None:
    """Split into what stands before the elements, the elements, and the options; None if the brackets do not close."""
    words = [piece.upper() for piece in pieces if not piece.isspace()][:4]
    if words[:1] != ["CREATE"] or "TABLE" not in words or "(" not in pieces:
        return None
    opening = pieces.index("(")
    elements: list[list[str]] = [[]]
    depth = 0
    for place in range(opening, len(pieces)):
        piece = pieces[place]
        depth += (piece == "(") - (piece == ")")
        if depth == 0:
            return list(pieces[:opening]), elements, list(pieces[place + 1 :])
        if piece == "," and depth == 1:
            elements.append([])
        elif place > opening:
            elements[-1].append(piece)
    return None


def _strip_element(element: Sequence[str]) -> str:
    words = [piece.upper() for piece in element if not piece.isspace()]
    if not words or "CHECK" in words[: words.index("(") if "(" in words else None]:
        return ""
    return _join(list(_keep_pieces(element))).strip()


def _keep_pieces(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces of an element without COMMENT and DEFAULT, and with numbered words in ENUM and SET."""
    place, listing, numbered = 0, False, 0
    while place < len(pieces):
        piece, word = pieces[place], pieces[place].upper()
        if word == "COMMENT":
            place = _skip_value(pieces, place + 1)
            continue
        if word == "DEFAULT" and _next_word(pieces, place) not in _KEPT_DEFAULTS:
            place = _skip_value(pieces, place + 1)
            continue
        listing = word in _LISTED or (listing and piece != ")")
        if listing and piece[0] in "'\"":
            numbered += 1
            piece = f"'v{numbered}'"
        yield piece
        place += 1


def _next_word(pieces: Sequence[str], place: int) -> str:
    return next((piece.upper() for piece in pieces[place + 1 :] if not piece.isspace()), "")


def _skip_value(pieces: Sequence[str], place: int) -> int:
    """Return the place behind a value: a literal with sign or prefix, a word with its brackets, an expression."""
    while place < len(pieces) and (pieces[place].isspace() or pieces[place] in "=-+"):
        place += 1
    place += 1
    if place < len(pieces) and pieces[place][0] in "'\"" and pieces[place - 1][0] not in "'\"":
        place += 1  # b'0', _utf8mb4'x'
    elif place <= len(pieces) and pieces[place - 1] == "(":
        place = _close(pieces, place)
    elif place < len(pieces) and pieces[place] == "(":
        place = _close(pieces, place + 1)
    return place


def _close(pieces: Sequence[str], place: int) -> int:
    depth = 1
    while place < len(pieces) and depth:
        depth += (pieces[place] == "(") - (pieces[place] == ")")
        place += 1
    return place


def _strip_options(tail: Sequence[str]) -> str:
    return _join(list(_keep_pieces(tail)))


def _find_option(options: Sequence[str], name: str) -> str:
    words = [piece.upper() for piece in options]
    if name not in words:
        return ""
    behind = [piece for piece in options[words.index(name) + 1 : words.index(name) + 3] if piece != "="]
    return behind[0].lower() if behind else ""


def _unquote(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _read_column(words: Sequence[str], character_set: str, collation: str) -> ColumnShape:
    upper = [word.upper() for word in words]
    length = int(words[3]) if len(words) > 4 and words[2] == "(" and words[3].isdecimal() else None
    own_set = _find_option(words, "CHARSET") or (_find_option(words, "SET") if "CHARACTER" in upper else "")
    return ColumnShape(
        name=_unquote(words[0]),
        data_type=words[1].lower() if len(words) > 1 else "",
        length=length,
        character_set=own_set or character_set,
        collation=_find_option(words, "COLLATE") or ("" if own_set else collation),
    )


def _read_index(words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return name and columns of an index, or None for another constraint. An expression stands as ""."""
    upper = [word.upper() for word in words]
    if upper[0] not in _INDEX_WORDS or {"FOREIGN", "CHECK"} & set(upper[:3]) or "(" not in words:
        return None
    opening = words.index("(")
    name = "PRIMARY" if "PRIMARY" in upper[:opening] else next((w for w in words[:opening] if w.startswith("`")), "")
    columns, depth, first = [], 0, True
    for word in words[opening:]:
        depth += (word == "(") - (word == ")")
        if depth == 0:
            break
        if depth == 1 and word == ",":
            first = True
        elif first and word != "(":
            columns.append(_unquote(word) if word.startswith("`") and depth == 1 else "")
            first = False
    return _unquote(name), tuple(columns)


def _read_partitioning(options: Sequence[str], columns: Mapping[str, ColumnShape]) -> tuple[str, ...]:
    """Return the columns that the table is partitioned by, and subpartitioned by."""
    upper = [piece.upper() for piece in options]
    found: dict[str, None] = {}
    known = {name.lower(): name for name in columns}
    for place, word in enumerate(upper):
        if word in ("PARTITION", "SUBPARTITION") and upper[place + 1 : place + 2] == ["BY"]:
            opening = place + upper[place:].index("(") if "(" in upper[place:] else len(upper)
            for piece in options[opening : _close(options, opening + 1)]:
                name = known.get(_unquote(piece).lower())
                if name is not None:
                    found[name] = None
    return tuple(found)
