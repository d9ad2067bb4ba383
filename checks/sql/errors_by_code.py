"""SQL006: statements that end with an error that means trouble."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    WebPage,
    check,
    params,
)
from agent.facts.outline_hints import read_timeout_us
from agent.facts.sql import AuditReturn, CachedPlan
from checks.sql.error_codes import ADVICE_BY_CODE, SERIOUS, TIMEOUTS
from checks.sql.pages import ERRORS_4000, ERRORS_4500, ERRORS_6000
from checks.sql.ring import list_errors


@params
class ErrorParams(Params):
    min_errors_count: int


@check(
    code="SQL006",
    name="sql.errors_by_code",
    unit=Unit.PERMILLE,
    counted="errors_count",
    actor=Actor.CUSTOMER,
    title="Statements end with a serious error code",
    consequence="Requests of the business fail, often unnoticed because they are retried.",
    finding="{resource} ({message}): {errors_count} of {executions_count} statements ({value}) in the SQL audit ended "
    "with it (limit {limit}), including SQL {sql_id}.",
    remediation=Remediation(
        advice="Find the account and the client whose statements end with this error, and what the business "
        "made of the failure.",
        pre_check="Query TRACE_ID, USER_NAME and ELAPSED_TIME of that RET_CODE in GV$OB_SQL_AUDIT while the records "
        "exist.",
        post_check="After a business day the error code no longer appears in GV$OB_SQL_AUDIT.",
        cases=ADVICE_BY_CODE,
    ),
    sources=(
        ERRORS_4000,
        ERRORS_4500,
        ERRORS_6000,
        WebPage("https://github.com/oceanbase/obdiag/blob/master/src/handler/meta/ob_error.py"),
    ),
)
def errors_by_code(
    returns: Rows[AuditReturn], plans: Rows[CachedPlan] | None, limits: ErrorParams
) -> Iterator[Measurement]:
    """Requests of the business have failed by it, and were often retried unnoticed.

    Timeouts, lack of memory, lock conflicts and internal errors count; user errors, such as duplicate keys or wrong
    syntax, say nothing about the database.
    """
    # A statement's own timeout is among the hints of its cached plan.
    own = {row.sql_id: timeout for row in plans or () if (timeout := read_timeout_us(row.outline or ""))}
    for found in list_errors(returns, SERIOUS, limits.min_errors_count):
        evidence = found.list_evidence(SERIOUS)
        evidence["own_timeout_us"] = own.get(found.sql_id) if found.code in TIMEOUTS else None
        yield Measurement(found.resource, found.permille, evidence)
