"""OPS009: outlines and their age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, check, name_object
from agent.facts.cluster import Outline, ThrottlingRule
from agent.facts.given import Clock
from checks.operations.pages import OUTLINE_DROP, OUTLINES, PLAN_BINDING


@check(
    code="OPS009",
    name="operations.outline_left",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="A plan has been bound by an outline for years",
    finding="{resource} has bound the plan of a statement for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Compare the bound plan with the one that the optimizer would choose now (EXPLAIN with the "
        "outline dropped in a test tenant), and drop the outline when the latter is as good.",
        sql=("DROP OUTLINE {database!i}.{outline!i};",),
        no_rollback="The outline's text is not read: note its OUTLINE_CONTENT first to be able to create it again.",
        pre_check="Read SQL_TEXT and OUTLINE_CONTENT in DBA_OB_OUTLINES and keep them.",
        post_check="The statement is as fast as before in GV$OB_SQL_AUDIT, and the outline is gone from "
        "DBA_OB_OUTLINES.",
        risk="The plan can change for the worse: have the text at hand and do it outside the peak.",
    ),
    sources=(
        OUTLINES,
        PLAN_BINDING,
        OUTLINE_DROP,
    ),
)
def outline_left(
    outlines: Rows[Outline], rules: Rows[ThrottlingRule] | None, clock: Rows[Clock]
) -> Iterator[Measurement]:
    """An outline holds the plan that was best on the day it was made. Data grows, indexes and versions come, and
    the statement alone cannot follow."""
    throttling = {(row.database_name, row.outline_name) for row in rules or ()}
    for row in outlines:
        if row.create_time is not None and (row.database_name, row.outline_name) not in throttling:
            age = (clock[0].as_of - row.create_time) / timedelta(days=1)
            evidence: dict[str, Scalar] = {"database": row.database_name, "outline": row.outline_name}
            yield Measurement(name_object(row.database_name, row.outline_name), age, evidence)
