"""SCH038: views that read views that read views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, TenantKind, Unit, check, name_object
from agent.facts.schema import ViewUse
from checks.schema.pages import OBJECTS, VIEWS

Name = tuple[str, str]


@check(
    code="SCH038",
    name="schema.view_on_views",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Views nested over several levels",
    consequence="Queries on the view become slow, and one change can break all of its levels.",
    finding="{resource} has {value} levels of views, including itself: {chain}; limit {limit}.",
    remediation=Remediation(
        advice="Rewrite the view directly on the tables, with the columns and conditions that its users need. Views "
        "that only rename or filter another one can be merged with it.",
        no_rollback="SHOW CREATE VIEW has the old text: save it, and create the view from it.",
        pre_check="Compare EXPLAIN of the main statements over the view with the same over the tables: tables that are "
        "joined and not needed show there.",
        post_check="information_schema.VIEW_TABLE_USAGE lists tables for the view, and its rows are the same.",
        risk="If a condition is lost, the result changes: compare both on a copy.",
    ),
    sources=(
        DocPage(f"{OBJECTS}/600.manage-views-of-mysql-mode/100.manage-normal-views-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/3000.information_schema-view_table_usage-of-mysql-mode.md"),
    ),
)
def view_on_views(uses: Rows[ViewUse]) -> Iterator[Measurement]:
    """Each level hides tables and conditions. Tables are joined repeatedly or needlessly, and groups and limits in
    between prevent conditions from being pushed down to the table. A change of the lowest view breaks all others.

    Of views that depend on each other only the topmost is reported.
    """
    below: defaultdict[Name, list[Name]] = defaultdict(list)
    for row in uses:
        below[row.view_schema, row.view_name].append((row.table_schema, row.table_name))
    read = {table for tables in below.values() for table in tables}
    longest: dict[Name, list[Name]] = {}
    for view in below:
        if view not in read:
            chain = _find_longest(view, below, longest)
            names = " > ".join(name_object(*name) for name in chain)
            yield Measurement(name_object(*view), len(chain), {"chain": names})


def _find_longest(view: Name, below: Mapping[Name, list[Name]], longest: dict[Name, list[Name]]) -> list[Name]:
    """Return the most views that rest on each other, from this one down. ``longest`` keeps them for each view."""
    if view not in longest:
        longest[view] = []  # where views go round in a circle, it ends here
        lower = (_find_longest(name, below, longest) for name in below[view] if name in below)
        longest[view] = [view, *max(lower, key=len, default=[])]
    return longest[view]
