"""SCH036: indexes on a column that has few values."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.plans import PlanStep
from agent.facts.schema import ColumnStatistics, ForeignKey, ForeignKeyColumn, IndexColumn, TableStatistics
from checks.schema.indexes import group_indexes, list_bound, list_scanned
from checks.schema.pages import DESIGN, VIEWS
from checks.schema.readable import FEW_VALUES


@params
class FewValuesParams(Params):
    min_rows_count: int


@check(
    code="SCH036",
    name="schema.index_on_few_values",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="Index on a column with few distinct values",
    consequence="Writes are slower because of an index that does not help queries.",
    finding="{resource}: {column} has {distinct_count} distinct values in {rows_count} rows, {value} of the table per "
    "value on average, and no plan of the most expensive statements uses the index; limit {limit}.",
    remediation=Remediation(
        advice="Make the index invisible, and drop it when all regular jobs have run without it; or put the column "
        "behind a selective one. Keep it only if one value is rare and statements search for it: then gather a "
        "histogram of the column.",
        sql=("ALTER TABLE {schema!i}.{table!i} ALTER INDEX {index!i} INVISIBLE;",),
        rollback=("ALTER TABLE {schema!i}.{table!i} ALTER INDEX {index!i} VISIBLE;",),
        pre_check="Count the rows by value. No hint or outline names the index.",
        post_check="No statement became slower while the index is hidden.",
        risk="A statement outside the plans that were read may need the index. Until it is dropped, each write "
        "maintains it, and it takes its space.",
    ),
    sources=(
        DocPage(f"{DESIGN}/200.object-structure-design-specification/400.index-design.md"),
        DocPage(f"{VIEWS}/15000.o-dba_tab_col_statistics-of-mysql-mode.md"),
    ),
    readable=FEW_VALUES,
)
def index_on_few_values(
    *,
    indexes: Rows[IndexColumn],
    columns: Rows[ColumnStatistics],
    tables: Rows[TableStatistics],
    keys: Rows[ForeignKey],
    key_columns: Rows[ForeignKeyColumn],
    steps: Rows[PlanStep] | None,
    p: FewValuesParams,
) -> Iterator[Measurement | Unjudged]:
    """Such an index matches a tenth of the table or more at a time, and each row must then be looked up in the table:
    a full scan is cheaper, so the optimizer does not use the index. Every write maintains it all the same.

    NULL is not counted; multi-column, unique and invisible indexes, those that a foreign key needs and those that a
    plan uses are excluded. If no plan could be read, it is not known whether one uses the index."""
    known = {(row.owner, row.table_name, row.column_name): row for row in columns}
    counted = {(row.owner, row.table_name): row.num_rows for row in tables}
    left = list_bound(indexes, keys, key_columns) | list_scanned(steps or ())
    for schema, table, index in _list_plain(indexes):
        rows, found = counted.get((schema, table)), known.get((schema, table, index.column_name))
        if (schema, table, index.index_name) in left:
            continue
        resource = name_object(schema, table, index.index_name)
        if rows is not None and (not found or not found.num_distinct or rows < p.min_rows_count):
            continue
        if rows is None or not found or not steps:  # without statistics nobody knows how many values there are
            yield Unjudged(resource)
            continue
        share = 100 * max(rows - found.num_nulls, 0) / found.num_distinct / rows
        names = {"schema": schema, "table": table, "index": index.index_name, "column": index.column_name}
        counts: dict[str, Scalar] = {"distinct_count": found.num_distinct, "rows_count": rows}
        yield Measurement(resource, share, counts | names)


def _list_plain(indexes: Rows[IndexColumn]) -> Iterator[tuple[str, str, IndexColumn]]:
    """Yield schema, table and the only column of ordinary indexes that are not unique, and not hidden."""
    for table, made in group_indexes(indexes).items():
        for index in made.values():
            column = index[min(index)]
            is_plain = column.non_unique and column.index_type == "BTREE" and column.is_visible.upper() != "NO"
            if len(index) == 1 and is_plain:
                yield (*table, column)
