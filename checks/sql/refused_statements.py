"""SQL050: statements of a program that the server refuses again and again."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Measurement,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    params,
)
from agent.facts.sql import AuditReturn
from checks.sql.pages import ERRORS_BELOW_4000
from checks.sql.refused_codes import ADVICE_BY_KIND, REFUSED
from checks.sql.ring import list_errors


@params
class RefusedParams(Params):
    min_errors_count: int


@check(
    code="SQL050",
    name="sql.refused_statements",
    unit=Unit.PERMILLE,
    counted="errors_count",
    actor=Actor.CUSTOMER,
    title="Statements are refused again and again",
    consequence="A function of the application fails, and each attempt wastes time.",
    finding="{resource} ({message}): {errors_count} of {executions_count} statements ({value}) in the SQL audit were "
    "refused with it (limit {limit}), including SQL {sql_id}.",
    remediation=Remediation(
        advice="Find the program that sends the statement, and correct it.",
        pre_check="Query QUERY_SQL, USER_NAME and CLIENT_IP of that RET_CODE in GV$OB_SQL_AUDIT while the records "
        "exist.",
        post_check="After a business day the error code no longer appears in GV$OB_SQL_AUDIT.",
        cases=ADVICE_BY_KIND,
    ),
    sources=(ERRORS_BELOW_4000,),
)
def refused_statements(returns: Rows[AuditReturn], limits: RefusedParams) -> Iterator[Measurement]:
    """A statement that names a missing table or column, or a value that does not fit, fails whenever it is sent. Single
    refusals are usual, for programs rely on duplicate keys being refused and people mistype. Repeated ones are a fault
    that nobody has noticed, because the program hides it or tries again."""
    for found in list_errors(returns, REFUSED, limits.min_errors_count):
        yield Measurement(found.resource, found.permille, found.list_evidence(REFUSED))
