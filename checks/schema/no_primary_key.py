"""SCH001: business tables without a primary key."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_object,
)
from agent.facts.schema import MAX_INDEX_COLUMNS, IndexColumn, NotableColumn, PartitionedTable, Table, TableChanges
from checks.schema.counted import added_since, list_once
from checks.schema.indexes import group_indexes, identifies_rows
from checks.schema.pages import KEY_CHANGES, TABLE_DESIGN
from checks.schema.primary_keys import ADVICE_BY_TABLE


@check(
    code="SCH001",
    name="schema.no_primary_key",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Table without a primary key",
    consequence="Changes of single rows are slow, and duplicates are not prevented.",
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
        cases=ADVICE_BY_TABLE,
    ),
    sources=(TABLE_DESIGN, KEY_CHANGES),
)
def no_primary_key(
    tables: Rows[Table],
    indexes: Rows[IndexColumn],
    partitioned: Rows[PartitionedTable] | None,
    columns: Rows[NotableColumn] | None,
    changes: Rows[TableChanges] | None,
) -> Iterator[Measurement]:
    """A table without a primary key uses a hidden one that no statement can use: single rows are found by full scans,
    replication and migration cannot identify a row, and duplicates are not prevented.

    A unique key of NOT NULL columns also identifies rows: tables with one are excluded.
    """
    if len(indexes) >= MAX_INDEX_COLUMNS:
        raise NotAssessed(
            "There are more indexes than the reading limit, so tables without a primary key cannot be determined."
        )
    keyed = {(row.table_schema, row.table_name) for row in indexes if row.index_name == "PRIMARY"}
    keyed |= {table for table, made in group_indexes(indexes).items() if any(map(identifies_rows, made.values()))}
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
            rows = max((table.table_rows or 0) + added.get(name, 0), 0)
            evidence: dict[str, Scalar] = {
                "schema": name[0],
                "plain_table": table.table_name if plain else None,
                "partitions_count": partitions,
                "rows_count": table.table_rows or None,  # 0 by statistics is unknown
            }
            yield Measurement(name_object(*name), rows, evidence)
