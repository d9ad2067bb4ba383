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
    title="Nothing slows down the guessing of passwords",
    finding="{resource}: connection_control_failed_connections_threshold is {value}: failed logins are not limited.",
    remediation=Remediation(
        advice="Let the server lock an account for a while after some failed logins. Start with ten, and keep the "
        "longest lock short enough that nobody can lock the application out for long.",
        sql=(
            "ALTER SYSTEM SET connection_control_failed_connections_threshold = 10;",
            "ALTER SYSTEM SET connection_control_min_connection_delay = {shortest_to};",
            "ALTER SYSTEM SET connection_control_max_connection_delay = {longest_to};",
        ),
        rollback=(
            "ALTER SYSTEM SET connection_control_failed_connections_threshold = 0;",
            "ALTER SYSTEM SET connection_control_max_connection_delay = {longest_is};",
            "ALTER SYSTEM SET connection_control_min_connection_delay = {shortest_is};",
        ),
        pre_check="No job or pool tries a wrong password over and over; it would lock its account.",
        post_check="The parameter has the new value in GV$OB_PARAMETERS; good logins work.",
        risk="Somebody who knows an account's name can lock it for up to the longest delay by failing on purpose.",
    ),
    sources=PAGES,
)
def no_login_throttling(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """OceanBase counts failed logins only if told to. With the default of 0 a program may try passwords as fast as the
    network carries them, and the only trace is in the server's log."""
    value = value_of(parameters, NAME)
    if value == "0":
        shortest, longest = (
            value_of(parameters, f"connection_control_{end}_connection_delay") for end in ("min", "max")
        )
        evidence = {**change("shortest", shortest, "1000"), **change("longest", longest, "60000")}
        yield Measurement(tenant_name(None), value, evidence)
