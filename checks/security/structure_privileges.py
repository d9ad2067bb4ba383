"""SEC020: accounts that work with the rows of a database and may change its tables as well."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts import SYSTEM_SCHEMAS
from agent.facts.accounts import Account, DatabaseGrant
from agent.facts.given import Administrator
from agent.facts.schema import BusinessObject
from checks.security.accounts import (
    GRANTS_VIEW,
    PRIVILEGES,
    STATEMENTS,
    STRUCTURE,
    WRITING,
    empowered,
    full_name,
    group_grants,
    held,
    is_tied,
    list_databases,
    list_known_databases,
)
from checks.security.revocation import leave_to_others

_ROWS = {name: column for name, column in WRITING.items() if name != "DROP"}
_TABLES = {**STRUCTURE, "DROP": WRITING["DROP"]}


@check(
    code="SEC020",
    name="security.structure_privileges",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Application account may change the schema",
    consequence="One attack on the application can destroy its tables.",
    finding="{resource} is not restricted to one address, writes rows in {granted_on} and may also change the tables "
    "there: {privileges} (held: {value}, limit {limit}).",
    remediation=Remediation(
        advice="Use a separate account for schema changes of releases, restricted to the address of the pipeline, and "
        "revoke the privileges from the application account.",
        sql=("REVOKE {privileges} ON {database!i}.* FROM {user!l}@{host!l};",),
        rollback=("GRANT {privileges} ON {database!i}.* TO {user!l}@{host!l};",),
        pre_check="Check in GV$OB_SQL_AUDIT whether the application itself creates or alters tables, as migration "
        "frameworks do at start.",
        post_check="SHOW GRANTS no longer lists the privileges; the application works, and the next release does.",
        risk="Migrations that run at the start of the application fail afterwards.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/100.permission-classification-of-mysql.md"),
        GRANTS_VIEW,
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def structure_privileges(
    accounts: Rows[Account],
    grants: Rows[DatabaseGrant],
    objects: Rows[BusinessObject],
    administrators: Rows[Administrator],
) -> Iterator[Measurement]:
    """If the application has owner privileges, one SQL injection can drop tables instead of reading some rows, and
    schema changes outside releases stay unnoticed.

    An account that only changes the schema is the account of releases; one restricted to a single address is a
    tool's.
    """
    known = list_known_databases(objects) - frozenset(SYSTEM_SCHEMAS)
    for account, own in group_grants(empowered(accounts, administrators), grants, accounts):
        both = [grant for grant in own if held(grant, _ROWS) and held(grant, _TABLES)]
        both = [grant for grant in both if grant.database_name.casefold() in known]
        if both and not is_tied(account):
            privileges = [name for name in _TABLES if any(name in held(grant, _TABLES) for grant in both)]
            one = both[0].database_name if len(both) == 1 else None
            names = {"user": account.user_name, "host": account.host, "database": one}
            told = {"privileges": ", ".join(privileges), "granted_on": list_databases(both)}
            yield Measurement(full_name(account), len(privileges), {**names, **told})
    everywhere = [
        account
        for account in empowered(accounts, administrators)
        if held(account, _ROWS) and held(account, _TABLES) and not is_tied(account)
    ]
    leave_to_others(everywhere)
