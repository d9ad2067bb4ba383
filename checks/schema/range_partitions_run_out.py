"""SCH012: tables partitioned by time whose last partition ends soon."""

from __future__ import annotations

import math
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
    check,
    name_object,
    params,
)
from agent.facts.given import Clock
from agent.facts.schema import DynamicPartitions, PartitionedTable
from agent.facts.settings import Variable
from checks.schema.bounds import by_partition, ends_of, ranges_of, spelled
from checks.schema.pages import DYNAMIC, NO_INTERVALS, OBJECTS, VIEWS
from checks.schema.zones import find_zone, read_wall_clock


@params
class RangeParams(Params):
    ahead_count: int


@check(
    code="SCH012",
    name="schema.range_partitions_run_out",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Partitions by time run out",
    consequence="From a certain night on, every insert into the table fails.",
    finding="{resource}: the last partition by time ends in {value} ({bound}), and no partition exists for later rows "
    "(limit {limit}).",
    remediation=Remediation(
        advice="Add partitions for the coming months now. Do not rely on a partition for the rest alone:"
        " it only collects what should have had partitions of its own.",
        no_rollback="A partition that was added and is still empty is dropped with ALTER TABLE ... DROP PARTITION.",
        pre_check="SHOW CREATE TABLE: use the naming and range width of the existing partitions.",
        post_check="information_schema.PARTITIONS shows a last bound well in the future.",
        risk="No risk; adding a partition at the end moves no rows.",
        effort=Effort.ONLINE,
        cases=(
            Case(
                "Where they are range partitions, let the server add them from then on (DYNAMIC_PARTITION_POLICY).",
                since=(4, 3, 5, 2),
            ),
            Case("Let a scheduled job add them from then on.", before=(4, 3, 5, 2)),
            Case(
                "Where the dates divide subpartitions, this version cannot add any: lay the table"
                " out again, by date first and by the rest below.",
                before=(4, 3, 4),
            ),
        ),
    ),
    sources=(
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/400.add-a-partition-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/1400.information_schema-partitions-of-mysql-mode.md"),
        DYNAMIC,
        NO_INTERVALS,
    ),
)
def range_partitions_run_out(
    tables: Rows[PartitionedTable],
    dynamic: Rows[DynamicPartitions] | None,
    variables: Rows[Variable] | None,
    clock: Rows[Clock],
    p: RangeParams,
) -> Iterator[Measurement]:
    """A row beyond the last partition is refused with error 1526, so one night every insert into the table fails.

    If several partitions are ready ahead, somebody or the dynamic partition policy adds them in time: these tables
    are excluded, and so are tables with a MAXVALUE or DEFAULT partition. Subpartitions are assumed not to be added.
    Numbers count as dates if they read as year, month, day and hour or as a time since 1970, and are whole days or
    hours apart. Other bounds are not judged. Dates are in the tenant's time zone.
    """
    zone = find_zone(variables)
    now = read_wall_clock(clock[0].as_of, zone)
    served = {(row.database_name, row.table_name) for row in dynamic or ()}
    for table in tables:
        ends = ends_of(table, zone)
        if not ends or ends[1] <= now or table.catch_all_pieces or (table.table_schema, table.table_name) in served:
            continue
        first, last = ends
        width = (last - first) / max(ranges_of(table) - 1, 1)
        ready = math.ceil((last - now) / width) if width and by_partition(table) else 0  # the current one counts
        if ready < p.ahead_count:
            left = (last.date() - now.date()).days
            yield Measurement(name_object(table.table_schema, table.table_name), left, {"bound": spelled(last, zone)})
