"""SEC017: accounts that need no password."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelRun, Measurement, Remediation, Rows, Unit, check, name_account
from agent.facts.accounts import OpenAccount
from checks.security.accounts import STATEMENTS, VIEWS


@check(
    code="SEC017",
    name="security.empty_password",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Account without a password",
    consequence="Attackers who know the account name can log in.",
    finding="{resource}: the account logs in with an empty password.",
    remediation=Remediation(
        advice="Set a password now, together with the users of the account; lock or drop it if nobody uses it. root "
        "of a new tenant has no password until one is set. Put a strong password of your own in place of <new "
        "password>.",
        sql=("ALTER USER {user!l}@{host!l} IDENTIFIED BY <new password>;",),
        no_rollback="The empty password must not be restored.",
        pre_check="List every place that logs in with the account: pools, jobs, monitoring, data links.",
        post_check="A login without a password is refused; the applications still connect.",
        risk="Clients that send no password cannot open new connections.",
    ),
    sources=(
        DocPage("600.manage/200.tenant-management/600.common-tenant-operations/200.manage-create-tenant.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/1800.alter-user-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "CREATE USER u; SELECT PASSWD = '' FROM oceanbase.DBA_OB_USERS"),
    ),
)
def empty_password(accounts: Rows[OpenAccount]) -> Iterator[Measurement]:
    """Whoever reaches the port and knows the account name can log in, and account names are no secret, root least of
    all.

    Locked accounts, and roles, which are stored as locked accounts, are excluded.
    """
    for account in accounts:
        if account.type != "ROLE":
            evidence = {"user": account.user_name, "host": account.host}
            yield Measurement(name_account(account.user_name, account.host), "''", evidence)
