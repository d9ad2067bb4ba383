"""SCH003: AUTO_INCREMENT against what its column can hold."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, Unit, check
from agent.facts.schema import AutoIncrement, BusinessObject, NumberColumn
from agent.facts.settings import Variable

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}


@check(
    code="SCH003",
    name="schema.auto_increment_nearly_exhausted",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="AUTO_INCREMENT column running out of values",
    finding="{resource}: AUTO_INCREMENT of {column} ({type}) has passed {reached_count} of {highest_count}, {value}; "
    "limit {limit}.",
    remediation=Remediation(
        advice="Widen the column before it is full, and the columns of other tables that refer to it. Find out "
        "whether values are skipped: explicit large values, restarts and NOORDER mode eat whole caches.",
        sql=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} {wider} NOT NULL AUTO_INCREMENT;",),
        no_rollback="The old type cannot hold the values that are written from then on; before that, MODIFY goes back "
        "to it.",
        pre_check="SELECT MAX of the column: it shows how much of the range is really used.",
        post_check="information_schema.COLUMNS shows the new COLUMN_TYPE and inserts succeed.",
        risk="Before 4.2.2 the change of a key column rewrites and locks the table; applications must accept wider "
        "numbers.",
        window=True,
        link="https://en.oceanbase.com/docs/common-best-practices-10000000002807692",
    ),
)
def auto_increment_nearly_exhausted(
    counters: Rows[AutoIncrement], objects: Rows[BusinessObject], columns: Rows[NumberColumn], variables: Rows[Variable]
) -> Iterator[Measurement]:
    """Once the column is full every insert fails, and widening a large table takes hours that nobody has then.
    OceanBase hands values out in caches of auto_increment_cache_size, so gaps are large and a small type is soon used
    up; where the cache exceeds the whole range of the type the view cannot tell the truth, and such a column is left
    out."""
    cache = next((int(row.value) for row in variables if row.name == "auto_increment_cache_size" and row.value), 0)
    if not cache:
        raise NotAssessed("The view shows no row of this tenant.")
    stand = {row.auto_increment_key: max(row.sync_value, row.auto_increment_value or 0) - cache for row in counters}
    reached = {(row.owner, row.object_name): stand[row.object_id] for row in objects if row.object_id in stand}
    for column in columns:
        schema, table, kind = column.table_schema, column.table_name, column.data_type.lower()
        if "auto_increment" not in column.extra.lower() or kind not in BITS or (schema, table) not in reached:
            continue
        unsigned = "unsigned" in column.column_type.lower()
        highest = 2 ** (BITS[kind] - (0 if unsigned else 1)) - 1
        passed = max(0, reached[schema, table])
        if highest > cache:
            wider = "BIGINT UNSIGNED" if unsigned or kind == "bigint" else "BIGINT"
            names = {"schema": schema, "table": table, "column": column.column_name, "type": column.column_type}
            counts = {"reached_count": passed, "highest_count": highest, "wider": wider}
            yield Measurement(f"{schema}.{table}", 100 * passed / highest, {**names, **counts})
