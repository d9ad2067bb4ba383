"""SCH008: indexes that the server does not use."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import IndexColumn
from checks.schema.pages import DDL, VIEWS


@check(
    code="SCH008",
    name="schema.invalid_index",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Index cannot be used",
    consequence="The queries for which the index was made are slow.",
    finding="{resource} is {value}: statements cannot use it.",
    remediation=Remediation(
        advice="Make sure that the index is not being built at the moment; then drop it and create it again.",
        sql=("ALTER TABLE {schema!i}.{table!i} DROP INDEX {index!i};",),
        no_rollback="The index serves no statement at present; create it again from SHOW CREATE TABLE if needed.",
        pre_check="Keep the definition from SHOW CREATE TABLE; no build of this index is running in "
        "GV$SESSION_LONGOPS.",
        post_check="information_schema.STATISTICS shows VALID for the new index.",
        risk="Rebuilding the index reads the whole table.",
    ),
    sources=(
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
        DocPage(f"{DDL}/200.index-operations-of-mysql-mode.md"),
    ),
)
def invalid_index(columns: Rows[IndexColumn]) -> Iterator[Measurement]:
    """Building an index can fail half-way, because of duplicates or lack of space, and leaves an index that serves no
    statement. The queries it was made for scan the whole table meanwhile."""
    broken = {
        (row.table_schema, row.table_name, row.index_name): row.comment
        for row in columns
        if row.comment not in ("VALID", "")
    }
    for name, comment in broken.items():
        yield Measurement(name_object(*name), comment, dict(zip(("schema", "table", "index"), name, strict=True)))
