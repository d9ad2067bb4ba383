"""SQL006: statements that end with an error that means trouble."""

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
    WebPage,
    check,
    one_of,
    params,
)
from agent.facts.sql import AuditReturn
from checks.sql.pages import ERRORS_4000, ERRORS_4500, ERRORS_6000
from checks.sql.ring import busy_tenants, code_name

# Return codes that a healthy tenant does not give, with the server's own words for them.
SERIOUS = {
    -4000: "Common error",
    -4012: "Timeout",
    -4013: "No memory or reach tenant memory limit",
    -4015: "System error",
    -4016: "Internal error",
    -4019: "Size overflow",
    -4030: "Over tenant memory limits",
    -4038: "The observer or zone is not the master",
    -4101: "Deadlock",
    -4121: "RPC send error",
    -4138: "Request to read too old versioned data",
    -4209: "partition has not leader",
    -4654: "location leader not exist",
    -4663: "server is not alive",
    -4721: "log stream location does not exist",
    -4722: "log stream location leader does not exist",
    -6002: "transaction is rolled back",
    -6003: "Lock wait timeout exceeded; try restarting transaction",
    -6005: "Try lock row conflict",
    -6210: "Transaction is timeout",
    -6211: "Transaction is killed",
    -6212: "Statement timeout occurred",
    -6224: "transaction needs rollback",
    -6225: "Transaction result is unknown",
    -6278: "Transaction idle timeout occurred",
}


@params
class ErrorParams(Params):
    min_errors_count: int


def _met(*codes: int) -> Callable[[Told], bool]:
    """Return a condition: one of these codes occurred."""
    return one_of("message", *(SERIOUS[code] for code in codes))


@check(
    code="SQL006",
    name="sql.errors_by_code",
    unit=Unit.PERMILLE,
    actor=Actor.CUSTOMER,
    title="Statements end with a serious error code",
    finding="{resource} ({message}): {errors_count} of {executions_count} statements ({value}) in the SQL audit ended "
    "with it (limit {limit}), including SQL {sql_id}.",
    remediation=Remediation(
        advice="Find the account and the client whose statements end with it, and what the business made"
        " of the failure.",
        pre_check="Query TRACE_ID, USER_NAME and ELAPSED_TIME of that RET_CODE in GV$OB_SQL_AUDIT while the records "
        "exist.",
        post_check="After a business day the error code no longer appears in GV$OB_SQL_AUDIT.",
        cases=(
            Case("Timeouts: tune the statement before raising ob_query_timeout.", when=_met(-4012, -6212)),
            Case(
                "A higher timeout only hides a slow statement and keeps a worker thread busy for longer.",
                when=_met(-4012, -6212),
                part="risk",
            ),
            Case("Memory: look for large sorts, hash joins and imports.", when=_met(-4013, -4030)),
            Case("Locks: shorten transactions and touch rows in one order.", when=_met(-6003, -6005, -4101)),
            Case(
                "Transactions that the server ended: commit sooner, and repeat the whole transaction.",
                when=_met(-6002, -6210, -6211, -6224, -6278),
            ),
            Case("An unknown result: look in the data whether it was committed before repeating.", when=_met(-6225)),
            Case(
                "A log stream without a leader, or a server that is away: look in GV$OB_LOG_STAT "
                "whether each log stream has a leader.",
                when=_met(-4038, -4209, -4654, -4663, -4721, -4722),
            ),
            Case(
                "An error of the server itself: hand TRACE_ID and time to OceanBase support.",
                when=_met(-4000, -4015, -4016, -4019, -4121, -4138),
            ),
        ),
    ),
    sources=(
        ERRORS_4000,
        ERRORS_4500,
        ERRORS_6000,
        WebPage("https://github.com/oceanbase/obdiag/blob/master/src/handler/meta/ob_error.py"),
    ),
)
def errors_by_code(returns: Rows[AuditReturn], limits: ErrorParams) -> Iterator[Measurement]:
    """Requests of the business have failed by it, and were often retried unnoticed. Timeouts, lack of memory, lock
    conflicts and internal errors count; user errors, such as duplicate keys or wrong syntax, say nothing about the
    database."""
    for tenant_id, rows, executions in busy_tenants(returns, 1):
        for code in sorted({row.ret_code for row in rows} & SERIOUS.keys()):
            errors = sum(row.executions for row in rows if row.ret_code == code)
            if errors >= limits.min_errors_count:
                evidence: dict[str, Scalar] = {
                    "message": SERIOUS[code],
                    "errors_count": errors,
                    "executions_count": executions,
                    "sql_id": max(row.sql_id for row in rows if row.ret_code == code),
                }
                yield Measurement(code_name(code, tenant_id), 1000 * errors / executions, evidence)
