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
    title="Plan bound by an outline for long",
    consequence="The statement becomes slower as data changes, and cannot get a better plan.",
    finding="{resource} has bound the plan of a statement for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Compare the bound plan with the one that the optimizer would choose now (EXPLAIN without the outline "
        "in a test tenant), and drop the outline if the latter is as good.",
        sql=("DROP OUTLINE {database!i}.{outline!i};",),
        no_rollback="The text of the outline is not read: note its OUTLINE_CONTENT first, to be able to create it "
        "again.",
        pre_check="Read SQL_TEXT and OUTLINE_CONTENT in DBA_OB_OUTLINES and keep them.",
        post_check="The statement is as fast as before in GV$OB_SQL_AUDIT, and the outline is gone from "
        "DBA_OB_OUTLINES.",
        risk="The plan may get worse: keep the text at hand and do it outside the peak.",
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
    """An outline fixes the plan that was best on the day it was created. Data, indexes and versions change, but this
    statement cannot follow."""
    throttling = {(row.database_name, row.outline_name) for row in rules or ()}
    for row in outlines:
        if row.create_time is not None and (row.database_name, row.outline_name) not in throttling:
            age = (clock[0].as_of - row.create_time) / timedelta(days=1)
            evidence: dict[str, Scalar] = {"database": row.database_name, "outline": row.outline_name}
            yield Measurement(name_object(row.database_name, row.outline_name), age, evidence)
