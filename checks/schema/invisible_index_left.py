"""SCH026: indexes that each write maintains and no statement may use."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import IndexColumn
from checks.schema.pages import STATEMENTS, VIEWS


@check(
    code="SCH026",
    name="schema.invisible_index_left",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Invisible index still exists",
    consequence="Writes are slower because of an index that no statement uses.",
    finding="{resource} is invisible: each write maintains it, and no statement uses it.",
    remediation=Remediation(
        advice="Drop the index where the trial succeeded, and make it visible again where it did not. During "
        "the trial, request an exemption with an end date.",
        sql=("ALTER TABLE {schema!i}.{table!i} DROP INDEX {index!i};",),
        no_rollback="SHOW CREATE TABLE has the definition: save it, and create the index from it.",
        pre_check="No session sets optimizer_use_invisible_indexes, and no foreign key needs the index.",
        post_check="SHOW INDEX no longer lists it, and no statement became slower.",
        risk="Building a large index again takes time; dropping it frees its space at once.",
    ),
    sources=(
        DocPage(f"{STATEMENTS}/1600.alter-table-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
    ),
)
def invisible_index_left(indexes: Rows[IndexColumn]) -> Iterator[Measurement]:
    """An index is made invisible to see whether any statement needs it. If it is then forgotten, it still takes
    memstore, disk and write time, without any use."""
    hidden = {
        (row.table_schema, row.table_name, row.index_name): None for row in indexes if row.is_visible.upper() == "NO"
    }
    for schema, table, index in hidden:
        names = {"schema": schema, "table": table, "index": index}
        yield Measurement(name_object(schema, table, index), "INVISIBLE", names)
