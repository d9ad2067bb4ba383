"""SCH040: materialized views that show old data because nothing refreshes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    KernelRun,
    Measurement,
    Remediation,
    Rows,
    Scalar,
    TenantKind,
    Unit,
    Unjudged,
    check,
    known,
    name_object,
    unknown,
)
from agent.facts.given import Clock
from agent.facts.schema import MaterializedView
from checks.schema.pages import OBJECTS, VIEWS

_MVIEWS = f"{OBJECTS}/600.manage-views-of-mysql-mode/200.manage-materialized-views-of-mysql-mode"
# The procedure takes schema and name in one text; how it reads other names the documentation does not say.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@check(
    code="SCH040",
    name="schema.materialized_view_stale",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Materialized view not refreshed",
    consequence="Reports and pages that read it show old data without saying so.",
    finding="{resource} shows data as it was {value} ago (refresh: {refresh_mode}); limit {limit}.",
    remediation=Remediation(
        advice="Refresh the view as often as its readers need; if nobody reads it, drop it.",
        sql=("CALL DBMS_MVIEW.REFRESH({refreshed!l});",),
        no_rollback="The earlier content cannot be restored; each refresh computes it from the base tables.",
        pre_check="Ask the readers how old the data may be, and whether they rely on its not changing.",
        post_check="LAST_REFRESH_DATE in DBA_MVIEWS is recent, and still is some days later.",
        risk="A complete refresh reads the base tables in full and needs the space of the view a second time.",
        cases=(
            Case(
                "NEVER REFRESH cannot be refreshed at all: create a new view with REFRESH ... START WITH ... NEXT, and "
                "drop this one.",
                when=unknown("refreshed"),
            ),
            Case(
                "Give it a schedule (START WITH ... NEXT), or see in DBA_SCHEDULER_JOBS why the job of its schedule "
                "does not run.",
                when=known("refreshed"),
            ),
        ),
    ),
    sources=(
        DocPage(f"{_MVIEWS}/100.materialized-views-of-mysql-mode/500.refresh-materialized-views-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/5000.o-dba_mviews-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "REFRESH of NEVER REFRESH: 9761; ON DEMAND without a schedule: no job refreshes it"),
    ),
    since=(4, 3, 0, 0),
)
def materialized_view_stale(views: Rows[MaterializedView], clock: Rows[Clock]) -> Iterator[Measurement | Unjudged]:
    """A materialized view is a copy of a query's result. Without a schedule, or with NEVER REFRESH, it stays as it was
    when it was created, while the base tables change. A scheduled job that fails has the same effect. Views that add
    what has changed at each query are excluded. Of a view that was never filled the age is unknown."""
    for view in views:
        resource = name_object(view.owner, view.mview_name)
        if (view.on_query_computation or "").upper() == "Y":
            continue
        if view.last_refresh_date is None:
            yield Unjudged(resource)
            continue
        yield Measurement(resource, (clock[0].as_of - view.last_refresh_date).days, _tell_refresh(view))


def _tell_refresh(view: MaterializedView) -> dict[str, Scalar]:
    """Return how the view is refreshed, and its name for the procedure; None where that cannot refresh it."""
    can_refresh = view.refresh_mode.upper() != "NEVER" and all(map(_PLAIN.fullmatch, (view.owner, view.mview_name)))
    return {
        "refresh_mode": view.refresh_mode,
        "refreshed": f"{view.owner}.{view.mview_name}" if can_refresh else None,
    }
