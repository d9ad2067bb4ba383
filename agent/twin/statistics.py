"""Writes the tenant's optimizer statistics into the twin's own dictionary, and locks them.

The rows go into the inner tables directly: a hundredth of the time that DBMS_STATS takes. The least and the largest
value of a column are kept by the server in a form of its own, so the server makes it: two rows in a table of the same
types, gathered once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.twin.material import Name, TwinTable
from agent.twin.synthetic import Bounds, ColumnType, choose_bounds

SCRATCH = "ob_health_scratch"
_LOCKED = 15
_ALL_PARTITIONS = -1
_TABLE_LEVEL = 1
_NO_BOUND = ("NULL", "00063FFF")
_MOST_IN_SCRATCH = 60
_ROWS_A_STATEMENT = 500
_USER_TABLE = 3
Row = tuple[object, ...]


class Ask(Protocol):
    """Runs one statement on the twin and returns its rows."""

    def __call__(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The two bounds as the server keeps them: text and binary, of the least and of the largest value."""

    low: tuple[str, str] = _NO_BOUND
    high: tuple[str, str] = _NO_BOUND


class StatisticsWriter:
    """Writes statistics of tables that exist on the twin. ``bounds`` are those that it chose, by table and column."""

    def __init__(self, ask: Ask, as_of: datetime) -> None:
        self._ask = ask
        self._as_of = as_of
        self.bounds: dict[Name, dict[str, Bounds]] = {}
        self.types: dict[Name, dict[str, ColumnType]] = {}
        self._kept: dict[Bounds, _Kept] = {}

    def write(self, tables: Sequence[TwinTable]) -> None:
        """Write counts and made-up bounds of all tables, and let the server read them."""
        self._read_types(tables)
        for table in tables:
            self.bounds[table.schema, table.name] = self._choose(table)
        self._kept = self._keep_bounds()
        self.write_again(tables)

    def write_again(self, tables: Sequence[TwinTable]) -> None:
        """Write the same counts and bounds of tables that were made anew or changed since."""
        ids = self._list_ids(tables)
        counted = [table for table in tables if table.rows is not None and (table.schema, table.name) in ids]
        table_rows: list[Row] = []
        column_rows: list[Row] = []
        for table in counted:
            number, is_partitioned, columns = ids[table.schema, table.name]
            partition = _ALL_PARTITIONS if is_partitioned else number
            table_rows.append((number, partition, table.rows, table.row_bytes))
            column_rows += self._list_column_rows(table, number, partition, columns)
        self._insert("__all_table_stat", _TABLE_COLUMNS, table_rows)
        self._insert("__all_column_stat", _COLUMN_COLUMNS, column_rows)
        self._ask("ALTER SYSTEM FLUSH KVCACHE")

    def _read_types(self, tables: Sequence[TwinTable]) -> None:
        schemas = ", ".join(f"'{schema}'" for schema in _escape({table.schema for table in tables}))
        for schema, table, column, kind, whole, charset, collation, precision, scale, length in self._ask(
            "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME, COLLATION_NAME,"
            " NUMERIC_PRECISION, NUMERIC_SCALE, CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS"
            f" WHERE TABLE_SCHEMA IN ({schemas})"
        ):
            digits = None if str(kind) != "decimal" or precision is None else int(str(precision)) - int(str(scale or 0))
            self.types.setdefault((str(schema), str(table)), {})[str(column)] = ColumnType(
                data_type=str(kind).lower(),
                column_type=str(whole),
                character_set=str(charset or ""),
                collation=str(collation or ""),
                digits=digits,
                length=None if length is None else int(str(length)),
            )

    def _choose(self, table: TwinTable) -> dict[str, Bounds]:
        found = {}
        for name, column in self.types.get((table.schema, table.name), {}).items():
            counts = table.find_column(name)
            bounds = choose_bounds(column, counts.num_distinct if counts else 100, self._as_of)
            if bounds:
                found[name] = bounds
        return found

    def _keep_bounds(self) -> dict[Bounds, _Kept]:
        """Return how the server keeps each pair of bounds."""
        wanted = list(dict.fromkeys(bounds for columns in self.bounds.values() for bounds in columns.values()))
        if not wanted:
            return {}
        self._ask(f"CREATE DATABASE IF NOT EXISTS {SCRATCH}")
        made: dict[tuple[str, str], Bounds] = {}
        for start in range(0, len(wanted), _MOST_IN_SCRATCH):
            part = wanted[start : start + _MOST_IN_SCRATCH]
            table = f"b{start // _MOST_IN_SCRATCH}"
            columns = ", ".join(f"c{number} {_write_type(bounds.column)}" for number, bounds in enumerate(part))
            rows = (", ".join(values) for values in zip(*((one.low, one.high) for one in part), strict=True))
            self._ask(f"CREATE TABLE {SCRATCH}.{table} ({columns})")
            self._ask(f"INSERT INTO {SCRATCH}.{table} VALUES " + ", ".join(f"({row})" for row in rows))
            made |= {(table, f"c{number}"): bounds for number, bounds in enumerate(part)}
        self._ask(
            f"CALL DBMS_STATS.GATHER_SCHEMA_STATS('{SCRATCH}', method_opt => 'FOR ALL COLUMNS SIZE 1', degree => 1)"
        )
        found = self._ask(
            "SELECT t.table_name, c.column_name, s.min_value, s.b_min_value, s.max_value, s.b_max_value"
            " FROM oceanbase.__all_column_stat s JOIN oceanbase.__all_table t ON t.table_id = s.table_id"
            " JOIN oceanbase.__all_database d ON d.database_id = t.database_id"
            " JOIN oceanbase.__all_column c ON c.table_id = s.table_id AND c.column_id = s.column_id"
            f" WHERE d.database_name = '{SCRATCH}'"
        )
        return {
            made[str(table), str(column)]: _Kept((str(low), str(binary_low)), (str(high), str(binary_high)))
            for table, column, low, binary_low, high, binary_high in found
            if (str(table), str(column)) in made and binary_low and binary_high
        }

    def _list_ids(self, tables: Sequence[TwinTable]) -> dict[Name, tuple[int, bool, dict[str, int]]]:
        """Return id, whether it is partitioned, and the ids of the columns, of each table."""
        schemas = ", ".join(f"'{schema}'" for schema in _escape({table.schema for table in tables}))
        found: dict[Name, tuple[int, bool, dict[str, int]]] = {}
        for schema, table, number, level, column, place in self._ask(
            "SELECT d.database_name, t.table_name, t.table_id, t.part_level, c.column_name, c.column_id"
            " FROM oceanbase.__all_table t JOIN oceanbase.__all_database d ON d.database_id = t.database_id"
            " JOIN oceanbase.__all_column c ON c.table_id = t.table_id"
            f" WHERE t.table_type = {_USER_TABLE} AND d.database_name IN ({schemas})"
        ):
            name = (str(schema), str(table))
            found.setdefault(name, (int(str(number)), int(str(level)) > 0, {}))[2][str(column)] = int(str(place))
        return found

    def _list_column_rows(
        self, table: TwinTable, number: int, partition: int, columns: Mapping[str, int]
    ) -> Iterator[Row]:
        chosen = self.bounds[table.schema, table.name]
        for name, place in columns.items():
            counts = table.find_column(name)
            if counts is None:
                continue
            bounds = chosen.get(name)
            ends = self._kept.get(bounds, _Kept()) if bounds else _Kept()
            yield (
                number, partition, place, _TABLE_LEVEL, counts.num_distinct, counts.num_nulls, *ends.high, *ends.low,
                counts.avg_col_len,
            )  # fmt: skip

    def _insert(self, table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
        """Insert rows in few statements; what is the same in all of them stands in ``_CONSTANTS``."""
        constants = _CONSTANTS[table]
        names = ", ".join((*columns, *constants))
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            part = rows[start : start + _ROWS_A_STATEMENT]
            marks = ", ".join(["%s"] * len(columns))
            line = f"({', '.join((marks, *constants.values()))})"
            values = [value for row in part for value in row]
            self._ask(f"REPLACE INTO oceanbase.{table} ({names}) VALUES {', '.join([line] * len(part))}", values)


_TABLE_COLUMNS = ("table_id", "partition_id", "row_cnt", "avg_row_len")
_COLUMN_COLUMNS = (
    "table_id", "partition_id", "column_id", "object_type", "distinct_cnt", "null_cnt", "max_value", "b_max_value",
    "min_value", "b_min_value", "avg_len",
)  # fmt: skip
_CONSTANTS: Mapping[str, Mapping[str, str]] = {
    "__all_table_stat": {
        "object_type": str(_TABLE_LEVEL), "last_analyzed": "NOW(6)", "sstable_row_cnt": "0",
        "sstable_avg_row_len": "0", "macro_blk_cnt": "0", "micro_blk_cnt": "0", "memtable_row_cnt": "0",
        "memtable_avg_row_len": "0", "global_stats": "1", "user_stats": "0", "stattype_locked": str(_LOCKED),
        "stale_stats": "0", "index_type": "0",
    },
    "__all_column_stat": {
        "last_analyzed": "NOW(6)", "distinct_cnt_synopsis": "''", "distinct_cnt_synopsis_size": "0",
        "sample_size": "0", "density": "0", "bucket_cnt": "0", "histogram_type": "0", "global_stats": "1",
        "user_stats": "0",
    },
}  # fmt: skip


def _write_type(column: ColumnType) -> str:
    """Return the type for a column of a scratch table: of texts a short one, whose bounds are kept in the same form."""
    if not column.character_set:
        return column.column_type
    length = "" if column.data_type.endswith("text") else f"({min(column.length or 1, 8)})"
    return f"{column.data_type}{length} CHARACTER SET {column.character_set} COLLATE {column.collation}"


def _escape(names: Iterable[str]) -> list[str]:
    return sorted(name.replace("\\", "\\\\").replace("'", "''") for name in names)
