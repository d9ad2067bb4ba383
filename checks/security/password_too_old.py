"""SEC007: passwords that have not been changed for long."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, Scalar, Unit, check, list_names
from agent.facts.accounts import Account
from agent.facts.given import Clock
from checks.security.accounts import STATEMENTS, VIEWS, full_name, usable


@check(
    code="SEC007",
    name="security.password_too_old",
    unit=Unit.DAYS,
    actor=Actor.CUSTOMER,
    title="Password not changed for too long",
    consequence="People who have left, or attackers with a leaked password, can still log in.",
    finding="{resource}: the password was last changed {value} ago (limit {limit}).",
    remediation=Remediation(
        advice="Change the password together with the owner of the application, and agree on the next date. To change "
        "it without interruption, create a second account, move the application, then drop the first one. Put a "
        "strong password of your own in place of <new password>.",
        sql=("ALTER USER {user!l}@{host!l} IDENTIFIED BY <new password>;",),
        no_rollback="An old password must not be restored.",
        pre_check="List every place where the password is stored: pools, jobs, monitoring, data links.",
        post_check="PASSWORD_LAST_CHANGED in DBA_OB_USERS is today; no login fails.",
        risk="Clients that still use the old password cannot open new connections.",
    ),
    sources=(
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/1800.alter-user-of-mysql-mode.md"),
    ),
)
def password_too_old(accounts: Rows[Account], clock: Rows[Clock]) -> Iterator[Measurement]:
    """Over time a password is copied into scripts, tickets and laptops of people who have left. The older it is, the
    more people know it, and many audit rules require a regular change."""
    candidates = [*usable(accounts), *(row for row in accounts if row.user_name == "root" and row.is_locked != "YES")]
    known = [(row, row.password_last_changed) for row in candidates if row.password_last_changed is not None]
    for account, changed in known:
        age = clock[0].as_of - changed
        evidence: dict[str, Scalar] = {"user": account.user_name, "host": account.host}
        yield Measurement(full_name(account), age.total_seconds() / 86_400, evidence)
    unknown = [full_name(row) for row in candidates if row.password_last_changed is None]
    if unknown:
        raise NotAssessed(
            "The date of the last password change is not known for: {accounts}.",
            "Set new passwords for these accounts.",
            accounts=list_names(unknown),
        )
