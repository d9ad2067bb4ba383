"""OPS008: rules that refuse a statement."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Scalar, Unit, check, name_object
from agent.facts.cluster import ThrottlingRule
from checks.operations.pages import OUTLINE_DROP, THROTTLING_RULES


@check(
    code="OPS008",
    name="operations.statement_refused_by_rule",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Throttling rule blocks a statement completely",
    consequence="Each request with this statement fails.",
    finding="{resource} allows {value} concurrent executions of its statement: every execution is refused.",
    remediation=Remediation(
        advice="Make sure that the business knows. If the statement is needed, drop the rule or allow a small "
        "concurrency.",
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
def statement_refused_by_rule(rules: Rows[ThrottlingRule]) -> Iterator[Measurement]:
    """MAX_CONCURRENT(0) blocks a statement completely: the application gets an error each time. That is right for a
    statement that brings the tenant down, but not when the business needs it."""
    for number, row in enumerate(rules):
        evidence: dict[str, Scalar] = {"database": row.database_name, "outline": row.outline_name}
        yield Measurement(name_object(row.database_name, row.outline_name), row.concurrent_num, evidence, str(number))
