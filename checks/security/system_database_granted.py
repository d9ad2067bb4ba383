"""SEC021: accounts of applications that reach the databases of the system."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelRun, Measurement, Remediation, Rows, Scalar, Unit, check
from agent.facts.accounts import Account, DatabaseGrant
from agent.facts.given import Administrator
from checks.security.accounts import (
    GRANTS_VIEW,
    READING,
    STATEMENTS,
    VIEWS,
    WRITING,
    empowered,
    full_name,
    group_grants,
    held,
    is_tied,
    list_databases,
)

_SYSTEM = frozenset(("mysql", "oceanbase"))


@check(
    code="SEC021",
    name="security.system_database_granted",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Application account has access to system databases",
    consequence="One attack on the application also exposes the passwords of all accounts.",
    finding="{resource} works in databases of its own and also holds privileges on {granted_on} (system databases: "
    "{value}, limit {limit}).",
    remediation=Remediation(
        advice="Revoke the privileges. Use a separate account, restricted to the address of the monitor, to read "
        "system views.",
        sql=("SHOW GRANTS FOR {user!l}@{host!l};", "REVOKE {privileges} ON {database!i}.* FROM {user!l}@{host!l};"),
        rollback=("GRANT {privileges} ON {database!i}.* TO {user!l}@{host!l};",),
        pre_check="Check in GV$OB_SQL_AUDIT for statements of the account in these databases; a connection pool may "
        "query a version there.",
        post_check="SHOW GRANTS lists the account's own databases only; the application works.",
        risk="Functions that read system tables with this account fail afterwards.",
    ),
    sources=(
        GRANTS_VIEW,
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "GRANT SELECT ON mysql.* TO u; as u: SELECT authentication_string FROM mysql.user"),
    ),
)
def system_database_granted(
    accounts: Rows[Account], grants: Rows[DatabaseGrant], administrators: Rows[Administrator]
) -> Iterator[Measurement]:
    """System tables hold the password hashes of all accounts, and statements of others with their values. Whoever
    takes over the application gets them, too.

    Monitors that work in no other database, and accounts restricted to one address, are excluded.
    """
    for account, own in group_grants(empowered(accounts, administrators), grants, accounts):
        reached = [grant for grant in own if grant.database_name in _SYSTEM and held(grant, {**READING, **WRITING})]
        if reached and len(reached) < len(own) and not is_tied(account):
            evidence: dict[str, Scalar] = {"user": account.user_name, "host": account.host}
            evidence |= {
                "granted_on": list_databases(reached),
                "database": reached[0].database_name if len(reached) == 1 else None,
                "privileges": ", ".join(held(reached[0], {**READING, **WRITING})) if len(reached) == 1 else None,
            }
            yield Measurement(full_name(account), len(reached), evidence)
