"""SCH004: secondary indexes per table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import IndexColumn
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH004",
    name="schema.too_many_indexes",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Too many indexes on a table",
    consequence="Writes to the table become slow.",
    finding="{resource} has {value} indexes besides its primary key; limit {limit}.",
    remediation=Remediation(
        advice="Find the indexes that no statement uses: merge those with the same leading columns, make the others "
        "invisible one by one, and drop them when there is no effect.",
        no_rollback="Which index to drop depends on the statements of the application.",
        pre_check="Collect the access paths of the frequent statements from GV$OB_PLAN_CACHE_PLAN_STAT and EXPLAIN.",
        post_check="Writes to the table are faster and no statement became slower.",
        risk="If a rare report needs the dropped index, it becomes a full scan.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{OBJECTS}/500.manage-indexes-of-mysql-mode/100.about-indexes-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
    ),
)
def too_many_indexes(columns: Rows[IndexColumn]) -> Iterator[Measurement]:
    """Each index is maintained by every insert and delete and by updates of its columns; global ones make a write a
    distributed transaction. Many indexes slow writes down and give the optimizer more paths to choose wrongly."""
    tables: defaultdict[str, set[str]] = defaultdict(set)
    for row in columns:
        if row.index_name != "PRIMARY":
            tables[name_object(row.table_schema, row.table_name)].add(row.index_name)
    for table, names in tables.items():
        yield Measurement(table, len(names), {"indexes": ", ".join(sorted(names))})
