"""SCH044: copies of tables and scratch tables that nobody uses any more."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, Unjudged, check, name_object
from agent.facts.given import Clock
from agent.facts.plans import PlanStep
from agent.facts.schema import Table, TableChanges, TableStatistics
from checks.schema.counted import list_once
from checks.schema.name_words import find_original
from checks.schema.pages import DESIGN, STATEMENTS


@check(
    code="SCH044",
    name="schema.copy_left_behind",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Copy or scratch table left behind",
    consequence="Forgotten data wastes space and backup time, and personal data is exposed where nobody looks for it.",
    finding="{resource}: by its name a copy or scratch table ({original}), created {value} ago, and not in use as far "
    "as changes and plans show; limit {limit}.",
    remediation=Remediation(
        advice="Ask who created it. If nobody needs it, drop it; if it must be kept, export it and then drop it.",
        no_rollback="With the recycle bin switched on, FLASHBACK TABLE brings a dropped table back.",
        pre_check="No job or program names the table, and a copy that must be kept was exported.",
        post_check="SHOW TABLES no longer lists it.",
        risk="A job of the end of the month or the year may still use it.",
    ),
    sources=(
        DocPage(f"{DESIGN}/100.object-naming-conventions/400.table-naming-conventions.md"),
        DocPage(f"{STATEMENTS}/3700.drop-table-of-mysql-mode.md"),
    ),
)
def copy_left_behind(
    tables: Rows[Table],
    statistics: Rows[TableStatistics],
    changes: Rows[TableChanges],
    steps: Rows[PlanStep] | None,
    clock: Rows[Clock],
) -> Iterator[Measurement | Unjudged]:
    """Before a release or a repair a table is copied, and the copy is forgotten. It takes space on the disk and in
    each backup, and whoever must delete a person's data does not know of it.

    Tables count by the documentation's naming conventions (tmp, bak, with a day). Excluded are those that were
    changed after they were filled, and those in plans of the most expensive statements. If rows were added since the
    statistics, but not more than they hold, these may be the rows of the filling, counted late: such a table is not
    judged.
    """
    counted = {(row.owner, row.table_name): row.num_rows for row in statistics if row.last_analyzed}
    changed = {(row.table_owner, row.table_name): row for row in changes}
    planned = {(step.object_owner, step.object_name) for step in steps or ()}
    for table in list_once(tables):
        key, original = (table.table_schema, table.table_name), find_original(table.table_name)
        if original is None or table.create_time is None or key in planned:
            continue
        filled = _was_only_filled(changed.get(key), counted.get(key))
        if filled is None:
            yield Unjudged(name_object(*key))
        elif filled:
            age = (clock[0].as_of - table.create_time).days
            yield Measurement(name_object(*key), age, {"original": original})


def _was_only_filled(changes: TableChanges | None, rows: int | None) -> bool | None:
    """Whether nothing was changed but for the rows that were put in once; ``rows`` by statistics, None without any.

    The server may count these rows, or a part of them, after it has gathered the statistics that hold them: then it is
    unknown (None), unless all of them are counted.
    """
    if changes is None:
        return True
    if changes.changes != changes.added_rows or (rows is not None and changes.added_rows > rows):
        return False
    return True if rows is None or changes.added_rows == rows else None
