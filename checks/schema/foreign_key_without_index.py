"""SCH018: foreign keys whose columns have no index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, Unit, check
from agent.facts.schema import MAX_INDEX_COLUMNS, ForeignKeyColumn, IndexColumn, Table


@check(
    code="SCH018",
    name="schema.foreign_key_without_index",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Foreign key without an index on its columns",
    finding="{resource}: no index begins with the columns that refer to {parent} (rows by statistics: {value}; 0 "
    "where none were gathered).",
    remediation=Remediation(
        advice="Create an index that begins with the columns of the foreign key, or drop the foreign key if the "
        "application checks the relation itself.",
        sql=("CREATE INDEX {index!i} ON {schema!i}.{table!i} ({columns});",),
        no_rollback="The server does not let an index go that a foreign key uses; it goes with the foreign key.",
        pre_check="No index of that name exists, and there is room on the data disk.",
        post_check="information_schema.STATISTICS lists the index, and EXPLAIN of a select by these columns uses it.",
        risk="Building the index takes CPU and disk on a large table; writes keep one index more.",
        window=True,
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def foreign_key_without_index(
    keys: Rows[ForeignKeyColumn], indexes: Rows[IndexColumn], tables: Rows[Table]
) -> Iterator[Measurement]:
    """Unlike MySQL, OceanBase makes no index of its own for a foreign key. Each delete in the table referred to, and
    each change of its key, then scans the referring table in full to see whether rows would be orphaned, and keeps its
    locks meanwhile."""
    if len(indexes) >= MAX_INDEX_COLUMNS:
        raise NotAssessed("There are more indexes than are read, so foreign keys without one cannot be told.")
    found: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for part in sorted(indexes, key=lambda row: row.seq_in_index):
        found[part.table_schema, part.table_name, part.index_name].append(part.column_name)
    rows = {(table.table_schema, table.table_name): table.table_rows or 0 for table in tables}
    constraints: defaultdict[tuple[str, str, str], list[ForeignKeyColumn]] = defaultdict(list)
    for key in sorted(keys, key=lambda row: row.ordinal_position):
        constraints[key.table_schema, key.table_name, key.constraint_name].append(key)
    for (schema, table, _), parts in constraints.items():
        names = [part.column_name for part in parts]
        heads = [set(columns[: len(names)]) for (s, t, _), columns in found.items() if (s, t) == (schema, table)]
        if set(names) not in heads:
            evidence = {
                "schema": schema,
                "table": table,
                "parent": f"{parts[0].referenced_table_schema}.{parts[0].referenced_table_name}",
                "index": f"idx_{'_'.join(names)}"[:60],
                "columns": ", ".join("`" + name.replace("`", "``") + "`" for name in names),
            }
            yield Measurement(f"{schema}.{table} ({', '.join(names)})", rows.get((schema, table), 0), evidence)
