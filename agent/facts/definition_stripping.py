"""Strips a table's definition of what is nobody's business, before anything keeps it. Pure.

Kept are names, types and structure. Left out are comments, defaults, CHECKs, and options whose value is a text. Words
of ENUM and SET, and texts in expressions and partition bounds, are numbered (``'v1'``); numbers in expressions become
1. Numbers and days in the bounds of partitions stay, and of many partitions the first ones.

The server writes words of ENUM and bounds of LIST partitions without escaping their quotes (seen on 4.3.5), so such a
text cannot be told from its surroundings. A definition that is not in its plain form is therefore not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.facts.texts import DAY

_PIECE = re.compile(
    r"`(?:[^`]|``)++`|(?:[XxBbNn]|_[A-Za-z0-9]++)?'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.|\"\")*+\""
    r"|/\*!\d{5} [A-Z]{1,20} \*/|[^\W\d][\w$]*+|\d[\w.]*+|\s++|->>?|[<>=!|&:]++|[(),.+*/%^~$@-]|(?P<odd>.)",
    re.DOTALL,
)
_BEHIND_A_TEXT = frozenset(("", " ", "\n", ",", ")"))
_LISTED = frozenset({"ENUM", "SET"})
_INDEX_WORDS = frozenset({"PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "VECTOR", "CONSTRAINT"})
_KEPT_DEFAULTS = frozenset({"CHARSET", "CHARACTER", "COLLATE"})
# Options whose texts are words of the server's own.
_KEPT_TEXTS = frozenset({"COMPRESSION", "AUTO_INCREMENT_MODE", "TABLE_MODE", "DUPLICATE_SCOPE"})
_MOST_PARTITIONS = 64
_MOST_CHARS = 60_000  # a longer text would be cut when it is kept, and then be none
_SERVER_WORD = re.compile(r"'[A-Za-z][\w.]{0,30}'")
Pieces = Sequence[str]


@dataclass(frozen=True, slots=True)
class DefinitionParts:
    """A definition in pieces without blanks: its table's name, the elements in brackets, the options behind them."""

    name: str
    elements: tuple[tuple[str, ...], ...]
    options: tuple[str, ...]


class _Irregular(Exception):
    """The text is not in the form in which the server writes the definition of an ordinary table."""


def strip_definition(text: str, also: Sequence[str] = ()) -> str:
    """Return the definition without anything but names, types and structure.

    ``also`` are elements in SQL, such as indexes, that are put behind those of the table.
    "" if it is not the whole definition of an ordinary table in the server's own form, or too long: nothing is kept.
    """
    parts = split_stripped(text)
    if parts is None:
        return ""
    lines = ",\n  ".join((*map(_join, parts.elements), *also))
    definition = f"CREATE TABLE {parts.name} (\n  {lines}\n) {_join(parts.options)}".rstrip()
    return definition if len(definition) <= _MOST_CHARS else ""


def split_stripped(text: str) -> DefinitionParts | None:
    """Return the stripped definition in pieces; None where ``strip_definition`` gives ""."""
    try:
        name, elements, options = _split_pieces(_list_pieces(text))
        stripped = [tuple(_strip_element(element)) for element in elements]
        kept = tuple(element for element in stripped if element)
        return DefinitionParts(name, kept, tuple(_strip_options(options))) if kept else None
    except _Irregular:
        return None


def _list_pieces(text: str) -> list[str]:
    """Return the pieces without blanks. A lone quote is in none, and behind a text comes no word."""
    pieces = []
    for found in _PIECE.finditer(text):
        piece = found[0]
        if found["odd"] or (_is_text(piece) and text[found.end() : found.end() + 1] not in _BEHIND_A_TEXT):
            raise _Irregular
        if not piece.isspace():
            pieces.append(piece)
    return pieces


def _is_text(piece: str) -> bool:
    return piece[-1] in "'\""


def _is_word(piece: str) -> bool:
    return piece[0].isalpha() or piece[0] == "_"


def _split_pieces(pieces: Pieces) -> tuple[str, list[Pieces], Pieces]:
    if [piece.upper() for piece in pieces[:2]] != ["CREATE", "TABLE"] or len(pieces) < 5 or pieces[3] != "(":
        raise _Irregular
    if not pieces[2].startswith("`"):
        raise _Irregular
    end = _close(pieces, 3)
    return pieces[2], list(split_list(pieces[4 : end - 1])), pieces[end:]


