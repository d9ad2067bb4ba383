"""SCH001: business tables without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    known,
    name_object,
    unknown,
)
from agent.facts.schema import MAX_INDEX_COLUMNS, IndexColumn, NotableColumn, PartitionedTable, Table, TableChanges
from checks.schema.counted import added_since, list_once
from checks.schema.indexes import Index, group_indexes, is_whole
from checks.schema.pages import DDL, DESIGN


@check(
    code="SCH001",
    name="schema.no_primary_key",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Table without a primary key",
    finding="{resource} has no primary key; rows by statistics: {rows_count}, including later changes at least "
    "{value}.",
    remediation=Remediation(
        advice="Make the business key the primary key.",
        sql=(
            "ALTER TABLE {schema!i}.{plain_table!i} ADD COLUMN `ob_health_pk` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT;",
            "ALTER TABLE {schema!i}.{plain_table!i} ADD PRIMARY KEY (`ob_health_pk`);",
        ),
        rollback=(
            "ALTER TABLE {schema!i}.{plain_table!i} DROP PRIMARY KEY;",
            "ALTER TABLE {schema!i}.{plain_table!i} DROP COLUMN `ob_health_pk`;",
        ),
        pre_check="There is room for a second copy of the table.",
        post_check="information_schema.STATISTICS lists an index PRIMARY for the table.",
        risk="Adding a key is an offline change: it rewrites the whole table, which is locked "
        "meanwhile. Rehearse the duration on a copy.",
        window=True,
        cases=(
            Case("Where there is none, add an AUTO_INCREMENT column.", when=known("plain_table")),
            Case(
                "On a partitioned table the key must also hold every partitioning column, and a "
                "table has at most one AUTO_INCREMENT column: choose the key by hand.",
                when=unknown("plain_table"),
            ),
            Case(
                "Another name than ob_health_pk may suit you better, but none that the table has:"
                " the rollback drops that column. Inserts name their columns.",
                when=known("plain_table"),
                part="pre_check",
            ),
        ),
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/200.table-structure-design.md"),
        DocPage(f"{DDL}/300.primary-key-operations-of-mysql-mode.md"),
    ),
)
def no_primary_key(
    tables: Rows[Table],
    indexes: Rows[IndexColumn],
    partitioned: Rows[PartitionedTable] | None,
    columns: Rows[NotableColumn] | None,
    changes: Rows[TableChanges] | None,
) -> Iterator[Measurement]:
    """A table without a primary key uses a hidden one that no statement can use: single rows are found by full scans,
    replication and migration cannot identify a row, and duplicates are not prevented. A unique key of NOT NULL columns
    also identifies rows: tables with one are excluded."""
    if len(indexes) >= MAX_INDEX_COLUMNS:
        raise NotAssessed(
            "There are more indexes than the reading limit, so tables without a primary key cannot be determined."
        )
    keyed = {(row.table_schema, row.table_name) for row in indexes if row.index_name == "PRIMARY"}
    keyed |= {table for table, made in group_indexes(indexes).items() if any(map(_identifies, made.values()))}
    split = {(row.table_schema, row.table_name): row.partitions for row in partitioned or ()}
    counting = {(row.table_schema, row.table_name) for row in columns or () if "auto_increment" in row.extra.lower()}
    added = added_since(changes)
    for table in list_once(tables):
        name = (table.table_schema, table.table_name)
        if name not in keyed:
            # A key of one new column is refused on a partitioned table, when the column is already there; a second
            # AUTO_INCREMENT column is refused anywhere.
            partitions = None if partitioned is None else split.get(name, 0)
            plain = partitions == 0 and columns is not None and name not in counting
            evidence: dict[str, Scalar] = {"schema": name[0], "plain_table": table.table_name if plain else None}
            rows = max((table.table_rows or 0) + added.get(name, 0), 0)
            evidence |= {
                "partitions_count": partitions,
                "rows_count": table.table_rows or None,
            }  # 0 by statistics is unknown
            yield Measurement(name_object(*name), rows, evidence)


def _identifies(index: Index) -> bool:
    """Whether the index names each row by itself: unique, whole, of columns that are NOT NULL."""
    return is_whole(index) and all(map(_is_required_part, index.values()))


def _is_required_part(row: IndexColumn) -> bool:
    plain = row.index_type == "BTREE" and row.comment == "VALID" and row.sub_part is None
    return plain and not row.non_unique and row.is_required and not row.column_name.startswith(("SYS_NC", "__"))
