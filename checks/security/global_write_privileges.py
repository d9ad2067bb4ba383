"""SEC005: ordinary accounts and roles that may write to every database."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts.accounts import Account
from agent.facts.given import Administrator
from checks.security.accounts import PRIVILEGES, STATEMENTS, VIEWS, WRITING, empowered, full_name, held


@check(
    code="SEC005",
    name="security.global_write_privileges",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may write to every database",
    finding="{resource} may write to all databases: {privileges} (held: {value}, limit {limit}).",
    remediation=Remediation(
        advice="Grant the account what it needs on its own database first, then revoke the global privileges.",
        sql=(
            "GRANT <privileges> ON <database>.* TO {user!l}@{host!l};",
            "SHOW GRANTS FOR {user!l}@{host!l};",
            "REVOKE {privileges} ON *.* FROM {user!l}@{host!l};",
        ),
        rollback=("GRANT {privileges} ON *.* TO {user!l}@{host!l};",),
        pre_check="List the databases that the account uses in GV$OB_SQL_AUDIT and grant on those before you revoke.",
        post_check="SHOW GRANTS lists privileges on single databases only; the application works.",
        risk="Writes to a database that was forgotten fail from then on.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/100.permission-classification-of-mysql.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def global_write_privileges(accounts: Rows[Account], administrators: Rows[Administrator]) -> Iterator[Measurement]:
    """Privileges on *.* reach every database of the tenant, also those of other applications and those made
    tomorrow. One faulty script or one leaked password then destroys far more than its own data."""
    for account in empowered(accounts, administrators):
        privileges = held(account, WRITING)
        if privileges:
            evidence = {"privileges": ", ".join(privileges), "user": account.user_name, "host": account.host}
            yield Measurement(full_name(account), len(privileges), evidence)
