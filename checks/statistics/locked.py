"""STA003: statistics that no gathering renews."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, name_object
from agent.facts.schema import TableStatistics
from checks.statistics.pages import GATHERING, VIEWS


@check(
    code="STA003",
    name="statistics.locked",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Optimizer statistics locked",
    finding="{resource}: its statistics are locked ({value}); last gathered {analyzed}.",
    remediation=Remediation(
        advice="Ask who locked them and why. If nobody knows, unlock and gather; if a plan depends on them, bind it "
        "by an outline instead.",
        sql=("CALL DBMS_STATS.UNLOCK_TABLE_STATS({schema!l}, {table!l});",),
        rollback=("CALL DBMS_STATS.LOCK_TABLE_STATS({schema!l}, {table!l});",),
        pre_check="Keep the plans of the table's main statements.",
        post_check="STATTYPE_LOCKED in DBA_TAB_STATISTICS is NULL and the next window gathers the table.",
        risk="With fresh statistics plans may change.",
    ),
    sources=(
        DocPage(f"{GATHERING}/300.statistics-management/500.lock-and-unlock-function.md"),
        DocPage(f"{VIEWS}/15400.o-dba_tab_statistics-of-mysql-mode.md"),
    ),
)
def locked(statistics: Rows[TableStatistics]) -> Iterator[Measurement]:
    """Locked statistics stay what they were on the day of the lock, whatever happens to the table. That is right for
    a work table that is empty at night, and a trap for a table that grows."""
    for row in statistics:
        if row.stattype_locked:
            evidence = {"schema": row.owner, "table": row.table_name, "analyzed": row.last_analyzed}
            yield Measurement(name_object(row.owner, row.table_name), row.stattype_locked, evidence)
