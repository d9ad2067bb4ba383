"""SQL050: statements of a program that the server refuses again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent.api import (
    Actor,
    Case,
    Measurement,
    Params,
    Remediation,
    Rows,
    Scalar,
    Told,
    Unit,
    check,
    one_of,
    params,
)
from agent.facts.sql import AuditReturn
from checks.sql.pages import ERRORS_BELOW_4000
from checks.sql.ring import busy_tenants, code_name

# Return codes that a program earns by its statement or its data, with the server's own words and MySQL's number.
_UNKNOWN = {
    -5001: "1064 Parse error",
    -5006: "1149 You have an error in your SQL syntax",
    -5019: "1146 Table doesn't exist",
    -5055: "1305 Routine does not exist",
    -5134: "1046 No database selected",
    -5154: "1049 Unknown database",
    -5168: "1136 Column count does not match value count",
    -5175: "1136 Column count doesn't match value count",
    -5207: "1052 Column is ambiguous",
    -5217: "1054 Unknown column",
    -5542: "1305 Routine does not exist",
}
_DENIED = {-5171: "1142 command denied"}
_DUPLICATE = {-5024: "1062 Duplicate entry"}
_UNFIT = {
    -4219: "1366 Incorrect datetime value",
    -4224: "1264 Out of range value for column",
    -4226: "1366 Incorrect integer value for column",
    -4227: "1364 Field doesn't have a default value",
    -4235: "1048 Column cannot be null",
    -4258: "1366 Incorrect string value for column",
    -5167: "1406 Data too long for column",
    -5229: "1264 Out of range value for column",
    -5314: "1451 Cannot delete or update a parent row",
    -5315: "1452 Cannot add or update a child row",
    -5354: "1406 Data too long for column",
    -5618: "1451 Cannot delete or update a parent row",
}
REFUSED = {**_UNKNOWN, **_DENIED, **_DUPLICATE, **_UNFIT}


@params
class RefusedParams(Params):
    min_errors_count: int


def _met(codes: dict[int, str]) -> Callable[[Told], bool]:
    return one_of("message", *codes.values())


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
        cases=(
            Case(
                "Release and schema disagree: a release was undone, or a change of the schema was forgotten or came "
                "too late.",
                when=_met(_UNKNOWN),
            ),
            Case(
                "Grant the account the privilege, if the program is meant to do this; otherwise find out who tries it.",
                when=_met(_DENIED),
            ),
            Case(
                "Let the program update what exists: INSERT ... ON DUPLICATE KEY UPDATE. Each refused row was written, "
                "checked and rolled back.",
                when=_met(_DUPLICATE),
            ),
            Case(
                "Let the program check its values before it sends them, or widen the column if they are right.",
                when=_met(_UNFIT),
            ),
        ),
    ),
    sources=(ERRORS_BELOW_4000,),
)
def refused_statements(returns: Rows[AuditReturn], limits: RefusedParams) -> Iterator[Measurement]:
    """A statement that names a missing table or column, or a value that does not fit, fails whenever it is sent. Single
    refusals are usual, for programs rely on duplicate keys being refused and people mistype. Repeated ones are a fault
    that nobody has noticed, because the program hides it or tries again."""
    for tenant_id, rows, executions in busy_tenants(returns, 1):
        for code in sorted({row.ret_code for row in rows} & REFUSED.keys()):
            errors = sum(row.executions for row in rows if row.ret_code == code)
            if errors >= limits.min_errors_count:
                evidence: dict[str, Scalar] = {
                    "message": REFUSED[code],
                    "errors_count": errors,
                    "executions_count": executions,
                    "sql_id": max(row.sql_id for row in rows if row.ret_code == code),
                }
                yield Measurement(code_name(code, tenant_id), 1000 * errors / executions, evidence)
