"""SCH042: lists of keys in one column of text."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.definition_text import TEXT_TYPES
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored, require_read
from checks.schema.name_words import names_keys
from checks.schema.pages import TABLE_DESIGN, VIEWS


@params
class KeysParams(Params):
    """A shorter text has no room for several keys."""

    least_characters_count: int


@check(
    code="SCH042",
    name="schema.keys_in_one_text",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="List of keys in one text column",
    consequence="Rows cannot be found by a key without reading the whole table, and keys of deleted rows remain.",
    finding="{resource} is {value}, and its name says that it holds the keys of several rows.",
    remediation=Remediation(
        advice="Create a table with one row for each pair of keys, with both as primary key and an index that begins "
        "with the second, fill it from the lists, and let the programs use it. If the column holds something else, "
        "or is only ever read and written as a whole, mute the finding with the reason.",
        no_rollback="The text column remains until it is dropped last.",
        pre_check="Look how the programs search it: FIND_IN_SET, LIKE, or not at all.",
        post_check="The join by the new table gives the same rows as the search in the text.",
        risk="Programs that write the list must write the table in the same transaction.",
        window=True,
    ),
    sources=(
        TABLE_DESIGN,
        DocPage(f"{VIEWS}/800.information_schema-columns-of-mysql-mode.md"),
    ),
)
def keys_in_one_text(columns: Rows[NotableColumn], tables: Rows[Table], p: KeysParams) -> Iterator[Measurement]:
    """In a table of first normal form each column holds one value. Keys in a list cannot be joined, no index finds one
    of them, no foreign key guards them, and the column's length limits how many there can be.

    Columns count by name and type only, because no rows are read; JSON is excluded.
    """
    stored = list_stored(tables)
    for column in columns:
        kind, table = column.data_type.lower(), (column.table_schema, column.table_name)
        if table not in stored or kind not in TEXT_TYPES or not names_keys(column.column_name):
            continue
        if (column.characters or 0) >= p.least_characters_count:
            sized = f"{kind}({column.characters})" if kind in ("char", "varchar") else kind
            yield Measurement(name_object(*table, column.column_name), sized)
    require_read(tables, (column.characters for column in columns))
