"""SCH037: long primary keys that several indexes repeat."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    KernelCode,
    Measurement,
    Params,
    Readable,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.schema import SHORT_VALUE_BYTES, ColumnStatistics, IndexColumn, NotableColumn, TableStatistics
from checks.schema.indexes import group_indexes
from checks.schema.key_bytes import find_fixed_bytes, may_be_long
from checks.schema.pages import OBJECTS, TABLE_DESIGN


@params
class WideKeyParams(Params):
    """Without statistics the length of a key is unknown where a text in it may have so many characters, and with them
    where it may have so many bytes."""

    min_indexes_count: int
    unsure_from_count: int


@check(
    code="SCH037",
    name="schema.wide_primary_key",
    unit=Unit.BYTES,
    actor=Actor.CUSTOMER,
    title="Wide primary key repeated in every index",
    consequence="Indexes take several times the space, and writes become slower.",
    finding="{resource}: the primary key ({columns}) is {value} long on average, and each of the {indexes_count} other "
    "indexes repeats it in every entry; limit {limit}.",
    remediation=Remediation(
        advice="Use a BIGINT primary key, filled by AUTO_INCREMENT, a sequence or the program, and keep the long key "
        "as a unique key. A UUID fits into BINARY(16) instead of 36 characters.",
        no_rollback="The new table exists beside the old one, which is dropped last.",
        pre_check="List the tables and programs that refer to the key, and the partitioning: it must be part of the "
        "new key.",
        post_check="AVG_COL_LEN in DBA_TAB_COL_STATISTICS of the new key is 20 or 28, and indexes are smaller.",
        risk="Every program that names rows by the old key must be changed, or use the unique key from then on.",
        window=True,
    ),
    sources=(
        TABLE_DESIGN,
        DocPage(f"{OBJECTS}/500.manage-indexes-of-mysql-mode/100.about-indexes-of-mysql-mode.md"),
        KernelCode("src/sql/engine/expr/ob_expr_sys_op_opnsize.cpp", "calc_sys_op_opnsize"),
    ),
    readable=Readable(least_param="unsure_from_count"),
)
def wide_primary_key(
    indexes: Rows[IndexColumn],
    columns: Rows[NotableColumn],
    lengths: Rows[ColumnStatistics],
    tables: Rows[TableStatistics],
    p: WideKeyParams,
) -> Iterator[Measurement | Unjudged]:
    """Every index entry ends with the primary key of its row. With a key of 36 characters, the entry for a number is
    nearly three times as long as with a key of 8 bytes, in memory and in the log of each write. Random keys also
    scatter rows that were written together over the whole table.

    Statistics of short columns are not read: if the result depends on them, it is not judged.
    """
    known = {(row.owner, row.table_name, row.column_name): row.avg_bytes for row in lengths}
    gathered = {(row.owner, row.table_name) for row in tables if row.num_rows}
    declared = {(column.table_schema, column.table_name, column.column_name): column for column in columns}
    for table, made in group_indexes(indexes).items():
        key = [row.column_name for row in made.get("PRIMARY", {}).values()]
        others = sum(name != "PRIMARY" for name in made)
        if not key or others < p.min_indexes_count:
            continue
        kinds = {name: declared.get((*table, name)) for name in key}
        if table not in gathered:
            if any(may_be_long(kind, p.unsure_from_count) for kind in kinds.values()):
                yield Unjudged(name_object(*table))
            continue
        bytes_of = {name: known.get((*table, name), find_fixed_bytes(kind)) for name, kind in kinds.items()}
        length = sum(size for size in bytes_of.values() if size is not None)
        missing = sum(size is None for size in bytes_of.values())
        if length < p.unsure_from_count <= length + missing * SHORT_VALUE_BYTES:
            yield Unjudged(name_object(*table))
            continue
        yield Measurement(name_object(*table), length, {"columns": ", ".join(key), "indexes_count": others})
