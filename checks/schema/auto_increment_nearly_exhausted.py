"""SCH003: AUTO_INCREMENT against what its column can hold."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    known,
    name_object,
    params,
    unknown,
)
from agent.facts.schema import AutoIncrement, BusinessObject, NotableColumn, TableStatistics
from checks.schema.counted import require_proven
from checks.schema.pages import DDL, OBJECTS, VIEWS

BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
LARGEST_CACHE = 100_000_000  # the largest that a tenant or a table can have


@params
class AutoIncrementParams(Params):
    """From which share on a column is not called well unless it is proven."""

    unsure_from_pct: float


@check(
    code="SCH003",
    name="schema.auto_increment_nearly_exhausted",
    unit=Unit.PCT,
    actor=Actor.CUSTOMER,
    title="AUTO_INCREMENT column nearly exhausted",
    finding="{resource}: AUTO_INCREMENT of {column} ({type}) has reached {reached_count} of {highest_count}, {value}; "
    "limit {limit}.",
    remediation=Remediation(
        advice="Act before the column is full, and widen the columns of other tables that refer to it as"
        " well. Find out whether values are skipped: explicit large values, restarts and NOORDER "
        "mode eat whole caches.",
        sql=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} {wider} NOT NULL AUTO_INCREMENT;",),
        no_rollback="Once values are written that the old type cannot hold, the old type cannot be restored.",
        pre_check="SELECT MAX of the column: it shows how much of the range is really used.",
        post_check="information_schema.COLUMNS shows the new COLUMN_TYPE and inserts succeed.",
        risk="Applications must accept wider numbers.",
        window=True,
        cases=(
            Case("Widen the column to the type in the statement.", when=known("wider")),
            Case(
                "Nothing is wider than BIGINT UNSIGNED: take the rows into a new table that counts from 1.",
                when=unknown("wider"),
            ),
            Case(
                "SHOW CREATE TABLE: repeat the column's comment in the statement; while a foreign"
                " key uses the column, the server refuses the change (error 5320), so drop the "
                "key first and create it again afterwards.",
                when=known("wider"),
                part="pre_check",
            ),
            Case(
                "In this version the change of a key column rewrites and locks the table.",
                when=known("wider"),
                before=(4, 2, 2),
                part="risk",
            ),
        ),
    ),
    exhausts=True,
    sources=(
        DocPage(f"{OBJECTS}/200.manage-tables-of-mysql-mode/300.define-an-auto-increment-column-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/6200.o-dba_ob_auto_increment-of-mysql-mode.md"),
        DocPage(f"{DDL}/900.column-type-change-rule-of-mysql-mode.md"),
    ),
)
def auto_increment_nearly_exhausted(
    counters: Rows[AutoIncrement],
    objects: Rows[BusinessObject],
    columns: Rows[NotableColumn],
    statistics: Rows[TableStatistics] | None,
    p: AutoIncrementParams,
) -> Iterator[Measurement]:
    """Once the column is exhausted every insert fails until it is widened. OceanBase allocates values in caches, so
    gaps are large and a small type is soon used up. The view records the end of the allocated cache, which may be above
    the value really used; a table may have its own cache of at most a hundred million values. So values before that
    distance are certainly used, and at least as many as there are rows by statistics; between that and the end of the
    cache the usage is unknown."""
    standing = {row.auto_increment_key: row for row in counters}
    tables = [row for row in objects if row.object_type == "TABLE"]
    of_table = {(row.owner, row.object_name): standing.get(row.object_id) for row in tables}
    counted = {(row.owner, row.table_name): row.num_rows for row in statistics or ()}
    unsure = []
    for column in columns:
        name, kind = (column.table_schema, column.table_name), column.data_type.lower()
        counter = of_table.get(name)
        if "auto_increment" not in column.extra.lower() or kind not in BITS or counter is None:
            continue
        unsigned = "unsigned" in column.column_type.lower()
        highest = 2 ** (BITS[kind] - (0 if unsigned else 1)) - 1
        end, rows = max(counter.sync_value, counter.auto_increment_value or 0), counted.get(name) or 0
        passed = max(rows if rows <= highest else 0, end - LARGEST_CACHE, 0)
        if passed < highest * p.unsure_from_pct / 100 <= end:
            unsure.append(name_object(*name))
            continue
        widest = "BIGINT UNSIGNED" if unsigned or kind == "bigint" else "BIGINT"
        names = {"schema": name[0], "table": name[1], "column": column.column_name, "type": column.column_type}
        wider = None if unsigned and kind == "bigint" else widest
        evidence = {**names, "reached_count": passed, "highest_count": highest, "wider": wider}
        yield Measurement(name_object(*name), 100 * passed / highest, evidence)
    require_proven(unsure)
