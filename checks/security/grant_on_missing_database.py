"""SEC022: privileges on databases that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelRun, Measurement, Remediation, Rows, Unit, check
from agent.facts.accounts import Account, DatabaseGrant
from agent.facts.schema import BusinessObject
from checks.security.accounts import (
    GRANTS_VIEW,
    STATEMENTS,
    customers,
    full_name,
    group_grants,
    list_databases,
    list_known_databases,
)


@check(
    code="SEC022",
    name="security.grant_on_missing_database",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Privileges on a database that does not exist",
    consequence="Data of a new database of that name is exposed to old accounts.",
    finding="{resource} holds privileges on {granted_on}, which do not exist (missing: {value}, limit {limit}).",
    remediation=Remediation(
        advice="Revoke the privileges, and drop the account if it has no others. If the database will be created "
        "again, keep the grants in its creation script.",
        sql=(
            "SHOW GRANTS FOR {user!l}@{host!l};",
            "REVOKE ALL PRIVILEGES ON {database!i}.* FROM {user!l}@{host!l};",
        ),
        no_rollback="SHOW GRANTS lists the privileges: keep what it says to be able to grant them again.",
        pre_check="SHOW DATABASES does not list the name, and nobody is restoring or renaming it at present.",
        post_check="SHOW GRANTS no longer lists the database.",
        risk="None while the database does not exist.",
    ),
    sources=(
        GRANTS_VIEW,
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
        KernelRun("4.3.5.3", "GRANT ALL ON d.* TO u; DROP DATABASE d; the grant stays in DBA_OB_DATABASE_PRIVILEGE"),
    ),
)
def grant_on_missing_database(
    accounts: Rows[Account], grants: Rows[DatabaseGrant], objects: Rows[BusinessObject]
) -> Iterator[Measurement]:
    """Dropping a database leaves the privileges on it. If a database of that name is created again, perhaps for
    another purpose, the old accounts have access to it.

    Names with a % stand for many databases and are not judged.
    """
    known = list_known_databases(objects)
    for account, own in group_grants(customers(accounts), grants, accounts):
        missing = [grant for grant in own if grant.database_name.casefold() not in known]
        missing = [grant for grant in missing if "%" not in grant.database_name]
        if missing:
            one = missing[0].database_name if len(missing) == 1 else None
            evidence = {"user": account.user_name, "host": account.host, "database": one}
            yield Measurement(full_name(account), len(missing), {**evidence, "granted_on": list_databases(missing)})
