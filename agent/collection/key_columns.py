"""Which columns are part of a key, by the indexes that were read before.

``information_schema.COLUMNS`` answers a table that was never altered from the server's own tables, but for COLUMN_KEY:
for that it loads the whole definition of the table (seen on 4.3.5: twelve times the work). On some versions it marks
only columns of the primary key. The indexes have been read by then and say the same for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from agent.facts import find_source_spec
from agent.facts.schema import IndexColumn
from agent.model.snapshot import SourceRecord, Unavailable

# Schema and table -> column, in lower case -> PRI, UNI or MUL. The view has a column for the same, though as PRI for a
# unique key of columns that are NOT NULL where the table has no primary key.
KeyColumns = Mapping[tuple[str, str], Mapping[str, str]]
_PRIMARY = "PRIMARY"
_ORDER = ("PRI", "UNI", "MUL")


def list_key_columns(
    row: type, facts: Mapping[type, tuple[Any, ...] | Unavailable], records: Iterable[SourceRecord]
) -> KeyColumns | None:
    """Return the columns of keys for a source that asks for them; None where the indexes were not read to their end."""
    spec = find_source_spec(row)
    by = spec.keyed_by if spec else None
    found = facts.get(by) if by else None
    if by is None or found is None or isinstance(found, Unavailable):
        return None
    if any(record.source == by.__name__ and record.truncated for record in records):
        return None
    return name_keys(found)


def name_keys(indexes: Iterable[IndexColumn]) -> KeyColumns:
    """Return what each column is in the keys of its table, at its best.

    As in the view only the first column of an index counts, and a column that is indexed by a prefix does not.
    """
    made: defaultdict[tuple[str, str, str], list[IndexColumn]] = defaultdict(list)
    for column in indexes:
        made[column.table_schema, column.table_name, column.index_name].append(column)
    keys: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for (schema, table, index), columns in made.items():
        own = keys[schema, table]
        for column in columns:
            kind = _name_kind(index, column, len(columns))
            name = column.column_name.lower()
            if kind and (name not in own or _ORDER.index(kind) < _ORDER.index(own[name])):
                own[name] = kind
    return keys


def _name_kind(index: str, column: IndexColumn, count: int) -> str:
    if index == _PRIMARY:
        return "PRI"
    if column.seq_in_index != 1 or column.sub_part is not None:
        return ""
    return "MUL" if column.non_unique or count > 1 else "UNI"
