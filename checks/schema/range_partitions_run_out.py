"""SCH012: tables partitioned by time whose last partition ends soon."""

from __future__ import annotations

import math
from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.given import Clock
from agent.facts.schema import PartitionedTable
from checks.schema.bounds import by_partition, ends_of, ranges_of, spelled
from checks.schema.pages import OBJECTS, VIEWS


@params
class RangeParams(Params):
    closed_days: int
    ahead_count: int


@check(
    code="SCH012",
    name="schema.range_partitions_run_out",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Partitions by time run out",
    finding="{resource}: the last range partition ends in {value} ({bound}), and none is there for rows beyond (limit "
    "{limit}).",
    remediation=Remediation(
        advice="Add partitions for the coming months now, and let a scheduled job add them from then on. Do not rely "
        "on a MAXVALUE partition alone: it only collects what should have had partitions of its own. Where the dates "
        "divide subpartitions, 4.x up to 4.3.3 cannot add any: lay the table out anew, by date first and by the rest "
        "below.",
        no_rollback="A partition that was added and is still empty is dropped with ALTER TABLE ... DROP PARTITION.",
        pre_check="SHOW CREATE TABLE: take over names and widths of the existing partitions.",
        post_check="information_schema.PARTITIONS shows a last bound well in the future.",
        risk="None; adding a partition at the end moves no rows.",
    ),
    sources=(
        DocPage(f"{OBJECTS}/300.manage-partitions-of-mysql-mode/400.add-a-partition-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/1400.information_schema-partitions-of-mysql-mode.md"),
    ),
)
def range_partitions_run_out(
    tables: Rows[PartitionedTable], clock: Rows[Clock], p: RangeParams
) -> Iterator[Measurement]:
    """A row beyond the last range partition is refused with error 1526, so one night every insert into the table fails.
    Tables whose last bound passed long ago are closed archives, and where several partitions are ready ahead somebody
    adds them in time: both are left out, and so are tables with a partition for all the rest. Subpartitions by range
    count likewise, but that nobody is taken to add them. Numbers count as dates where they read as year, month, day
    and hour or as a time since 1970, and lie whole days or hours apart. Bounds that are no dates are not judged."""
    now = clock[0].as_of
    for table in tables:
        ends = ends_of(table)
        if not ends or table.catch_all_pieces:
            continue
        first, last = ends
        left = (last.date() - now.date()).days
        width = (last - first) / max(ranges_of(table) - 1, 1)
        ready = math.ceil((last - now) / width) if width and by_partition(table) else 0  # the current one counts
        if left >= -p.closed_days and ready < p.ahead_count:
            yield Measurement(name_object(table.table_schema, table.table_name), left, {"bound": spelled(last)})
