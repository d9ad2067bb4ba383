"""STA003: statistics that no gathering renews."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    KernelRun,
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
from agent.facts.schema import TableChanges, TableStatistics
from checks.statistics.pages import GATHERING, VIEWS
from checks.statistics.restoring import GATHER, RESTORE, RESTORED, RESTORING, tell_when


@params
class LockedParams(Params):
    """Statistics of so many rows, to which no more than a share was added since, still describe the table."""

    min_rows_count: int
    max_growth_pct: float


@check(
    code="STA003",
    name="statistics.locked",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Optimizer statistics locked",
    consequence="As the table grows, its statements get worse plans and become slow.",
    finding="{resource}: its statistics are locked ({value}); last gathered {analyzed}.",
    remediation=Remediation(
        advice="Find out who locked them and why. If nobody knows, unlock and gather; if a plan depends on them, bind "
        "it with an outline instead.",
        sql=(
            "CALL DBMS_STATS.UNLOCK_TABLE_STATS({schema!l}, {table!l});",
            GATHER,
        ),
        rollback=(
            RESTORE,
            "CALL DBMS_STATS.LOCK_TABLE_STATS({schema!l}, {table!l});",
        ),
        pre_check="Save the plans of the table's main statements.",
        post_check="STATTYPE_LOCKED in DBA_TAB_STATISTICS is NULL, and NUM_ROWS is that of the table.",
        risk="Plans may change with new statistics.",
    ),
    sources=(
        DocPage(f"{GATHERING}/300.statistics-management/500.lock-and-unlock-function.md"),
        DocPage(f"{VIEWS}/15400.o-dba_tab_statistics-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "INSERT 10000 rows, gather, change something: 9744 of the inserts are counted afterwards"),
        RESTORING,
        RESTORED,
    ),
)
def locked(
    statistics: Rows[TableStatistics], changes: Rows[TableChanges], clock: Rows[Clock], p: LockedParams
) -> Iterator[Measurement | Unjudged]:
    """Locked statistics do not change, whatever happens to the table. That suits a work table whose statistics were
    locked while it was full; for a growing table, plans may degrade: a table is reported once it has outgrown the
    locked statistics.

    Small tables are excluded. The rows of the last load may be counted only after the gathering, so a growth to
    twice the rows is not judged; nothing tells the size of a table that never had statistics.
    """
    added = {(row.table_owner, row.table_name): row.added_rows for row in changes}
    for row in statistics:
        rows, growth = row.num_rows or 0, added.get((row.owner, row.table_name), 0)
        name, is_small = name_object(row.owner, row.table_name), rows + growth < p.min_rows_count
        is_known = row.num_rows is not None
        if not row.stattype_locked or (is_known and (is_small or growth <= rows * p.max_growth_pct / 100)):
            continue
        if is_small or growth <= rows:
            yield Unjudged(name)
        else:
            evidence = {"schema": row.owner, "table": row.table_name, "analyzed": row.last_analyzed}
            yield Measurement(name, row.stattype_locked, evidence | tell_when(row, clock))
