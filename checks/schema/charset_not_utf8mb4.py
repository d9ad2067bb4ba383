"""SCH006: tables in a character set that cannot hold all of Unicode."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.schema import Table

FULL = ("utf8mb4", "gb18030", "utf16", "utf16le", "binary")


@check(
    code="SCH006",
    name="schema.charset_not_utf8mb4",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Table in a limited character set",
    finding="{resource} uses the character set {value}.",
    remediation=Remediation(
        advice="Convert the table to utf8mb4 together with the tables that it is joined with.",
        sql=("ALTER TABLE {schema!i}.{table!i} CONVERT TO CHARACTER SET utf8mb4;",),
        rollback=("ALTER TABLE {schema!i}.{table!i} CONVERT TO CHARACTER SET {value} COLLATE {collation};",),
        pre_check="Look for indexed columns whose keys grow too long, and try the conversion on a copy.",
        post_check="TABLE_COLLATION in information_schema.TABLES begins with utf8mb4; text reads as before.",
        risk="The table is rewritten; the way back fails once the text holds characters that the old set lacks.",
        window=True,
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def charset_not_utf8mb4(tables: Rows[Table]) -> Iterator[Measurement]:
    """A limited character set refuses or garbles rare Chinese characters and emoji. Joins with utf8mb4 tables convert
    one side row by row, so that the index on the converted column is not used."""
    for table in tables:
        charset = (table.table_collation or "").partition("_")[0]
        if charset and charset not in FULL:
            names = {"schema": table.table_schema, "table": table.table_name, "collation": table.table_collation}
            yield Measurement(f"{table.table_schema}.{table.table_name}", charset, names)
