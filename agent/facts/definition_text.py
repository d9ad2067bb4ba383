"""Reads a stripped definition: the columns of a table with their types, its indexes, and how it is partitioned. Pure.

sqlglot does not parse the server's own DDL, which is regular: elements in one pair of brackets, then options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.facts.definition_stripping import split_list, split_stripped

# Types as ``ColumnShape`` has them: those of texts, and those whose values may be long.
TEXT_TYPES = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
LONG_TYPES = frozenset({"text", "mediumtext", "longtext", "blob", "mediumblob", "longblob", "json"})
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """One column: its type in lower case without length, and for a text its character set and collation, if said.

    ``is_required`` says that it is NOT NULL.
    """

    name: str
    data_type: str
    length: int | None = None
    character_set: str = ""
    collation: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """What a definition says: columns by name, the columns of each index (``PRIMARY`` too), and of the partitioning.

    It ``is_partial`` where no definition was read and only some columns are known, from the dictionary.
    """

    columns: Mapping[str, ColumnShape] = field(default_factory=dict)
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partitioned_by: tuple[str, ...] = ()
    is_partial: bool = False

    def find_column(self, name: str) -> ColumnShape | None:
        """Return a column by its name, however it is written."""
        return next((column for column in self.columns.values() if column.name.lower() == name.lower()), None)


def find_shape(table: str, shapes: Mapping[str, TableShape]) -> TableShape | None:
    """Return the definition of a table by its name, however it is written; None if it was not read."""
    return next((shape for name, shape in shapes.items() if name.lower() == table.lower()), None)


def read_definition(text: str) -> TableShape:
    """Return what a definition says, stripped or not; nothing for a text that cannot be stripped."""
    parts = split_stripped(text)
    if parts is None:
        return TableShape()
    character_set, collation = _find_option(parts.options, "CHARSET"), _find_option(parts.options, "COLLATE")
    columns: dict[str, ColumnShape] = {}
    indexes: dict[str, tuple[str, ...]] = {}
    for element in parts.elements:
        if element[0].startswith("`"):
            column = _read_column(element, character_set, collation)
            columns[column.name] = column
        elif index := _read_index(element):
            indexes[index[0]] = index[1]
    return TableShape(columns=columns, indexes=indexes, partitioned_by=_read_partitioning(parts.options, columns))


def _find_option(options: Sequence[str], name: str) -> str:
    """Return the word behind an option that stands in no bracket, in lower case; "" without it."""
    depth = 0
    for place, piece in enumerate(options):
        depth += (piece == "(") - (piece == ")")
        if depth == 0 and piece.upper() == name:
            behind = [value for value in options[place + 1 : place + 3] if value != "="]
            return behind[0].lower() if behind else ""
    return ""


def _unquote(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def _read_column(pieces: Sequence[str], character_set: str, collation: str) -> ColumnShape:
    is_sized = len(pieces) > 4 and pieces[2] == "(" and pieces[3].isdecimal() and len(pieces[3]) <= _MOST_DIGITS
    behind = pieces[2:]  # the type may be SET, as a word of CHARACTER SET is
    own_set = _find_option(behind, "CHARSET") or (
        _find_option(behind, "SET") if _find_option(behind, "CHARACTER") else ""
    )
    return ColumnShape(
        name=_unquote(pieces[0]),
        data_type=pieces[1].lower(),
        length=int(pieces[3]) if is_sized else None,
        character_set=own_set or character_set,
        collation=_find_option(behind, "COLLATE") or ("" if own_set else collation),
        is_required=_find_option(behind, "NOT") == "null",
    )


def _read_index(pieces: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """Return name and columns of an index, or None for a foreign key. An expression stands as ""."""
    opening = pieces.index("(")
    words = [piece.upper() for piece in pieces[:opening]]
    if "FOREIGN" in words:
        return None
    names = [piece for piece in pieces[:opening] if piece.startswith("`")]
    name = "PRIMARY" if "PRIMARY" in words else _unquote(names[-1]) if names else ""
    depth = 1
    closing = opening
    while depth:
        closing += 1
        depth += (pieces[closing] == "(") - (pieces[closing] == ")")
    parts = split_list(pieces[opening + 1 : closing])
    return name, tuple(_unquote(part[0]) if part and part[0].startswith("`") else "" for part in parts)


def _read_partitioning(options: Sequence[str], columns: Mapping[str, ColumnShape]) -> tuple[str, ...]:
    """Return the columns that the table is partitioned by, and subpartitioned by."""
    known = {name.lower(): name for name in columns}
    found: dict[str, None] = {}
    depth, is_read = 0, False
    for piece in options:
        depth += (piece == "(") - (piece == ")")
        if depth == 0:
            is_read = piece.upper() == "BY" or (is_read and piece != ")")
        elif is_read and (name := known.get(_unquote(piece).lower())):
            found[name] = None
    return tuple(found)
