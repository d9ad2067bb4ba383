"""SEC023: accounts are locked after very few failed logins."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Effort,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.settings import Parameter
from checks.security.no_login_throttling import NAME, PAGES
from checks.security.settings import value_of


@params
class LockParams(Params):
    """The number of mistakes that the advice allows."""

    recommended_count: int


@check(
    code="SEC023",
    name="security.login_lock_too_early",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Accounts are locked after very few failed logins",
    consequence="One mistyped password locks the account, and the application stops.",
    finding="{resource}: {value} failed logins lock an account (limit {limit}).",
    remediation=Remediation(
        advice="Allow some mistakes before the lock: a threshold of ten also stops a program that guesses.",
        sql=("ALTER SYSTEM SET connection_control_failed_connections_threshold = {recommended_count};",),
        rollback=("ALTER SYSTEM SET connection_control_failed_connections_threshold = {value};",),
        pre_check="Check for accounts that are locked now: they stay locked until the delay is over.",
        post_check="GV$OB_PARAMETERS shows the new value; valid logins work.",
        risk="A few more guesses are possible before each lock.",
        effort=Effort.ONLINE,
    ),
    sources=PAGES,
)
def login_lock_too_early(parameters: Rows[Parameter], limits: LockParams) -> Iterator[Measurement]:
    """One mistyped password, or one server of a pool with the old password, then locks the account for all others, and
    the application stops. Anybody who knows the account name can cause this."""
    value = value_of(parameters, NAME)
    if not value.isdecimal():
        raise NotAssessed("The value of {setting} could not be interpreted: {present}", setting=NAME, present=value)
    if int(value):
        yield Measurement(tenant_name(None), int(value), {"recommended_count": limits.recommended_count})