def _close(pieces: Pieces, opening: int) -> int:
    """Return the place behind the bracket that closes the one at ``opening``."""
    depth = 0
    for place in range(opening, len(pieces)):
        depth += (pieces[place] == "(") - (pieces[place] == ")")
        if depth == 0:
            return place + 1
    raise _Irregular


def split_list(pieces: Pieces) -> Iterator[Pieces]:
    """Yield what stands between the commas that are in no further bracket."""
    depth, start = 0, 0
    for place, piece in enumerate(pieces):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth == 0:
            yield pieces[start:place]
            start = place + 1
    yield pieces[start:]


def _strip_element(element: Pieces) -> Iterator[str]:
    if not element:
        raise _Irregular
    if element[0].startswith("`"):
        return _strip_column(element)
    words = [piece.upper() for piece in element[:3]]
    if "CHECK" in (words[0], *words[2:]):
        return iter(())
    if words[0] == "FOREIGN" or words[2:] == ["FOREIGN"]:
        return _keep_textless(element)
    if words[0] in _INDEX_WORDS and "(" in element:
        return _strip_index(element)
    raise _Irregular


def _keep_textless(pieces: Pieces) -> Iterator[str]:
    if any(map(_is_text, pieces)):
        raise _Irregular
    yield from pieces


def _strip_column(pieces: Pieces) -> Iterator[str]:
    if len(pieces) < 2 or not _is_word(pieces[1]):
        raise _Irregular
    yield from pieces[:2]
    place = 2
    if pieces[2:3] == ["("]:
        place = _close(pieces, 2)
        is_listed = pieces[1].upper() in _LISTED
        yield from _number_words(pieces[2:place]) if is_listed else _keep_textless(pieces[2:place])
    while place < len(pieces):
        word = pieces[place].upper()
        if word == "COMMENT":
            place = _skip_text(pieces, place + 1)
        elif word == "DEFAULT":
            place = _skip_value(pieces, place + 1)
        elif word == "(":
            end = _close(pieces, place)
            is_expression = pieces[place - 1].upper() == "AS"
            yield from _mask_expression(pieces[place:end]) if is_expression else _keep_textless(pieces[place:end])
            place = end
        elif _is_word(word) and not _is_text(word):
            yield pieces[place]
            place += 1
        elif word.isdecimal():
            yield word
            place += 1
        else:
            raise _Irregular


def _number_words(pieces: Pieces) -> Iterator[str]:
    """Yield a list of texts, numbered. A text with a quote in it would not alternate with commas."""
    for place, piece in enumerate(pieces[1:-1]):
        if (place % 2 and piece != ",") or (not place % 2 and not (piece[0] == "'" and "\\" not in piece)):
            raise _Irregular
    if len(pieces) % 2 == 0:
        raise _Irregular
    yield from _number_texts(pieces, lambda piece: True)


def _number_texts(pieces: Pieces, is_numbered: Callable[[str], bool]) -> Iterator[str]:
    """Yield the pieces, with each text that is numbered as wide as the last number, so that their order stays."""
    texts = [place for place, piece in enumerate(pieces) if _is_text(piece) and is_numbered(piece)]
    number = {place: f"'v{order:0{len(str(len(texts)))}d}'" for order, place in enumerate(texts, 1)}
    yield from (number.get(place, piece) for place, piece in enumerate(pieces))


def _mask_expression(pieces: Pieces) -> Iterator[str]:
    numbered = _number_texts(pieces, lambda piece: not DAY.fullmatch(piece))
    yield from ("1" if piece[0].isdigit() else piece for piece in numbered)


def _skip_text(pieces: Pieces, place: int) -> int:
    place += pieces[place : place + 1] == ["="]
    if place >= len(pieces) or not _is_text(pieces[place]):
        raise _Irregular
    return place + 1


