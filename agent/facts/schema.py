"""Business tables, columns, indexes and what runs out. Empty without SHOW VIEW: then Unavailable."""

from __future__ import annotations

from datetime import datetime

from agent.facts import SYSTEM_SCHEMAS, CostClass, Privilege, expr, source, supplied
from agent.facts.definitions import TableDefinition
from agent.model.terms import DataClass

_SYSTEM = ", ".join(f"'{name}'" for name in SYSTEM_SCHEMAS)
# What the server makes for itself in business schemas and lists as if it were the customer's: the tables behind
# materialized views and their logs, and the parts of vector and full-text indexes. Nobody may change these.
MVIEW_LOG = "mlog$_"  # begins the name of a log, which ends with that of its table
_MADE_TABLES = ("__mv_container_", MVIEW_LOG)
_MADE_INDEXES = ("rowkey_vid_table", "vid_rowkey_table", "fts_rowkey_doc", "fts_doc_rowkey")
_MADE_INDEX_ENDS = (
    "_index_id_table", "_index_snapshot_data_table", "_fts_doc_word", "_ivf_rowkey_cid", "_ivf_cid_vector",
    "_ivf_sq_meta", "_ivf_pq_centroid", "_ivf_pq_code", "_ivf_pq_rowkey_cid",
)  # fmt: skip


def _read_with(column: str, optional: str) -> str:
    """Return a column that is never NULL, so that the other one is read, too.

    Standard views are taken to have the columns that some required field names; an optional field alone is not read.
    """
    return f"COALESCE({column}, {optional})"


def _leave_out_made_tables(column: str) -> str:
    return " AND ".join(f"SUBSTR({column}, 1, {len(start)}) <> '{start}'" for start in _MADE_TABLES)


_OWN_TABLES = _leave_out_made_tables("TABLE_NAME")
_OWN_INDEXES = " AND ".join((
    "INDEX_NAME NOT IN ({})".format(", ".join(f"'{name}'" for name in _MADE_INDEXES)),
    *(f"SUBSTR(INDEX_NAME, -{len(end)}) <> '{end}'" for end in _MADE_INDEX_ENDS),
))  # fmt: skip
BUSINESS = f"TABLE_SCHEMA NOT IN ({_SYSTEM}) AND {_OWN_TABLES}"
BUSINESS_OWNER = f"OWNER NOT IN ({_SYSTEM})"
# Where this many rows come back, tables at the end of the alphabet may have indexes that were not read.
MAX_INDEX_COLUMNS = 60000
# Where this many rows come back, databases and tables at the end of the alphabet were not read.
MAX_OBJECTS = 25000
# Character sets that hold all of Unicode; "binary" holds bytes.
FULL_CHARSETS = ("utf8mb4", "gb18030", "gb18030_2022", "utf16", "utf16le", "binary")
_LIMITED = "CHARACTER_SET_NAME NOT IN ({})".format(", ".join(f"'{name}'" for name in FULL_CHARSETS))
_DROPPED = (
    "((OWNER = '__recyclebin' AND OBJECT_TYPE = 'TABLE')"
    " OR (OBJECT_TYPE = 'DATABASE' AND SUBSTR(OBJECT_NAME, 1, 12) = '__recycle_$_'))"
)
# Of columns that many tables have, only what a check may ask about is read. These numbers are no limits: a check whose
# rule asks about less names them as ``readable``, and does not pass.
FAR_BEHIND_FROM = 100  # the place of a column in its table
FAR_BEHIND_STEP = 10
LONG_CHAR_FROM = 65  # characters
# What an index may repeat in full. A shorter text stays far below the limit on the width of its entries.
WIDE_FROM = 256  # characters
NAMED_MOMENT_UP_TO = 64  # characters
FEW_VALUES_UP_TO = 50  # distinct values
SHORT_VALUE_BYTES = 15  # of a column of more values, longer ones are read
VALUE_HEAD_BYTES = 12  # of each value in AVG_COL_LEN
_FAR_BEHIND = f"(ORDINAL_POSITION >= {FAR_BEHIND_FROM} AND ORDINAL_POSITION % {FAR_BEHIND_STEP} = 0)"
_LONG_CHAR = f"(DATA_TYPE = 'char' AND CHARACTER_MAXIMUM_LENGTH > {LONG_CHAR_FROM - 1})"
_WIDE = f"(CHARACTER_MAXIMUM_LENGTH >= {WIDE_FROM} AND DATA_TYPE <> 'json')"
_DATED = "(DATA_TYPE IN ('date', 'datetime', 'timestamp') AND COLUMN_DEFAULT LIKE '____-__-__%')"
# What a name says of a text: it ends in a moment, or in several keys. Checks read the words closer.
_LAST_WORD = "SUBSTRING_INDEX(COLUMN_NAME, '_', -1)"
_NAMED_MOMENT = (
    f"(DATA_TYPE IN ('char', 'varchar') AND CHARACTER_MAXIMUM_LENGTH <= {NAMED_MOMENT_UP_TO}"
    " AND (SUBSTR(COLUMN_NAME, -4) IN ('date', 'time') OR SUBSTR(COLUMN_NAME, -5) = 'until'"
    f" OR {_LAST_WORD} IN ('timestamp', 'birthday', 'at', 'on', 'from', 'to', 'till', 'since')))"
)
_NAMED_KEYS = (
    "(CHARACTER_MAXIMUM_LENGTH > 0 AND DATA_TYPE NOT IN ('json', 'enum', 'set') AND SUBSTR(COLUMN_NAME, -3) = 'ids')"
)
# What is asked of a column by itself; whether it is part of a key, the server knows by the whole definition only.
_NOTABLE = (
    f"EXTRA LIKE '%auto_increment%' OR DATA_TYPE IN ('float', 'double') OR {_LIMITED} OR ORDINAL_POSITION = 1"
    f" OR {_FAR_BEHIND} OR {_LONG_CHAR} OR {_WIDE} OR {_DATED} OR {_NAMED_MOMENT} OR {_NAMED_KEYS}"
)
_IN_KEY = "COLUMN_KEY <> ''"
_GATHERED = "LAST_ANALYZED > '1971-01-01'"
_BY_RANGE = "PARTITION_METHOD LIKE 'RANGE%'"
_BY_LIST = "PARTITION_METHOD LIKE 'LIST%' AND SUBPARTITION_NAME IS NULL"
# Where partitions are not by range, subpartitions may be. The position goes before a bound, always seven digits, so
# that the largest text is the last one's. The values of a list follow no order, so all have the same position there.
_BOUND = (
    f"CASE WHEN {_BY_RANGE} THEN CONCAT(PARTITION_ORDINAL_POSITION + 1000000, PARTITION_DESCRIPTION)"
    f" WHEN SUB{_BY_RANGE} THEN CONCAT(SUBPARTITION_ORDINAL_POSITION + 1000000, SUBPARTITION_DESCRIPTION)"
    f" WHEN {_BY_LIST} THEN CONCAT(1000000, PARTITION_DESCRIPTION) END"
)
_CATCH_ALL = f"({_BOUND} LIKE '_______MAXVALUE%' OR {_BOUND} LIKE '_______DEFAULT%')"


