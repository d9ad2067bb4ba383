"""SCH003: AUTO_INCREMENT against what its column can hold."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    LevelSpec,
    Measurement,
    Params,
    Readable,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_object,
    params,
)
from agent.facts.growth import LevelKind
from agent.facts.schema import AutoIncrement, BusinessObject, NotableColumn, TableStatistics
from checks.schema.auto_increments import ADVICE_BY_TYPE, SOURCES, WIDENED_ONLINE, measure_use
from checks.schema.column_kinds import BITS
from checks.schema.counted import require_proven


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
    consequence="Once the column is exhausted, every insert into the table fails.",
    finding="{resource}: AUTO_INCREMENT of {column} ({type}) has certainly reached {reached_count} of {highest_count}, "
    "{value}, and its cache ends at {cache_end_count}; limit {limit}.",
    remediation=Remediation(
        advice="Widen the column before it is full, and the columns of other tables that refer to it as well. "
        "Find out whether values are skipped: explicit large values, restarts and NOORDER mode eat "
        "whole caches.",
        sql=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} {wider} NOT NULL AUTO_INCREMENT;",),
        rollback=("ALTER TABLE {schema!i}.{table!i} MODIFY COLUMN {column!i} {old_type} NOT NULL AUTO_INCREMENT;",),
        pre_check="SELECT MAX of the column: what is really used lies between the two figures.",
        post_check="information_schema.COLUMNS shows the new COLUMN_TYPE and inserts succeed.",
        risk="Applications must accept wider numbers.",
        window=True,
        effort_cases=(WIDENED_ONLINE,),
        cases=ADVICE_BY_TYPE,
    ),
    level=LevelSpec(LevelKind.AUTO_INCREMENT, used="cache_end_count", limit="highest_count"),
    exhausts=True,
    sources=SOURCES,
    readable=Readable(least_param="unsure_from_pct"),
)
def auto_increment_nearly_exhausted(
    counters: Rows[AutoIncrement],
    objects: Rows[BusinessObject],
    columns: Rows[NotableColumn],
    statistics: Rows[TableStatistics] | None,
    p: AutoIncrementParams,
) -> Iterator[Measurement]:
    """Once the column is exhausted every insert fails until it is widened. OceanBase allocates values in caches, so
    gaps are large and a small type is soon used up.

    The view records the end of the allocated cache, which may be above the value really used; a table may have its
    own cache of at most a hundred million values. So values before that distance are certainly used, at least as
    many as there are rows by statistics, and all up to the synchronized value once a cache was allocated behind it;
    between that and the end of the cache the usage is unknown.
    """
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
        use = measure_use(column, counter, counted.get(name) or 0)
        if use.passed < use.highest * p.unsure_from_pct / 100 <= use.end:
            unsure.append(name_object(*name))
            continue
        names = {"schema": name[0], "table": name[1], "column": column.column_name, "type": column.column_type}
        told = {"reached_count": use.passed, "highest_count": use.highest, "cache_end_count": use.end}
        old = column.column_type if use.wider else None
        evidence: dict[str, Scalar] = {**names, **told, "wider": use.wider, "old_type": old}
        yield Measurement(name_object(*name), 100 * use.passed / use.highest, evidence)
    require_proven(unsure)
