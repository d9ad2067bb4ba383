"""SEC018: logins of one account that fail again and again."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, NotAssessed, Remediation, Rows, Unit, check, name_account
from agent.facts.accounts import FailedLogins
from agent.facts.settings import Parameter
from checks.security.accounts import LOGIN, VIEWS
from checks.security.no_login_throttling import NAME
from checks.security.settings import value_of


@check(
    code="SEC018",
    name="security.password_guessing",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Repeated login failures of one account",
    consequence="The account is locked and the business stops, or its password is guessed.",
    finding="{resource}: the last {value} logins have failed (limit {limit}), and none has succeeded since.",
    remediation=Remediation(
        advice="Find the origin of the attempts in the logs of the proxy and the servers: a job or pool with an old "
        "password, or somebody who guesses. Correct the former; block the latter with the allowlist, and change the "
        "password if it is weak.",
        no_rollback="Nothing is changed before the origin is known.",
        pre_check="SELECT * FROM information_schema.CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS: does the number grow?",
        post_check="CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS no longer lists the account.",
        risk="Reading the view has no risk.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{VIEWS}/200.information-schema-connection_control_failed_login_attempts-of-mysql-mode.md"),
        DocPage(f"{LOGIN}/300.login-failure-handling-of-mysql-mode.md"),
    ),
)
def password_guessing(logins: Rows[FailedLogins], parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """A person mistypes a password a few times; a program continues. Many failures in a row are either a job that was
    forgotten when the password changed, which locks the account for everybody, or an attack.

    Failures are counted only if connection_control_failed_connections_threshold is set.
    """
    if value_of(parameters, NAME) == "0":
        raise NotAssessed(
            "Failed logins are not counted: {setting} is 0.",
            "Set {setting}, as the advice of SEC012 says.",
            setting=NAME,
        )
    for row in logins:
        yield Measurement(name_account(row.user_name.strip("'"), row.host.strip("'")), row.failed_attempts)
