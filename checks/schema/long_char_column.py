"""SCH031: long texts in columns of fixed length."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored, require_read
from checks.schema.pages import BASICS, DDL, DESIGN
from checks.schema.readable import LONG_CHARS


@check(
    code="SCH031",
    name="schema.long_char_column",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Long text in a CHAR column",
    consequence="Longer texts are refused, and trailing blanks are lost.",
    finding="{resource} is CHAR({value}); limit {limit}.",
    remediation=Remediation(
        advice="Change it to VARCHAR of the same length, with NULL or NOT NULL, default, character set and comment "
        "from SHOW CREATE TABLE. Use CHAR only for codes of the same length.",
        no_rollback="MODIFY with the old type goes back; blanks at the end are lost then.",
        pre_check="Look whether a program relies on blanks at the end being cut or ignored.",
        post_check="information_schema.COLUMNS shows varchar, and values read as before.",
        risk="A column that is indexed or part of a key is rewritten with its indexes. Blanks at the end are kept from "
        "then on.",
        window=True,
    ),
    sources=(
        DocPage(f"{BASICS}/100.data-type-of-mysql-mode/400.string-of-mysql-mode/200.char-and-varchar-of-mysql-mode.md"),
        DocPage(f"{DESIGN}/200.object-structure-design-specification/100.field-design.md"),
        DocPage(f"{DDL}/900.column-type-change-rule-of-mysql-mode.md"),
    ),
    readable=LONG_CHARS,
)
def long_char_column(columns: Rows[NotableColumn], tables: Rows[Table]) -> Iterator[Measurement]:
    """CHAR is for codes of fixed length; the longest common ones are hashes of 128 digits. For texts of varying length,
    trailing blanks are removed silently, the length is limited to 255 characters, and exports and other databases pad
    each value to the full length."""
    stored = list_stored(tables)
    for column in columns:
        table = (column.table_schema, column.table_name)
        if table in stored and column.data_type.lower() == "char" and column.characters:
            yield Measurement(name_object(*table, column.column_name), column.characters)
    require_read(tables, (column.characters for column in columns))
