"""STA009: numbers of rows that no gathering has found."""

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
    Scalar,
    Unit,
    Unjudged,
    check,
    name_object,
    params,
)
from agent.facts.schema import TableStatistics
from checks.statistics.pages import VIEWS


@params
class SetByHandParams(Params):
    """Small tables, and samples that stand for so many rows each, are not meant."""

    min_rows_count: int
    most_per_sampled_row_count: int


@check(
    code="STA009",
    name="statistics.set_by_hand",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Row count in optimizer statistics was set by hand",
    consequence="Statements get plans for a size that the table does not have, and are slow.",
    finding="{resource}: its statistics say {value} rows, but {sampled_count} were read when they were gathered: the "
    "number was set by hand.",
    remediation=Remediation(
        advice="Find out who set the number and for which statement. Gather the statistics, and bind the plan of that "
        "statement with an outline if needed.",
        sql=("CALL DBMS_STATS.GATHER_TABLE_STATS({schema!l}, {table!l});",),
        no_rollback="DBMS_STATS.SET_TABLE_STATS sets the number again.",
        pre_check="Save the plans of the table's main statements; choose off-peak hours for large tables.",
        post_check="NUM_ROWS in DBA_TAB_STATISTICS is near to SELECT COUNT(*).",
        risk="Plans change with the real number, usually for the better.",
    ),
    sources=(
        DocPage(
            "700.reference/500.sql-reference/300.pl-reference/200.pl-mysql/1000.pl-system-package-mysql/15900.dbms-stats-mysql/3700.set-table-stats-mysql.md"
        ),
        DocPage(f"{VIEWS}/15400.o-dba_tab_statistics-of-mysql-mode.md"),
        KernelRun(
            "4.3.5.3", "SET_TABLE_STATS(numrows=>900000000) after gathering: SAMPLE_SIZE stays, USER_STATS is NO"
        ),
    ),
)
def set_by_hand(statistics: Rows[TableStatistics], p: SetByHandParams) -> Iterator[Measurement | Unjudged]:
    """A number that was set to correct one plan also affects all other statements, and gathering skips a table that
    does not change. More rows cannot be read than there are, and a sample does not yield many times the rows that were
    read."""
    for row in statistics:
        rows, sampled = row.num_rows, row.sample_size
        if rows is None:
            continue
        if sampled is None:
            yield Unjudged(name_object(row.owner, row.table_name))
            continue
        large = max(rows, sampled) >= p.min_rows_count and sampled
        if large and (rows < sampled or rows > sampled * p.most_per_sampled_row_count):
            names: dict[str, Scalar] = {"schema": row.owner, "table": row.table_name, "sampled_count": sampled}
            yield Measurement(name_object(row.owner, row.table_name), rows, names)
