"""SCH030: columns of one table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelRun, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import NotableColumn, Table
from checks.schema.counted import list_stored, require_read
from checks.schema.pages import TABLE_DESIGN, VIEWS
from checks.schema.readable import MANY_COLUMNS


@check(
    code="SCH030",
    name="schema.too_many_columns",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Too many columns in a table",
    consequence="Queries read more than they need and become slow.",
    finding="{resource} has at least {value} columns; limit {limit}.",
    remediation=Remediation(
        advice="Split the table by use: keep columns that nearly every statement reads, and move rarely read ones, "
        "above all long texts, to a second table with the same primary key. Attributes that most rows lack fit into a "
        "JSON column or a name-value table.",
        no_rollback="Which columns belong together is decided by the business.",
        pre_check="List by statement which columns are read and written together; look for columns that are empty "
        "everywhere.",
        post_check="information_schema.COLUMNS lists fewer columns, and most statements read only one table.",
        risk="Statements that need both parts join them; take the rows over before the old columns are dropped.",
        window=True,
    ),
    sources=(
        TABLE_DESIGN,
        DocPage(f"{VIEWS}/800.information_schema-columns-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "DROP COLUMN: ORDINAL_POSITION of the columns behind it becomes one less"),
    ),
    readable=MANY_COLUMNS,
)
def too_many_columns(columns: Rows[NotableColumn], tables: Rows[Table]) -> Iterator[Measurement]:
    """Row-store tables store whole rows: reading two of two hundred columns reads the blocks of all columns. Such
    tables often combine things that belong apart, so that several processes change and lock the same row.

    Every tenth column is counted.
    """
    stored = list_stored(tables)
    counted: defaultdict[tuple[str, str], int] = defaultdict(int)
    for column in columns:
        name = (column.table_schema, column.table_name)
        if column.ordinal_position is not None:
            counted[name] = max(counted[name], column.ordinal_position)
    for name in sorted(counted.keys() & stored):
        yield Measurement(name_object(*name), counted[name])
    require_read(tables, (column.ordinal_position for column in columns))