def _skip_value(pieces: Pieces, place: int) -> int:
    """Return the place behind a default: a literal, a word with its brackets, or an expression in brackets."""
    while place < len(pieces) and pieces[place] in ("=", "-", "+"):
        place += 1
    if place >= len(pieces):
        raise _Irregular
    if pieces[place] == "(":
        return _close(pieces, place)
    if not (_is_text(pieces[place]) or _is_word(pieces[place]) or pieces[place][0].isdigit()):
        raise _Irregular
    is_called = _is_word(pieces[place]) and pieces[place + 1 : place + 2] == ["("]
    return _close(pieces, place + 1) if is_called else place + 1


def _strip_index(pieces: Pieces) -> Iterator[str]:
    opening = pieces.index("(")
    yield from _keep_textless(pieces[:opening])
    end = _close(pieces, opening)
    for number, part in enumerate(split_list(pieces[opening + 1 : end - 1])):
        yield "," if number else "("
        yield from _keep_textless(part) if part and part[0].startswith("`") else _mask_expression(part)
    yield ")"
    yield from _strip_options(pieces[end:])


def _strip_options(pieces: Pieces) -> Iterator[str]:
    """Yield the options of an index or a table; those with texts that are not the server's own are left out."""
    place = 0
    while place < len(pieces):
        word = pieces[place].upper()
        if word in ("PARTITION", "SUBPARTITION"):
            yield from _strip_partitions(pieces[place:])
            return
        if word == "DEFAULT" and pieces[place + 1 : place + 2] and pieces[place + 1].upper() not in _KEPT_DEFAULTS:
            raise _Irregular
        end = _end_option(pieces, place)
        option = pieces[place:end]
        if not any(map(_is_text, option)) or (word in _KEPT_TEXTS and _SERVER_WORD.fullmatch(option[-1])):
            yield from option
        place = end


def _end_option(pieces: Pieces, place: int) -> int:
    """Return the place behind an option: a word, its value behind ``=`` or a text, and its brackets."""
    piece = pieces[place]
    if not (piece == "," or piece.startswith("/*!") or piece.isdecimal() or (_is_word(piece) and not _is_text(piece))):
        raise _Irregular
    place += 1
    if not _is_word(piece):
        return place
    if pieces[place : place + 1] == ["="]:
        place += 1
        if place >= len(pieces):
            raise _Irregular
        place += pieces[place] != "("
    elif place < len(pieces) and _is_text(pieces[place]):
        place += 1
    return _close(pieces, place) if pieces[place : place + 1] == ["("] else place


def _strip_partitions(pieces: Pieces) -> Iterator[str]:
    """Yield how a table is partitioned, its bounds masked. A text with a quote in it would stand before no comma."""
    kept = list(_drop_comments(pieces))
    if _close(["(", *kept, ")"], 0) != len(kept) + 2:  # an open bracket is a definition that was cut
        raise _Irregular
    for place, piece in enumerate(kept):
        if _is_text(piece) and kept[place + 1 : place + 2] not in ([","], [")"]):
            raise _Irregular
    yield from _number_texts(list(_keep_first(kept)), lambda piece: not DAY.fullmatch(piece))


def _keep_first(pieces: Pieces) -> Iterator[str]:
    """Yield the pieces with the first of the partitions that a list in brackets defines."""
    place = 0
    while place < len(pieces):
        yield pieces[place]
        place += 1
        if pieces[place - 1] == "(":
            end = _close(pieces, place - 1) - 1
            parts = list(split_list(pieces[place:end]))
            is_definition = pieces[place].upper() == "PARTITION"
            for number, part in enumerate(parts[:_MOST_PARTITIONS] if is_definition else parts):
                yield from (*([","] if number else []), *part)
            place = end


def _drop_comments(pieces: Pieces) -> Iterator[str]:
    place = 0
    while place < len(pieces):
        if pieces[place].upper() == "COMMENT":
            place = _skip_text(pieces, place + 1)
        else:
            yield pieces[place]
            place += 1


def _join(pieces: Pieces) -> str:
    """Write the pieces with blanks between them, but for those beside brackets, commas and points."""
    written = []
    before = ""
    for piece in pieces:
        is_close = piece in (")", ",", ".") or before in ("", "(", ".") or (piece == "(" and before != ",")
        written.append(piece if is_close else f" {piece}")
        before = piece
    return "".join(written)
