"""SCH039: logs for materialized views that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelRun, Measurement, Remediation, Rows, TenantKind, Unit, check, name_object
from agent.facts.schema import MVIEW_LOG, BusinessObject, ViewUse
from checks.schema.pages import OBJECTS

_LOGS = f"{OBJECTS}/600.manage-views-of-mysql-mode/200.manage-materialized-views-of-mysql-mode"


@check(
    code="SCH039",
    name="schema.materialized_view_log_unused",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Materialized view log without a materialized view",
    consequence="Writes are slower, because each is recorded a second time without any use.",
    finding="{resource}: each change is also written to {value}, but no materialized view reads the table.",
    remediation=Remediation(
        advice="Drop the log, unless a materialized view with fast refresh is about to be created.",
        sql=("DROP MATERIALIZED VIEW LOG ON {schema!i}.{table!i};",),
        no_rollback="CREATE MATERIALIZED VIEW LOG makes it again; save the definition before.",
        pre_check="No materialized view is being created, and no program reads the log itself.",
        post_check="DBA_MVIEW_LOGS no longer lists the table.",
        risk="A materialized view that is created later needs a new log for fast refresh.",
    ),
    sources=(
        DocPage(
            f"{_LOGS}/200.materialized-views-log-of-mysql-mode/100.materialized-views-log-overview-of-mysql-mode.md"
        ),
        DocPage(f"{_LOGS}/200.materialized-views-log-of-mysql-mode/300.delete-materialized-views-log-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "DBA_OBJECTS lists MATERIALIZED VIEW LOG mlog$_t; VIEW_TABLE_USAGE what each view reads"),
    ),
    since=(4, 3, 0, 0),
)
def materialized_view_log_unused(objects: Rows[BusinessObject], uses: Rows[ViewUse]) -> Iterator[Measurement]:
    """Each insert and delete writes one additional row to the log, each update two. Without a materialized view they
    are useless. While the log exists, the table cannot be dropped (error 1235)."""
    materialized = {(row.owner, row.object_name) for row in objects if row.object_type.upper() == "MATERIALIZED VIEW"}
    read = {(row.table_schema, row.table_name) for row in uses if (row.view_schema, row.view_name) in materialized}
    for row in objects:
        table = row.object_name.removeprefix(MVIEW_LOG)
        if row.object_type.upper() == "MATERIALIZED VIEW LOG" and (row.owner, table) not in read:
            yield Measurement(name_object(row.owner, table), row.object_name, {"schema": row.owner, "table": table})
