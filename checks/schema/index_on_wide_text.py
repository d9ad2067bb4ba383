"""SCH032: indexes whose key is a very wide text."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, Unjudged, check, name_object
from agent.facts.schema import IndexColumn, NotableColumn, Table
from checks.schema.counted import list_stored
from checks.schema.indexes import group_indexes
from checks.schema.pages import DESIGN, STATEMENTS
from checks.schema.readable import WIDE_TEXTS


@check(
    code="SCH032",
    name="schema.index_on_wide_text",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Index on a very wide text column",
    consequence="Writes and searches become slow, and disk space is wasted.",
    finding="{resource} stores up to {value} characters of {column} in each entry; limit {limit}.",
    remediation=Remediation(
        advice="Index a prefix that is long enough to distinguish the values, or a column with a hash of the text if "
        "whole values are looked up. Use a full-text index for words within the text.",
        no_rollback="Create the new index first and drop the old one last; until then the change can be abandoned.",
        pre_check="Compare COUNT(DISTINCT LEFT(column, 32)) with COUNT(DISTINCT column) on a copy: near to it, the "
        "prefix is long enough.",
        post_check="EXPLAIN of the statements that used the old index shows the new one.",
        risk="A prefix cannot sort, cover or be unique for the whole text.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/400.index-design.md"),
        DocPage(f"{STATEMENTS}/2200.create-index-of-mysql-mode.md"),
    ),
    readable=WIDE_TEXTS,
)
def index_on_wide_text(
    indexes: Rows[IndexColumn], columns: Rows[NotableColumn], tables: Rows[Table]
) -> Iterator[Measurement | Unjudged]:
    """Each entry repeats the text, so the index becomes as large as the table, and every comparison reads long keys. A
    few characters distinguish the values just as well.

    Full-text indexes and primary keys are excluded.
    """
    stored = list_stored(tables)
    length = {(column.table_schema, column.table_name, column.column_name): column.characters for column in columns}
    told = {(schema, table) for (schema, table, _), characters in length.items() if characters is not None}
    for table, made in group_indexes(indexes).items():
        for name, index in made.items():
            if table not in stored or name == "PRIMARY" or index[min(index)].index_type != "BTREE":
                continue
            # Of a table of which some column is told, those that are not read are short.
            short = 0 if table in told else None
            lengths = {row.column_name: length.get((*table, row.column_name), short) for row in index.values()}
            widths = {row.column_name: _count_taken(row, lengths[row.column_name] or 0) for row in index.values()}
            widest = max(widths, key=lambda column: widths[column])
            if None in lengths.values():
                yield Unjudged(name_object(*table, name))
            elif widths[widest]:
                yield Measurement(name_object(*table, name), widths[widest], {"column": widest})


def _count_taken(row: IndexColumn, length: int) -> int:
    """Return how many characters of a column of this length stand in an entry."""
    return min(row.sub_part or length, length)
