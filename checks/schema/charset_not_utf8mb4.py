"""SCH006: tables with text in a character set that cannot hold all of Unicode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    Unit,
    check,
    known,
    name_object,
    unknown,
)
from agent.facts.schema import FULL_CHARSETS, NotableColumn, Table
from checks.schema.collations import choose_collation
from checks.schema.counted import list_once
from checks.schema.pages import BASICS, DESIGN


@check(
    code="SCH006",
    name="schema.charset_not_utf8mb4",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Text columns use a limited character set",
    consequence="Characters that the set lacks are refused or garbled: Chinese in latin1, emoji in gbk.",
    finding="{resource} has text columns in the character set {value}: {columns}.",
    remediation=Remediation(
        advice="Convert the table to utf8mb4 together with the tables that it is joined with.",
        sql=("ALTER TABLE {schema!i}.{table_to_convert!i} CONVERT TO CHARACTER SET utf8mb4 COLLATE {new_collation};",),
        rollback=("ALTER TABLE {schema!i}.{table_to_convert!i} CONVERT TO CHARACTER SET {value} COLLATE {collation};",),
        pre_check="Look for indexed columns whose keys grow too long, and try the conversion on a copy.",
        post_check="CHARACTER_SET_NAME in information_schema.COLUMNS is utf8mb4; text reads as before.",
        risk="The table is rewritten; going back fails once the text holds characters that the old character set "
        "lacks.",
        window=True,
        cases=(
            Case(
                "Only some of its columns have another character set than the table itself: "
                "MODIFY each of them, for CONVERT does nothing in a table that is utf8mb4.",
                when=unknown("table_to_convert"),
            ),
            Case(
                "Save SHOW CREATE TABLE: the rollback takes all text columns to the old set, also"
                " those that had another one.",
                when=known("table_to_convert"),
                part="pre_check",
            ),
        ),
    ),
    sources=(
        DocPage(f"{BASICS}/300.character-set-and-collation-of-mysql-mode/200.character-set-of-mysql-mode.md"),
        DocPage(f"{DESIGN}/300.character-set-specification.md"),
    ),
)
def charset_not_utf8mb4(tables: Rows[Table], columns: Rows[NotableColumn]) -> Iterator[Measurement]:
    """A limited character set refuses or garbles rare Chinese characters and emoji. Joins with utf8mb4 tables convert
    one side row by row, so that the index on the converted column is not used.

    Columns are judged; the table's own character set only applies to new columns. ASCII codes are a deliberate
    choice and excluded: columns in the character set ascii, and CHAR columns of latin1 that compare by bytes.
    """
    if columns and all(column.character_set_name is None for column in columns):
        raise NotAssessed("The character sets of columns cannot be read.")
    limited: defaultdict[tuple[str, str], list[NotableColumn]] = defaultdict(list)
    for column in columns:
        if column.character_set_name and column.character_set_name not in FULL_CHARSETS and not _holds_codes(column):
            limited[column.table_schema, column.table_name].append(column)
    for table in list_once(tables):
        name = (table.table_schema, table.table_name)
        if found := limited.get(name):
            charsets = sorted({str(column.character_set_name) for column in found})
            own = (table.table_collation or "").partition("_")[0]
            # Where the table itself is utf8mb4 already, CONVERT leaves its columns as they are.
            whole = table.table_name if charsets == [own] else None
            names = {"schema": name[0], "table_to_convert": whole, "collation": table.table_collation}
            names["new_collation"] = choose_collation(table, tables)
            listed = ", ".join(column.column_name for column in found)
            yield Measurement(name_object(*name), ", ".join(charsets), {**names, "columns": listed})


def _holds_codes(column: NotableColumn) -> bool:
    by_bytes = column.data_type.lower() == "char" and column.collation_name == "latin1_bin"
    return column.character_set_name == "ascii" or by_bytes
