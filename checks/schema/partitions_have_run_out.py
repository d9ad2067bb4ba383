"""SCH022: tables partitioned by time whose last partition has ended."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Effort,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable, TableChanges, TableStatistics
from agent.facts.settings import Variable
from checks.schema.bounds import ends_of, spelled
from checks.schema.counted import list_counted_late
from checks.schema.pages import DYNAMIC, OBJECTS, VIEWS
from checks.schema.zones import find_zone, read_wall_clock


@params
class ClosedParams(Params):
    """A table that ended longer ago and has no writes is taken for a closed archive; with fresh statistics its writes
    may have been counted late."""

    closed_days: int
    min_settled_days: int


@check(
    code="SCH022",
    name="schema.partitions_have_run_out",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Partitions by time have run out",
    consequence="Inserts of new rows into the table fail.",
    finding="{resource}: the last partition by time ended {value} ago ({bound}): rows of today are refused with error "
    "1526.",
    remediation=Remediation(
        advice="Add partitions up to today and for the coming months at once, then load what was refused"
        " again. If the table is closed on purpose, mute the finding with the reason.",
        no_rollback="A partition that was added and is still empty is dropped with ALTER TABLE ... DROP PARTITION.",
        pre_check="SHOW CREATE TABLE: use the naming and range width of the existing partitions. The SQL audit or the "
        "application log shows inserts that failed with 1526.",
        post_check="information_schema.PARTITIONS shows a last bound well in the future, and inserts succeed.",
        risk="No risk; adding a partition at the end moves no rows.",
        effort=Effort.ONLINE,
        cases=(
            Case(
                "Where they are range partitions, let the server add them from then on (DYNAMIC_PARTITION_POLICY).",
                since=(4, 3, 5, 2),
            ),
            Case("Let a scheduled job add them from then on, and watch that it runs.", before=(4, 3, 5, 2)),
        ),
    ),
    sources=(
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/400.add-a-partition-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/1400.information_schema-partitions-of-mysql-mode.md"),
        DYNAMIC,
    ),
)
def partitions_have_run_out(
    *,
    tables: Rows[PartitionedTable],
    changes: Rows[TableChanges] | None,
    statistics: Rows[TableStatistics] | None,
    variables: Rows[Variable] | None,
    clock: Rows[Clock],
    p: ClosedParams,
) -> Iterator[Measurement | Unjudged]:
    """A row beyond the last partition is refused with error 1526, and business rows carry today's date.

    If the last partition ended lately, inserts fail now. If it ended long ago, the table may be a closed archive,
    which has no writes; with writes since its statistics were gathered it is in use. Without statistics the writes
    may be the initial load, and nothing can be said; nor with fresh ones where no more rows were added than they hold,
    for the server counts rows late. Dates are in the tenant's time zone."""
    zone = find_zone(variables)
    now = read_wall_clock(clock[0].as_of, zone)
    written = {(row.table_owner, row.table_name) for row in changes or () if row.changes > 0}
    late = list_counted_late(changes, statistics, clock[0].as_of, p.min_settled_days)
    for table in tables:
        ends = ends_of(table, zone)
        if not ends or ends[1] > now or table.catch_all_pieces:
            continue
        name, days = (table.table_schema, table.table_name), (now.date() - ends[1].date()).days
        if days <= p.closed_days or (name in written - late and table.table_rows is not None):
            yield Measurement(name_object(*name), days, {"bound": spelled(ends[1], zone)})
        elif changes is None or name in written:
            yield Unjudged(name_object(*name))
