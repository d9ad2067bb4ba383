"""SEC004: ordinary accounts and roles that may pass their privileges on."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts.accounts import Account
from agent.facts.given import Administrator
from checks.security.accounts import PRIVILEGES, STATEMENTS, VIEWS, empowered, full_name


@check(
    code="SEC004",
    name="security.grant_option_held",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may pass its privileges on",
    finding="{resource} holds GRANT OPTION on all databases and can give its privileges to others.",
    remediation=Remediation(
        advice="Revoke GRANT OPTION; let only administrators grant. The account keeps its other privileges.",
        sql=("REVOKE GRANT OPTION ON *.* FROM {user!l}@{host!l};",),
        rollback=("GRANT USAGE ON *.* TO {user!l}@{host!l} WITH GRANT OPTION;",),
        pre_check="Ask whether a deployment tool grants privileges with this account.",
        post_check="SHOW GRANTS for the account no longer ends with WITH GRANT OPTION.",
        risk="GRANT statements of this account fail from then on.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/300.delegation-of-authority-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def grant_option_held(accounts: Rows[Account], administrators: Rows[Administrator]) -> Iterator[Measurement]:
    """Who may grant decides who may enter. An account that passes its privileges on makes further accounts that no
    review knows of, and taking its own privileges away later does not take theirs."""
    for account in empowered(accounts, administrators):
        if account.priv_grant_option == "YES":
            evidence = {"user": account.user_name, "host": account.host}
            yield Measurement(full_name(account), account.priv_grant_option, evidence)
