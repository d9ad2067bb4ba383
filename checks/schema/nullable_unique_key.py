"""SCH028: unique keys of several columns that NULL lets the same values into twice."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
    KernelRun,
    Measurement,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_object,
)
from agent.facts.schema import IndexColumn
from checks.schema.indexes import group_indexes, is_whole
from checks.schema.pages import OBJECTS, VIEWS


@check(
    code="SCH028",
    name="schema.nullable_unique_key",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Unique key with a column that may be NULL",
    consequence="Wrong duplicates are stored that the key is meant to prevent.",
    finding="{resource}: {value} may be NULL, and rows with NULL there may repeat all the other columns of the key.",
    remediation=Remediation(
        advice='First merge the duplicate rows, then make the column NOT NULL with a value for "none", such as 0 or a '
        "far date. If duplicates are intended, record the reason and request an exemption.",
        no_rollback='Which value stands for "none" is decided by the business; MODIFY ... NULL restores the column.',
        pre_check="Group by the other columns of the key where this one IS NULL: groups of several rows are what the "
        "key let in.",
        post_check="information_schema.STATISTICS shows no nullable column in the key.",
        risk="Programs that write NULL there fail from then on.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{OBJECTS}/500.manage-indexes-of-mysql-mode/100.about-indexes-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "CREATE TABLE t (a INT NOT NULL, b INT, UNIQUE KEY (a, b)); INSERT (1, NULL) twice"),
    ),
)
def nullable_unique_key(indexes: Rows[IndexColumn]) -> Iterator[Measurement | Unjudged]:
    """NULL never equals NULL, so a unique key does not compare rows with a NULL: combinations that should be unique
    can repeat. A typical case is a deletion date that is NULL for existing rows.

    Unique keys of a single nullable column are excluded: many rows without a value are intended there.
    """
    for (schema, table), made in group_indexes(indexes).items():
        for name, index in made.items():
            parts = [index[seq] for seq in sorted(index)]
            if parts[0].non_unique or len(parts) == 1 or not is_whole(index):
                continue
            nullable = [row.column_name for row in parts if row.nullable == "YES"]
            if any(row.nullable is None for row in parts):
                yield Unjudged(name_object(schema, table, name))
            elif nullable:
                yield Measurement(name_object(schema, table, name), ", ".join(nullable))
