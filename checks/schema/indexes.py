"""Indexes put together from their columns, and what foreign keys ask of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from agent.facts.plan_tree import read_access
from agent.facts.plans import PlanStep
from agent.facts.schema import ForeignKey, ForeignKeyColumn, IndexColumn

Table = tuple[str, str]  # schema and name
Index = dict[int, IndexColumn]  # by position: with a full-text index the view repeats the columns of all others


def group_indexes(columns: Iterable[IndexColumn]) -> Mapping[Table, Mapping[str, Index]]:
    """Return table -> name -> index."""
    made: defaultdict[Table, defaultdict[str, Index]] = defaultdict(lambda: defaultdict(dict))
    for row in columns:
        made[row.table_schema, row.table_name][row.index_name][row.seq_in_index] = row
    return made


def group_keys(columns: Iterable[ForeignKeyColumn]) -> Mapping[tuple[str, str, str], list[str]]:
    """Return schema, table and foreign key -> its columns in order."""
    keys: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in sorted(columns, key=lambda row: row.ordinal_position):
        keys[row.table_schema, row.table_name, row.constraint_name].append(row.column_name)
    return keys


def list_bound(
    columns: Iterable[IndexColumn], keys: Iterable[ForeignKey], key_columns: Iterable[ForeignKeyColumn]
) -> set[tuple[str, str, str]]:
    """Return schema, table and index of those that the server refuses to drop.

    These are indexes on exactly the columns of a foreign key of the table (error 5320), and unique ones that a foreign
    key of another table refers to (4714).
    """
    bound = {(key.unique_constraint_schema, key.referenced_table_name, key.unique_constraint_name) for key in keys}
    wanted: defaultdict[Table, list[set[str]]] = defaultdict(list)
    for (schema, table, _), names in group_keys(key_columns).items():
        wanted[schema, table].append(set(names))
    for found, indexes in group_indexes(columns).items():
        for name, index in indexes.items():
            if {row.column_name for row in index.values()} in wanted[found]:
                bound.add((*found, name))
    return bound


def list_scanned(steps: Iterable[PlanStep]) -> set[tuple[str, str, str]]:
    """Return schema, table and name of the indexes that a plan scans."""
    accesses = filter(None, map(read_access, steps))
    return {(access.owner, access.table, access.index) for access in accesses}


def is_whole(index: Index) -> bool:
    """Whether all columns of an index were read: they are numbered from 1 on."""
    return sorted(index) == list(range(1, len(index) + 1))


def _list_parts(index: Index) -> list[tuple[str, int | None]]:
    return [(index[seq].column_name, index[seq].sub_part) for seq in sorted(index)]


def choose_covering(name: str, indexes: Mapping[str, Index]) -> str:
    """Return the index to keep instead, or an empty string. It is longer (then this one must not be unique), or equal
    and first by uniqueness and name."""

    def rank(other: str) -> tuple[int, bool, bool, str]:
        return -len(indexes[other]), other != "PRIMARY", indexes[other][1].non_unique, other

    mine = _list_parts(indexes[name])
    same = [other for other, index in indexes.items() if _list_parts(index)[: len(mine)] == mine]
    if not indexes[name][1].non_unique:
        same = [other for other in same if len(indexes[other]) == len(mine)]
    best = min(same, key=rank)
    return "" if best == name else best


def join_parts(index: Index) -> str:
    """Return the columns of an index as they stand in CREATE INDEX."""
    parts = ((column.replace("`", "``"), length) for column, length in _list_parts(index))
    return ", ".join(f"`{column}`({length})" if length else f"`{column}`" for column, length in parts)


def identifies_rows(index: Index) -> bool:
    """Whether the index names each row by itself: unique, whole, of columns that are NOT NULL."""
    return is_whole(index) and all(map(_is_required_part, index.values()))


def _is_required_part(row: IndexColumn) -> bool:
    plain = row.index_type == "BTREE" and row.comment == "VALID" and row.sub_part is None
    return plain and not row.non_unique and row.is_required and not row.column_name.startswith(("SYS_NC", "__"))
