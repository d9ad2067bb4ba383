"""STA001: tables that the optimizer knows nothing of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

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
from agent.facts.given import Clock
from agent.facts.schema import Table, TableChanges, TableStatistics
from checks.statistics.pages import GATHERING, VIEWS


@params
class NeverGatheredParams(Params):
    """A table is told when it has existed for some days, or at once when so many of its rows have changed.

    The rows of a younger one than ``min_counted_hours`` may not be counted yet.
    """

    min_age_days: int
    min_counted_hours: int
    large_rows_count: int


@check(
    code="STA001",
    name="statistics.never_gathered",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Optimizer statistics never gathered",
    consequence="Statements on the table may get bad plans and become slow.",
    finding="{resource} was created {age_days} ago and has no statistics, and {value} of its rows have changed; limit "
    "{limit}.",
    remediation=Remediation(
        advice="Gather the statistics once by hand, then find out why the nightly windows skip the table.",
        sql=("CALL DBMS_STATS.GATHER_TABLE_STATS({schema!l}, {table!l});",),
        rollback=("CALL DBMS_STATS.DELETE_TABLE_STATS({schema!l}, {table!l});",),
        pre_check="Choose off-peak hours for large tables.",
        post_check="LAST_ANALYZED in DBA_TAB_STATISTICS is set and the plans of the table's statements are as good as "
        "before.",
        risk="Plans may change with the new statistics, usually for the better.",
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/15400.o-dba_tab_statistics-of-mysql-mode.md"),
    ),
)
def never_gathered(
    statistics: Rows[TableStatistics],
    changes: Rows[TableChanges],
    tables: Rows[Table],
    clock: Rows[Clock],
    p: NeverGatheredParams,
) -> Iterator[Measurement | Unjudged]:
    """Without statistics the optimizer relies on rough estimates of the storage layer: it knows the number of rows at
    best, not the distribution of values, and its choice of join orders and indexes is unreliable.

    A small table is given some nights, a large one none. Tables to which nothing was ever written are excluded: the
    nightly windows skip them. The server writes its counts of changed rows down several times an hour, so a table
    created just now is not judged unless enough is counted already.
    """
    created = {(row.table_schema, row.table_name): row.create_time for row in tables}
    written = {(row.table_owner, row.table_name): row.changes for row in changes}
    for row in statistics:
        key = row.owner, row.table_name
        since, count = created.get(key), written.get(key, 0)
        if row.last_analyzed is not None or row.num_rows is not None or not since:
            continue
        age = clock[0].as_of - since
        if count and (age.days >= p.min_age_days or count >= p.large_rows_count):
            evidence: dict[str, Scalar] = {"schema": row.owner, "table": row.table_name, "age_days": age.days}
            yield Measurement(name_object(row.owner, row.table_name), count, evidence)
        elif age < timedelta(hours=p.min_counted_hours):
            yield Unjudged(name_object(row.owner, row.table_name))
