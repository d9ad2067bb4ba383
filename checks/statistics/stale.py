"""STA002: statistics that the data has left behind."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Params, Remediation, Rows, Unit, check, name_object, params
from agent.facts.given import Clock
from agent.facts.schema import TableChanges, TableStatistics
from checks.statistics.pages import GATHERING, VIEWS
from checks.statistics.restoring import GATHER, RESTORE, RESTORED, RESTORING, tell_when


@params
class StaleParams(Params):
    min_changed_pct: float
    min_changes_count: int


@check(
    code="STA002",
    name="statistics.stale",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Optimizer statistics out of date",
    consequence="Plans no longer fit the data, and statements become slow.",
    finding="{resource}: {changes_count} rows have changed since its statistics were gathered {value} ago at "
    "{rows_count} rows; limit {limit}.",
    remediation=Remediation(
        advice="Gather the statistics by hand now, and check in the gathering history why the nightly windows do not "
        "reach the table: too short, failing or switched off.",
        sql=(GATHER,),
        rollback=(RESTORE,),
        pre_check="Choose off-peak hours for large tables.",
        post_check="IS_STALE in DBA_OB_TABLE_STAT_STALE_INFO is NO.",
        risk="Plans may change with the new statistics, usually for the better. Earlier ones can be restored while the "
        "history keeps them.",
    ),
    sources=(
        DocPage(f"{GATHERING}/200.statistics-collection-methods/400.collect-statistics-automatically.md"),
        DocPage(f"{VIEWS}/15200.o-dba_tab_modifications-of-mysql-mode.md"),
        RESTORING,
        RESTORED,
    ),
)
def stale(
    changes: Rows[TableChanges], statistics: Rows[TableStatistics], clock: Rows[Clock], p: StaleParams
) -> Iterator[Measurement]:
    """Statistics count as stale once about a tenth of the rows has changed, and the next nightly window gathers them.
    With several times as many changes and old statistics, the windows did not reach the table: its plans rely on a
    size and on value ranges that no longer hold.

    Small tables and tables with locked statistics are excluded.
    """
    changed = {(row.table_owner, row.table_name): row.changes for row in changes}
    for row in statistics:
        count, rows = changed.get((row.owner, row.table_name), 0), row.num_rows
        if row.stattype_locked or rows is None or row.last_analyzed is None:
            continue
        if count >= max(rows * p.min_changed_pct / 100, p.min_changes_count):
            yield Measurement(
                name_object(row.owner, row.table_name),
                (clock[0].as_of - row.last_analyzed).days,
                {
                    **{"schema": row.owner, "table": row.table_name, "changes_count": count, "rows_count": rows},
                    **tell_when(row, clock),
                },
            )