@source(
    "information_schema.TABLES",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS} AND TABLE_TYPE = 'BASE TABLE'",
    order_by="TABLE_SCHEMA, TABLE_NAME",
    limit=20000,
    requires=Privilege.SHOW_VIEW,
)
class Table:
    """One business table. ``table_rows`` and ``data_length`` (bytes) are 0 without statistics: unknown, not empty."""

    table_schema: str
    table_name: str
    table_rows: int | None
    data_length: int | None
    table_collation: str | None
    create_time: datetime | None


@source(
    "information_schema.STATISTICS",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS} AND {_OWN_INDEXES}",
    order_by="TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    limit=MAX_INDEX_COLUMNS,
    requires=Privilege.SHOW_VIEW,
)
class IndexColumn:
    """One column of an index; the primary key is the index ``PRIMARY``."""

    table_schema: str
    table_name: str
    index_name: str
    non_unique: bool
    seq_in_index: int
    column_name: str
    sub_part: int | None
    index_type: str
    is_visible: str
    comment: str = expr(_read_with("COMMENT", "NULLABLE"))
    nullable: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether the column is NOT NULL for sure."""
        return self.nullable in ("", "NO")


@source(
    "information_schema.COLUMNS",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS} AND ({_NOTABLE} OR {_IN_KEY})",
    order_by="TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
    limit=80000,
    requires=Privilege.SHOW_VIEW,
    sliced_by=Table,
    keyed_by=IndexColumn,
)
class NotableColumn:
    """One column that a check asks about: AUTO_INCREMENT, floating point, limited character set, part of a key, long
    CHAR, text of 256 characters or more, text whose name ends in a moment or in several keys, with a date as its
    default, the first one, or every tenth from the hundredth on. A view that does not compile has none.

    It is one of a table or of a view; where there are many tables, those of views are not read. The view is expensive
    to plan, so all these questions share one statement. The type of a text is read without its length, because the
    type of an ENUM contains the customer's own words.
    """

    table_schema: str
    table_name: str
    column_name: str
    data_type: str
    column_type: str = expr("CASE WHEN CHARACTER_SET_NAME IS NULL THEN COLUMN_TYPE ELSE DATA_TYPE END")
    extra: str = expr(_read_with("EXTRA", "COLLATION_NAME"))
    column_key: str = ""
    character_set_name: str | None = expr("COALESCE(CHARACTER_SET_NAME, '')", default=None)  # "" has none
    collation_name: str | None = expr("COALESCE(COLLATION_NAME, '')", default=None)  # "" has none
    # None in the next three: the snapshot was taken before they were read.
    ordinal_position: int | None = None
    characters: int | None = expr("COALESCE(CHARACTER_MAXIMUM_LENGTH, 0)", default=None)  # 0: no text
    default_date: str | None = expr(
        f"CASE WHEN {_DATED} THEN SUBSTR(COLUMN_DEFAULT, 1, 26) ELSE '' END", default=None
    )  # with its time and fraction, "" if there is none


def name_key_columns(sql: str, names: str) -> str:
    """Return the statement of ``NotableColumn`` with quoted names of columns in place of COLUMN_KEY.

    ``column_key`` is then '1' for a column that is notable by itself, and '0' for one that has such a name only.
    """
    told = f"CASE WHEN {_NOTABLE} THEN '1' ELSE '0' END AS column_key"
    return sql.replace("`COLUMN_KEY` AS column_key", told, 1).replace(_IN_KEY, f"COLUMN_NAME IN ({names})", 1)


@source("oceanbase.DBA_OB_AUTO_INCREMENT", cost=CostClass.MEDIUM, order_by="AUTO_INCREMENT_KEY", limit=20000)
class AutoIncrement:
    """Where the AUTO_INCREMENT of one table stands; ``auto_increment_key`` is the table's id (``BusinessObject``).

    ``auto_increment_value`` is the cache's ceiling, not the last value.
    """

    auto_increment_key: int
    auto_increment_value: int | None
    sync_value: int


@supplied
class DroppedObject:
    """A dropped table or database, as it stands in snapshots of the time when it was read apart from other objects."""

    owner: str
    object_name: str
    last_ddl_time: datetime | None


@source("oceanbase.DBA_RECYCLEBIN", DataClass.SETTINGS, where="TYPE IN ('TABLE', 'DATABASE')", limit=5000)
class RecycledObject:
    """A dropped table or database with the name that it had."""

    owner: str
    object_name: str
    original_name: str
    type: str
    droptime: datetime | None


@source(
    "oceanbase.DBA_TAB_STATISTICS",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS_OWNER} AND {_OWN_TABLES} AND OBJECT_TYPE = 'TABLE'",
    order_by="OWNER, TABLE_NAME",
    limit=20000,
)
class TableStatistics:
    """Optimizer statistics of one business table; None where they were never gathered.

    ``sample_size`` are the rows that were read for them; setting ``num_rows`` by hand leaves it as it was.
    A table whose statistics were locked before they were gathered has numbers all the same, and a zero date.
    """

    owner: str
    table_name: str
    num_rows: int | None = expr(f"CASE WHEN {_GATHERED} THEN NUM_ROWS END")
    avg_row_len: int | None = expr(f"CASE WHEN {_GATHERED} THEN AVG_ROW_LEN END")
    sample_size: int | None = expr(f"CASE WHEN {_GATHERED} THEN SAMPLE_SIZE END", default=None)
    last_analyzed: datetime | None = expr(f"CASE WHEN {_GATHERED} THEN LAST_ANALYZED END")
    stattype_locked: str | None


@source(
    "oceanbase.DBA_TAB_COL_STATISTICS",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS_OWNER} AND {_OWN_TABLES} AND {_GATHERED}",
    order_by="OWNER, TABLE_NAME, COLUMN_NAME",
    limit=60000,
    tables_of=TableDefinition,
    elsewhere=(
        f"NUM_DISTINCT BETWEEN 1 AND {FEW_VALUES_UP_TO}"
        f" OR AVG_COL_LEN >= {SHORT_VALUE_BYTES + 1 + VALUE_HEAD_BYTES} AND NUM_DISTINCT > 0"
    ),
)
class ColumnStatistics:
    """Optimizer statistics of one column, without its least and largest value, which are the customer's data.

    Of the tables that the dearest statements read, every column is here: the twin needs it, because a plan is chosen by
    how many values a column has. Of other tables only columns with few values or long ones are. ``num_distinct`` does
    not count NULL. AVG_COL_LEN counts the twelve bytes of a value's head in memory, too (sys_op_opnsize in the kernel);
    ``avg_bytes`` does not.
    """

    owner: str
    table_name: str
    column_name: str
    num_distinct: int
    num_nulls: int
    avg_col_len: int = expr("GREATEST(AVG_COL_LEN, 0)")

    @property
    def avg_bytes(self) -> int:
        """How long a value is stored, on average."""
        return max(self.avg_col_len - VALUE_HEAD_BYTES, 0)


@source(
    "oceanbase.DBA_TAB_MODIFICATIONS",
    DataClass.STATISTICS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS_OWNER.replace('OWNER', 'TABLE_OWNER')} AND {_OWN_TABLES} AND INSERTS + UPDATES + DELETES > 0",
    group_by="TABLE_OWNER, TABLE_NAME",
    order_by="TABLE_OWNER, TABLE_NAME",
    limit=20000,
)
class TableChanges:
    """Rows of one business table that were inserted, updated and deleted since its statistics were gathered.

    Where they were never gathered it is since the table was made, or rebuilt by a DDL. DBA_OB_TABLE_STAT_STALE_INFO
    says the same and costs ten times as much to plan; the column STALE_STATS of DBA_TAB_STATISTICS is always NO.
    """

    table_owner: str
    table_name: str
    changes: int = expr("SUM(INSERTS + UPDATES + DELETES)")
    added_rows: int = expr("SUM(INSERTS - DELETES)", default=0)


@source(
    "information_schema.PARTITIONS",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS} AND PARTITION_NAME IS NOT NULL",
    group_by="TABLE_SCHEMA, TABLE_NAME",
    order_by="TABLE_SCHEMA, TABLE_NAME",
    limit=20000,
    requires=Privilege.SHOW_VIEW,
)
class PartitionedTable:
    """One partitioned business table. ``pieces`` are its partitions, or subpartitions where it has them.

    Row counts are those of the optimizer statistics, None where they were never gathered. The bounds are those of the
    first and the last range partition as the server spells them, without a partition that takes all the rest
    (MAXVALUE): ``catch_all_pieces`` counts that one, or its subpartitions, and ``catch_all_rows`` its rows. Where only
    the subpartitions are by range, the bounds are theirs, in the partition that has most; all have the same as a rule.
    Of lists they are the values of the first and the last partition by text, without that for the rest (DEFAULT).
    """

    table_schema: str
    table_name: str
    method: str = expr("MIN(PARTITION_METHOD)")
    expression: str | None = expr(
        f"MIN(CASE WHEN {_BY_RANGE} THEN PARTITION_EXPRESSION WHEN SUB{_BY_RANGE} THEN SUBPARTITION_EXPRESSION"
        f" WHEN {_BY_LIST} THEN PARTITION_EXPRESSION END)"
    )
    partitions: int = expr("COUNT(DISTINCT PARTITION_NAME)")
    subpartitions: int | None = expr("MAX(SUBPARTITION_ORDINAL_POSITION)")
    pieces: int = expr("COUNT(*)")
    table_rows: int | None = expr("SUM(TABLE_ROWS)")
    largest_rows: int | None = expr("MAX(TABLE_ROWS)")
    first_bound: str | None = expr(f"SUBSTR(MIN(CASE WHEN NOT {_CATCH_ALL} THEN {_BOUND} END), 8)")
    last_bound: str | None = expr(f"SUBSTR(MAX(CASE WHEN NOT {_CATCH_ALL} THEN {_BOUND} END), 8)")
    catch_all_pieces: int = expr(f"COUNT(CASE WHEN {_CATCH_ALL} THEN 1 END)")
    catch_all_rows: int | None = expr(f"SUM(CASE WHEN {_CATCH_ALL} THEN TABLE_ROWS END)")


@source(
    "oceanbase.DBA_OB_DYNAMIC_PARTITION_TABLES",
    DataClass.SETTINGS,
    where="ENABLE = 'TRUE'",
    order_by="DATABASE_NAME, TABLE_NAME",
    limit=20000,
)
class DynamicPartitions:
    """One table whose range partitions the server adds itself, by its DYNAMIC_PARTITION_POLICY."""

    database_name: str
    table_name: str
    time_unit: str
    precreate_time: str


@source(
    "information_schema.REFERENTIAL_CONSTRAINTS",
    DataClass.SETTINGS,
    where=BUSINESS.replace("TABLE_SCHEMA", "CONSTRAINT_SCHEMA"),
    order_by="CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME",
    limit=20000,
    requires=Privilege.SHOW_VIEW,
)
class ForeignKey:
    """One foreign key of a business table, without its columns: those cost three times as much to plan."""

    constraint_schema: str
    table_name: str
    constraint_name: str
    unique_constraint_schema: str
    unique_constraint_name: str
    referenced_table_name: str = expr(_read_with("REFERENCED_TABLE_NAME", "DELETE_RULE"))
    delete_rule: str | None = None


@source(
    "information_schema.KEY_COLUMN_USAGE",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"{BUSINESS} AND REFERENCED_TABLE_NAME IS NOT NULL",
    order_by="TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
    limit=60000,
    requires=Privilege.SHOW_VIEW,
    only_with=ForeignKey,
)
class ForeignKeyColumn:
    """One column of a foreign key, on the side of the table that has the key."""

    table_schema: str
    table_name: str
    constraint_name: str
    column_name: str
    ordinal_position: int


@source(
    "oceanbase.DBA_PART_INDEXES",
    DataClass.SETTINGS,
    where=f"{BUSINESS_OWNER} AND {_OWN_TABLES} AND {_OWN_INDEXES}",
    order_by="OWNER, TABLE_NAME, INDEX_NAME",
    limit=60000,
)
class PartitionedIndex:
    """One partitioned index, local or global; an unpartitioned one is not listed."""

    owner: str
    table_name: str
    index_name: str
    locality: str | None


@source(
    "oceanbase.DBA_SEQUENCES",
    DataClass.STATISTICS,
    where=BUSINESS_OWNER.replace("OWNER", "SEQUENCE_OWNER"),
    order_by="SEQUENCE_OWNER, SEQUENCE_NAME",
    limit=20000,
)
class Sequence:
    """One sequence. ``last_number`` is the first value beyond what the servers have cached."""

    sequence_owner: str
    sequence_name: str
    min_value: int
    max_value: int
    increment_by: int
    cycle_flag: str
    last_number: int


@source(
    "oceanbase.DBA_OBJECTS",
    DataClass.SETTINGS,
    cost=CostClass.MEDIUM,
    where=f"({BUSINESS_OWNER} AND {_leave_out_made_tables('OBJECT_NAME')}"
    " AND (OBJECT_TYPE IN ('TABLE', 'DATABASE', 'MATERIALIZED VIEW') OR STATUS <> 'VALID'))"
    f" OR ({BUSINESS_OWNER} AND OBJECT_TYPE = 'MATERIALIZED VIEW LOG') OR {_DROPPED}",
    order_by="STATUS, OWNER, OBJECT_NAME",
    limit=MAX_OBJECTS,
)
class BusinessObject:
    """One business table, database, materialized view or its log, a dropped table or database that still takes space,
    or another business object whose status is not VALID; those come first.

    The view is expensive to plan, so all these questions share one statement. 4.2.5 and 4.3.3 have no DBA_RECYCLEBIN in
    MySQL mode, but their dictionary lists what is in the recycle bin: its last DDL was the DROP.
    """

    owner: str
    object_name: str
    object_id: int
    object_type: str
    status: str
    last_ddl_time: datetime | None = None
    is_dropped: bool = expr(f"CASE WHEN {_DROPPED} THEN 1 ELSE 0 END", default=False)


@source(
    "information_schema.VIEW_TABLE_USAGE",
    DataClass.SETTINGS,
    where=BUSINESS.replace("TABLE_SCHEMA", "VIEW_SCHEMA").replace("TABLE_NAME", "VIEW_NAME"),
    order_by="VIEW_SCHEMA, VIEW_NAME, TABLE_SCHEMA, TABLE_NAME",
    limit=20000,
    requires=Privilege.SHOW_VIEW,
)
class ViewUse:
    """One table or view that a view reads, materialized ones included; one that was dropped is not listed."""

    view_schema: str
    view_name: str
    table_schema: str
    table_name: str


@source("oceanbase.DBA_OB_TABLET_TO_LS", DataClass.STATISTICS, cost=CostClass.MEDIUM)
class TabletCount:
    """How many tablets the tenant has, those of its system tables included; always one row."""

    tablets: int = expr("COUNT(*)")
