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
    title="A throttling rule refuses a statement altogether",
    finding="{resource} allows {value} executions of its statement at once: every one is refused.",
    remediation=Remediation(
        advice="Make sure that the business knows. If the statement is needed again, drop the rule or allow a "
        "small number at once.",
        sql=("DROP OUTLINE {database!i}.{outline!i};",),
        no_rollback="The rule's text is not read: note LIMIT_TARGET and CONCURRENT_NUM first to be able to create it "
        "again.",
        pre_check="Read LIMIT_TARGET and CONCURRENT_NUM in DBA_OB_CONCURRENT_LIMIT_SQL and ask who made the rule "
        "and why.",
        post_check="The rule is gone from DBA_OB_CONCURRENT_LIMIT_SQL and the load in the next peak is as before.",
        risk="A statement that is still bad comes back with full force: watch the first peak.",
    ),
    sources=(
        THROTTLING_RULES,
        OUTLINE_DROP,
    ),
)
def statement_refused_by_rule(rules: Rows[ThrottlingRule]) -> Iterator[Measurement]:
    """MAX_CONCURRENT(0) shuts a statement out: the application gets an error each time. That is right for a
    statement that brings the tenant down, and wrong as soon as somebody needs it."""
    for number, row in enumerate(rules):
        evidence: dict[str, Scalar] = {"database": row.database_name, "outline": row.outline_name}
        yield Measurement(name_object(row.database_name, row.outline_name), row.concurrent_num, evidence, str(number))
