"""SEC012: nothing slows down the guessing of passwords."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check, tenant_name
from agent.facts.settings import Parameter
from checks.parameters.changes import change
from checks.security.accounts import LOGIN
from checks.security.settings import value_of

NAME = "connection_control_failed_connections_threshold"
PAGES = (
    DocPage(f"{LOGIN}/300.login-failure-handling-of-mysql-mode.md"),
    DocPage(
        "700.reference/800.configuration-items-and-system-variables/100.system-configuration-items/400.tenant-level-configuration-items/1500.connection_control_failed_connections_threshold.md"
    ),
)


@check(
    code="SEC012",
    name="security.no_login_throttling",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Failed logins do not lock accounts",
    consequence="Attackers can try passwords until one fits.",
    finding="{resource}: connection_control_failed_connections_threshold is {value}, so failed logins are not limited.",
    remediation=Remediation(
        advice="Lock accounts for a while after some failed logins. Start with ten, and keep the longest lock short, "
        "so that nobody can lock the application out for long.",
        sql=(
            "ALTER SYSTEM SET connection_control_failed_connections_threshold = 10;",
            "ALTER SYSTEM SET connection_control_min_connection_delay = {shortest_lock_ms_to};",
            "ALTER SYSTEM SET connection_control_max_connection_delay = {longest_lock_ms_to};",
        ),
        rollback=(
            "ALTER SYSTEM SET connection_control_failed_connections_threshold = 0;",
            "ALTER SYSTEM SET connection_control_max_connection_delay = {longest_lock_ms_is};",
            "ALTER SYSTEM SET connection_control_min_connection_delay = {shortest_lock_ms_is};",
        ),
        pre_check="No job or pool keeps using a wrong password; it would lock its account.",
        post_check="GV$OB_PARAMETERS shows the new value; valid logins work.",
        risk="Somebody who knows an account name can lock it by failing on purpose, for up to the longest delay.",
    ),
    sources=PAGES,
)
def no_login_throttling(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """OceanBase counts failed logins only if configured. With the default of 0, a program can try passwords as fast as
    the network allows, and only the server log shows it."""
    value = value_of(parameters, NAME)
    if value == "0":
        shortest, longest = (
            value_of(parameters, f"connection_control_{end}_connection_delay") for end in ("min", "max")
        )
        evidence = {**change("shortest_lock_ms", shortest, "1000"), **change("longest_lock_ms", longest, "60000")}
        yield Measurement(tenant_name(None), value, evidence)
