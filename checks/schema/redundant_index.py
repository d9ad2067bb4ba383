"""SCH002: an index that another index of the table already serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import ForeignKey, ForeignKeyColumn, IndexColumn, PartitionedIndex, PartitionedTable
from checks.schema.indexes import Index, Table, choose_covering, group_indexes, is_whole, join_parts, list_bound
from checks.schema.pages import DESIGN, STATEMENTS, VIEWS


@check(
    code="SCH002",
    name="schema.redundant_index",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Index is covered by another index",
    consequence="Writes are slower, and disk space is wasted.",
    finding="{resource}: its columns ({columns}) lead the index {value} ({covering_columns}).",
    remediation=Remediation(
        advice="Make the index invisible for a week, then drop it. Keep it if it stores columns (STORING) that the "
        "other lacks, or if a foreign key of the table is on exactly its columns: a longer index does not serve the "
        "key, and both statements are refused (error 5320).",
        sql=(
            "ALTER TABLE {schema!i}.{table!i} ALTER INDEX {index!i} INVISIBLE;",
            "ALTER TABLE {schema!i}.{table!i} DROP INDEX {index!i};",
        ),
        rollback=("CREATE {kind} {index!i} ON {schema!i}.{table!i} ({columns}) {index_locality};",),
        pre_check="SHOW CREATE TABLE: no foreign key needs the index, and it has no STORING. Save the result, because "
        "the rollback creates the index without STORING, comment and options: add them from there. No hint or outline "
        "names the index.",
        post_check="No statement became slower while the index was invisible.",
        risk="A narrower index is cheaper to scan; some statements may read slightly more.",
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/400.index-design.md"),
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/1600.alter-table-of-mysql-mode.md"),
    ),
)
def redundant_index(
    columns: Rows[IndexColumn],
    tables: Rows[PartitionedTable],
    partitioned: Rows[PartitionedIndex],
    keys: Rows[ForeignKey] | None,
    key_columns: Rows[ForeignKeyColumn] | None,
) -> Iterator[Measurement]:
    """Every index is maintained by each write, takes memstore and disk, and is rewritten by compaction. If its columns
    lead another index, that longer index serves the same queries, with one exception: a local index is searched
    partition by partition, so only a global index can replace a global one. An index that a foreign key needs cannot be
    dropped."""
    bound = list_bound(columns, keys or (), key_columns or ())
    split = {(row.table_schema, row.table_name) for row in tables}
    listed = {(row.owner, row.table_name, row.index_name): row.locality for row in partitioned}
    for table, found in group_indexes(columns).items():
        alike: defaultdict[str, dict[str, Index]] = defaultdict(dict)
        for name, index in found.items():
            if is_whole(index) and all(map(_serves, index.values())):
                alike[_find_locality(table, name, split, listed)][name] = index
        for locality in ("LOCAL", "GLOBAL"):
            yield from _find_redundant(table, locality, alike[locality], bound)


def _find_redundant(
    table: Table, locality: str, usable: Mapping[str, Index], bound: set[tuple[str, str, str]]
) -> Iterator[Measurement]:
    schema, table_name = table
    for name, index in usable.items():
        covering = choose_covering(name, usable)
        if covering and name != "PRIMARY" and (*table, name) not in bound:
            kind = "INDEX" if index[1].non_unique else "UNIQUE INDEX"
            names = {"schema": schema, "table": table_name, "index": name, "kind": kind, "columns": join_parts(index)}
            evidence = {**names, "covering_columns": join_parts(usable[covering]), "index_locality": locality}
            yield Measurement(name_object(schema, table_name, name), covering, evidence)


def _find_locality(
    table: Table, name: str, split: set[Table], listed: Mapping[tuple[str, str, str], str | None]
) -> str:
    """Return LOCAL, GLOBAL or an empty string. The server makes the indexes of an unpartitioned table local. GLOBAL is
    an unpartitioned index of a partitioned table. A global index with partitions of its own may be any: no value."""
    key = (*table, name)
    if key in listed:
        return "LOCAL" if listed[key] == "LOCAL" else ""
    return "GLOBAL" if table in split and name != "PRIMARY" else "LOCAL"


def _serves(row: IndexColumn) -> bool:
    hidden = row.column_name.startswith(("SYS_NC", "__"))  # expressions and parts of full-text indexes
    return row.index_type == "BTREE" and row.is_visible == "YES" and row.comment == "VALID" and not hidden
