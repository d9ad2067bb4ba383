"""SCH009: columns per index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import IndexColumn
from checks.schema.pages import DESIGN, VIEWS


@check(
    code="SCH009",
    name="schema.index_with_too_many_columns",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Index with too many columns",
    consequence="Writes become slower without any gain for queries.",
    finding="{resource} has {value} columns; limit {limit}.",
    remediation=Remediation(
        advice="Keep the columns of equality conditions, then one range or sort column; the table provides the others.",
        no_rollback="Create the new index first and drop the old one last; until then the change can be abandoned.",
        pre_check="EXPLAIN the statements that use the index: is_index_back shows whether they need its last columns.",
        post_check="The statements use the shorter index at the same speed.",
        risk="A statement that the long index covered alone must then look up the table.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/400.index-design.md"),
        DocPage(f"{VIEWS}/2500.information_schema-statistics-of-mysql-mode.md"),
    ),
)
def index_with_too_many_columns(columns: Rows[IndexColumn]) -> Iterator[Measurement]:
    """Columns behind the first range condition of a query do not narrow the scan. They only make the index larger, and
    every change of them rewrites the entry; a long primary key is repeated in each index of the table."""
    indexes: defaultdict[str, set[int]] = defaultdict(set)
    for row in columns:
        if row.index_type == "BTREE" and not row.column_name.startswith("__"):  # parts that the server adds
            indexes[name_object(row.table_schema, row.table_name, row.index_name)].add(row.seq_in_index)
    for resource, positions in indexes.items():
        yield Measurement(resource, len(positions))
