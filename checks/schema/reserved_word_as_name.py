"""SCH029: tables whose name is a reserved word."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import Table
from checks.schema.counted import list_once

# The reserved words of MySQL mode, as the documentation lists them.
RESERVED = frozenset((
    "accessible", "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive", "before", "between", "bigint",
    "binary", "blob", "both", "by", "call", "cascade", "case", "change", "char", "character", "check", "collate",
    "column", "condition", "constraint", "continue", "convert", "create", "cross", "current_date", "current_time",
    "current_timestamp", "current_user", "cursor", "database", "databases", "day_hour", "day_microsecond",
    "day_minute", "day_second", "decimal", "declare", "default", "delayed", "delete", "desc", "describe",
    "deterministic", "distinct", "distinctrow", "div", "double", "drop", "dual", "each", "else", "elseif",
    "enclosed", "escaped", "exists", "exit", "explain", "fetch", "float", "float4", "float8", "for", "force",
    "foreign", "from", "fulltext", "generated", "get", "grant", "group", "having", "high_priority",
    "hour_microsecond", "hour_minute", "hour_second", "if", "ignore", "in", "index", "infile", "inner", "inout",
    "insensitive", "insert", "int", "int1", "int2", "int3", "int4", "int8", "integer", "interval", "into",
    "io_after_gtids", "io_before_gtids", "is", "iterate", "join", "key", "keys", "kill", "leading", "leave", "left",
    "like", "limit", "linear", "lines", "load", "localtime", "localtimestamp", "long", "longblob", "longtext",
    "loop", "low_priority", "master_bind", "master_ssl_verify_server_cert", "match", "maxvalue", "mediumblob",
    "mediumint", "mediumtext", "middleint", "minute_microsecond", "minute_second", "mod", "modifies", "natural",
    "no_write_to_binlog", "not", "on", "optimize", "option", "optionally", "or", "order", "out", "outer", "outfile",
    "partition", "precision", "primary", "procedure", "purge", "range", "read", "read_write", "reads", "real",
    "references", "regexp", "release", "rename", "repeat", "replace", "require", "resignal", "restrict", "return",
    "revoke", "right", "rlike", "schema", "schemas", "second_microsecond", "select", "sensitive", "separator",
    "set", "show", "signal", "smallint", "spatial", "specific", "sql", "sql_big_result", "sql_calc_found_rows",
    "sql_small_result", "sqlexception", "sqlstate", "sqlwarning", "ssl", "starting", "stored", "straight_join",
    "table", "tablegroup", "terminated", "then", "tinyblob", "tinyint", "tinytext", "to", "trailing", "trigger",
    "undo", "union", "unique", "unlock", "unsigned", "update", "usage", "use", "using", "utc_date", "utc_time",
    "utc_timestamp", "values", "varbinary", "varchar", "varcharacter", "varying", "virtual", "when", "where",
    "while", "with", "write", "xor", "year_month", "zerofill",
))  # fmt: skip


@check(
    code="SCH029",
    name="schema.reserved_word_as_name",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Table is named by a reserved word",
    finding="{resource}: {value} is a reserved word, so every statement must put the name in backticks.",
    remediation=Remediation(
        advice="Give the table another name with the next release, together with the programs that use it. Until then "
        "a view cannot stand in, for it would need the same name.",
        no_rollback="RENAME TABLE back to the old name undoes it.",
        pre_check="List the programs, views, routines and jobs that name the table.",
        post_check="SHOW TABLES lists the new name only, and the programs work.",
        risk="Whatever still uses the old name fails.",
    ),
    sources=(DocPage("700.reference/500.sql-reference/800.reserved-keyword-of-mysql-mode.md"),),
)
def reserved_word_as_name(tables: Rows[Table]) -> Iterator[Measurement]:
    """A name that is a reserved word works in backticks alone. Scripts, reports and tools that do not quote names fail
    with a syntax error, often only those that somebody writes in a hurry."""
    for table in list_once(tables):
        if table.table_name.casefold() in RESERVED:
            yield Measurement(name_object(table.table_schema, table.table_name), table.table_name.upper())
