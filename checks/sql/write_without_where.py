"""SQL014: UPDATE or DELETE of every row of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, check
from agent.facts.sql import CachedPlan
from agent.facts.sqltext import writes_every_row
from checks.sql.ring import shape_name, text_of


@check(
    code="SQL014",
    name="sql.write_without_where",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="UPDATE or DELETE without a condition",
    finding="{resource} changes every row of its table: it has no WHERE and no LIMIT, and ran {value} times (limit "
    "{limit}). {statement}",
    remediation=Remediation(
        advice="Ask the owner whether every row is meant. To empty a table use TRUNCATE TABLE; to change many rows go "
        "through them in batches by key, so that no transaction gets large.",
        pre_check="Find account and client of the statement in GV$OB_SQL_AUDIT by its SQL_ID.",
        post_check="The statement is gone from GV$OB_PLAN_CACHE_PLAN_STAT once its plan has aged out.",
        risk="TRUNCATE TABLE cannot be rolled back.",
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def write_without_where(plans: Rows[CachedPlan]) -> Iterator[Measurement]:
    """Changing every row in one statement makes one large transaction: it locks the whole table, fills the memstore and
    takes as long to roll back. In an application it is more often a lost condition than an intention."""
    executions: Counter[str] = Counter()
    for plan in plans:
        if writes_every_row(plan.statement):
            executions[plan.sql_id] += plan.executions
    for sql_id, count in executions.items():
        yield Measurement(shape_name(sql_id), count, {"statement": text_of(plans, sql_id)})
