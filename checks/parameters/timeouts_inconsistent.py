"""PAR082: a statement may run longer than the transaction that holds it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.settings import Variable
from checks.parameters.family import SETTINGS


@params
class TimeoutParams(Params):
    shortest_us: int
    longest_us: int


@check(
    code="PAR082",
    name="parameters.timeouts_inconsistent",
    unit=Unit.RATIO,
    actor=Actor.CUSTOMER,
    title="Statement timeout is longer than the transaction timeout",
    consequence="Long statements fail with an error that names the wrong cause.",
    finding="{resource}: ob_query_timeout ({query_us}) is {value} times ob_trx_timeout ({transaction_us}).",
    remediation=Remediation(
        advice="Shorten the statement timeout to the transaction timeout, or raise the latter if such long statements "
        "are needed.",
        sql=("SET GLOBAL ob_query_timeout = {transaction_us};",),
        rollback=("SET GLOBAL ob_query_timeout = {query_us};",),
        pre_check="Check whether an application sets the variable in its own sessions: the session value takes "
        "precedence over the global one.",
        post_check="SHOW GLOBAL VARIABLES shows an ob_query_timeout that is not longer than ob_trx_timeout.",
        risk="Only new sessions use the new value; connection pools keep the old one until they reconnect.",
    ),
    sources=(
        DocPage(f"{SETTINGS}/200.system-variable/300.global-system-variable/8600.ob_query_timeout-global.md"),
        DocPage(f"{SETTINGS}/200.system-variable/300.global-system-variable/9700.ob_trx_timeout-global.md"),
    ),
    tenants=(TenantKind.USER,),
)
def timeouts_inconsistent(variables: Rows[Variable], limits: TimeoutParams) -> Iterator[Measurement]:
    """The transaction timeout interrupts the statement and rolls everything back before the statement's own timeout is
    reached. The error refers to the transaction, so often the wrong timeout is raised."""
    values = {row.name: row.value or "" for row in variables}
    query, transaction = values.get("ob_query_timeout", ""), values.get("ob_trx_timeout", "")
    if not query.isdecimal() or not transaction.isdecimal() or int(transaction) == 0:
        raise NotAssessed("ob_query_timeout and ob_trx_timeout could not be read.")
    if not limits.shortest_us <= int(transaction) < int(query) <= limits.longest_us:
        return  # in order, or one of the two is wrong by itself, and its own check says what to set
    evidence = {"query_us": int(query), "transaction_us": int(transaction)}
    yield Measurement(tenant_name(None), int(query) / int(transaction), evidence)
