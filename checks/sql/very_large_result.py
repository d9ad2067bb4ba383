"""SQL013: statements that return very many rows."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, check, name_shape
from agent.facts.sql import CachedPlan, SqlShape
from checks.sql.pages import AUDIT
from checks.sql.ring import frequent, text_of


@check(
    code="SQL013",
    name="sql.very_large_result",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Statement returns a very large result",
    consequence="The application may fail for lack of memory, and other requests wait.",
    finding="{resource} in {database} returned {value} rows at once (limit {limit}) to {user}; its longest run took "
    "{longest_us}.",
    remediation=Remediation(
        advice="Read in pages by key, let the database count and sum, or use an export tool. Check whether the "
        "application has lost a condition.",
        pre_check="Find out from the owner of the account what the rows are for.",
        post_check="The statement's largest RETURN_ROWS in GV$OB_SQL_AUDIT stays below the limit.",
        risk="Reading in pages sees changes made meanwhile, unless the reader keeps one snapshot.",
    ),
    sources=(AUDIT,),
)
def very_large_result(shapes: Rows[SqlShape], plans: Rows[CachedPlan] | None) -> Iterator[Measurement]:
    """A large result holds a worker thread and a snapshot until the client has fetched the last row, and fills the
    network and often the memory of the application. So many rows are seldom needed; a condition may be missing."""
    for row in frequent(shapes, 1):
        evidence: dict[str, Scalar] = {
            "executions_count": row.executions,
            "longest_us": row.max_elapsed_us,
            "database": row.db_name,
            "user": row.user_name,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), row.max_rows_returned, evidence)
