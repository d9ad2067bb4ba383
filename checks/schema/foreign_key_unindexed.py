"""SCH023: foreign keys whose columns lead no index of the table."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, KernelRun, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import ForeignKey, ForeignKeyColumn, IndexColumn
from checks.schema.indexes import Index, group_indexes, group_keys
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH023",
    name="schema.foreign_key_unindexed",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Foreign key without an index on its columns",
    consequence="Deleting a row of the parent table is slow and blocks other users.",
    finding="{resource}: no index of the table begins with the columns of the key ({value}), which refers to {parent}.",
    remediation=Remediation(
        advice="Create an index that begins with these columns; add others if statements use them. If rows of the "
        "parent table are never deleted and their key never changes, record the reason and request an exemption.",
        sql=("CREATE INDEX {index!i} ON {schema!i}.{table!i} ({columns});",),
        no_rollback="The server refuses to drop an index on exactly the columns of a foreign key (error 5320).",
        pre_check="No index of that name is there; disk and CPU for building an index on a table of this size.",
        post_check="EXPLAIN of a DELETE from the referred table, or of a join over the key, no longer shows a full "
        "scan of the table.",
        risk="Every write to the table maintains one more index.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{OBJECTS}/500.manage-indexes-of-mysql-mode/100.about-indexes-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/1200.information_schema-key_column_usage-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "CREATE TABLE with a foreign key makes no index; SHOW INDEX"),
    ),
)
def foreign_key_unindexed(
    keys: Rows[ForeignKey], key_columns: Rows[ForeignKeyColumn], indexes: Rows[IndexColumn]
) -> Iterator[Measurement]:
    """Unlike MySQL, OceanBase creates no index for a foreign key. Whenever a row of the parent table is deleted or its
    key changes, rows that refer to it are searched; without an index that reads the whole table each time, while locks
    are held. Joins over the key read the whole table, too."""
    parents = {(key.constraint_schema, key.table_name, key.constraint_name): key.referenced_table_name for key in keys}
    made = group_indexes(indexes)
    for name, columns in group_keys(key_columns).items():
        schema, table, constraint = name
        if name in parents and not any(_leads(columns, index) for index in made.get((schema, table), {}).values()):
            quoted = ", ".join("`" + column.replace("`", "``") + "`" for column in columns)
            names = {"schema": schema, "table": table, "columns": quoted, "index": f"idx_{constraint}"[:64]}
            parent = name_object(schema, parents[name])
            yield Measurement(name_object(schema, table, constraint), ", ".join(columns), {**names, "parent": parent})


def _leads(columns: list[str], index: Index) -> bool:
    """Whether an index that the server uses begins with these columns, in any order."""
    leading = {index[seq].column_name.casefold() for seq in sorted(index)[: len(columns)]}
    usable = all(row.index_type == "BTREE" and row.is_visible == "YES" for row in index.values())
    return usable and leading == {column.casefold() for column in columns}
