"""SEC004: ordinary accounts and roles that may pass their privileges on."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Scalar, Unit, Unjudged, check
from agent.facts.accounts import Account, DatabaseGrant
from agent.facts.given import Administrator
from checks.security.accounts import (
    PRIVILEGES,
    STATEMENTS,
    VIEWS,
    empowered,
    full_name,
    group_grants,
    is_local,
    list_databases,
)


@check(
    code="SEC004",
    name="security.grant_option_held",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may pass its privileges on",
    finding="{resource} holds GRANT OPTION on {databases} and can give its privileges there to others.",
    remediation=Remediation(
        advice="Revoke GRANT OPTION; let only administrators grant. The account keeps its other privileges.",
        sql=(
            "REVOKE GRANT OPTION ON {everything} FROM {user!l}@{host!l};",
            "REVOKE GRANT OPTION ON {database!i}.* FROM {user!l}@{host!l};",
        ),
        rollback=(
            "GRANT USAGE ON {everything} TO {user!l}@{host!l} WITH GRANT OPTION;",
            "GRANT USAGE ON {database!i}.* TO {user!l}@{host!l} WITH GRANT OPTION;",
        ),
        pre_check="Ask whether a deployment tool grants privileges with this account.",
        post_check="SHOW GRANTS for the account no longer ends with WITH GRANT OPTION.",
        risk="GRANT statements of this account fail afterwards.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/300.delegation-of-authority-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def grant_option_held(
    accounts: Rows[Account], grants: Rows[DatabaseGrant], administrators: Rows[Administrator]
) -> Iterator[Measurement | Unjudged]:
    """Whoever may grant decides who has access. An account that passes its privileges on creates accounts that no
    review knows of, and revoking its own privileges later does not revoke theirs. The option may hold for all databases
    or for one. Accounts that log in only on the server itself usually belong to administrators and are not judged."""
    for account, granted in group_grants(empowered(accounts, administrators), grants, accounts):
        own = [grant for grant in granted if grant.priv_grant_option == "YES"]
        everywhere = account.priv_grant_option == "YES"
        if (everywhere or own) and is_local(account):
            yield Unjudged(full_name(account))
        elif everywhere or own:
            evidence: dict[str, Scalar] = {"user": account.user_name, "host": account.host}
            evidence["everything"] = "*.*" if everywhere else None
            evidence["database"] = own[0].database_name if len(own) == 1 and not everywhere else None
            evidence["databases"] = "*.*" if everywhere else list_databases(own)
            yield Measurement(full_name(account), "YES", evidence)
