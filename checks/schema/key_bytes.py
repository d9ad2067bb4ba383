"""How long the values of a column of a key are by its type, where no statistics tell it."""

from __future__ import annotations

from agent.facts.definition_text import TEXT_TYPES
from agent.facts.schema import NotableColumn

# Bytes of a value of a type whose values are all of one length in memory (AVG_COL_LEN on 4.3.5, less the head).
_FIXED = {**dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "datetime", "timestamp"), 8), "date": 4}
# Types of which a declared length says how long a value may be.
_SIZED = TEXT_TYPES | {"binary", "varbinary"}


def may_be_long(column: NotableColumn | None, from_count: int) -> bool:
    """Whether a value may have so many characters; what is not known may."""
    if column is None:
        return True
    return column.data_type.lower() in _SIZED and (column.characters is None or column.characters >= from_count)


def find_fixed_bytes(column: NotableColumn | None) -> int | None:
    """Return the bytes of each value of the column if its type says so."""
    return _FIXED.get(column.data_type.lower()) if column else None
