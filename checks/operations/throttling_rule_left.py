"""OPS007: throttling rules and their age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, check, name_object
from agent.facts.cluster import ThrottlingRule
from agent.facts.given import Clock
from checks.operations.pages import OUTLINE_DROP, THROTTLING_RULES


@check(
    code="OPS007",
    name="operations.throttling_rule_left",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Throttling rule left behind",
    consequence="As the business grows, requests are refused for a reason that nobody remembers.",
    finding="{resource} has limited a statement to {concurrent_count} at once for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Check whether the statement is still a risk. If it has been tuned, drop the rule; otherwise tune it "
        "soon: throttling is only an emergency measure.",
        sql=("DROP OUTLINE {database!i}.{outline!i};",),
        no_rollback="The text of the rule is not read: note LIMIT_TARGET and CONCURRENT_NUM first, to be able to "
        "create it again.",
        pre_check="Read LIMIT_TARGET and CONCURRENT_NUM in DBA_OB_CONCURRENT_LIMIT_SQL and ask who made the rule "
        "and why.",
        post_check="The rule is gone from DBA_OB_CONCURRENT_LIMIT_SQL and the load in the next peak is as before.",
        risk="If the statement has not been tuned, it returns with full concurrency: watch the first peak.",
    ),
    sources=(
        THROTTLING_RULES,
        OUTLINE_DROP,
    ),
)
def throttling_rule_left(rules: Rows[ThrottlingRule], clock: Rows[Clock]) -> Iterator[Measurement]:
    """A rule that was set for one emergency may refuse the same statement for years. When the business grows, the
    errors look like a fault of the database."""
    for number, row in enumerate(rules):
        if row.create_time is not None:
            evidence: dict[str, Scalar] = {
                "concurrent_count": row.concurrent_num,
                "database": row.database_name,
                "outline": row.outline_name,
            }
            age = (clock[0].as_of - row.create_time) / timedelta(days=1)
            yield Measurement(name_object(row.database_name, row.outline_name), age, evidence, str(number))
