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
    title="Logins of one account fail again and again",
    finding="{resource}: the last {value} logins have failed (limit {limit}), and none has succeeded since.",
    remediation=Remediation(
        advice="Find where the attempts come from, in the log of the proxy and of the servers: a job or a pool with "
        "an old password, or somebody who guesses. Mend the former; shut the latter out by the allowlist, and change "
        "the password if it was weak.",
        no_rollback="Nothing is changed before the origin is known.",
        pre_check="SELECT * FROM information_schema.CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS: does the number grow?",
        post_check="The account is no longer listed in CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS.",
        risk="None; reading the list changes nothing.",
        effort=Effort.OPERATION,
    ),
    sources=(
        DocPage(f"{VIEWS}/200.information-schema-connection_control_failed_login_attempts-of-mysql-mode.md"),
        DocPage(f"{LOGIN}/300.login-failure-handling-of-mysql-mode.md"),
    ),
)
def password_guessing(logins: Rows[FailedLogins], parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """A person mistypes a password a few times; a program goes on. Many failures in a row are either a job that was
    forgotten when the password changed, and that locks the account for everybody, or an attack. The server counts them
    only where connection_control_failed_connections_threshold is set."""
    if value_of(parameters, NAME) == "0":
        raise NotAssessed(
            "The server does not count failed logins: {setting} is 0.",
            "Set {setting}, as the advice of SEC012 says.",
            setting=NAME,
        )
    for row in logins:
        yield Measurement(name_account(row.user_name.strip("'"), row.host.strip("'")), row.failed_attempts)
