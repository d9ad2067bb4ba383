"""SEC003: ordinary accounts and roles that may change the server or the accounts."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, Unjudged, check
from agent.facts.accounts import Account
from agent.facts.given import Administrator
from checks.security.accounts import (
    CHANGING,
    POWERFUL,
    PRIVILEGES,
    STATEMENTS,
    VIEWS,
    WRITING,
    empowered,
    full_name,
    held,
    is_local,
)
from checks.security.revocation import MOVE_BACK, MOVE_TO_DATABASE, OWN_DATABASE, holds_everything, plan_revocation


@check(
    code="SEC003",
    name="security.powerful_ordinary_account",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Ordinary account holds administrator privileges",
    consequence="One attack on the application can take over the whole tenant.",
    finding="{resource} holds administrator privileges on all databases: {privileges} (held: {value}, limit {limit}).",
    remediation=Remediation(
        advice="Revoke administrative privileges from application accounts, after granting what the application needs "
        "on its own database; only named administrators keep them. If this is an administrator's account, let us know.",
        sql=MOVE_TO_DATABASE,
        rollback=MOVE_BACK,
        pre_check="Check the account's statements in GV$OB_SQL_AUDIT: does it use the privilege?",
        post_check="SHOW GRANTS no longer lists the privileges on *.*; the application works.",
        risk="Operations that need the privilege fail afterwards, such as a deployment script that creates accounts.",
        cases=(OWN_DATABASE,),
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/100.permission-classification-of-mysql.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def powerful_ordinary_account(
    accounts: Rows[Account], administrators: Rows[Administrator]
) -> Iterator[Measurement | Unjudged]:
    """SUPER, ALTER SYSTEM, ALTER TENANT and CREATE USER change the database configuration or other accounts. If an
    application account has them, one SQL injection endangers the whole tenant, and changes cannot be traced to a
    person.

    Accounts that log in only on the server itself usually belong to administrators and are not judged until the
    customer confirms.
    """
    for account in empowered(accounts, administrators):
        privileges = held(account, POWERFUL)
        if privileges and is_local(account):
            yield Unjudged(full_name(account))
        elif privileges:
            # Reading everywhere goes with the last privilege that does more, and SEC005 sees to those that write.
            reading = holds_everything(account) or not held(account, {**WRITING, **CHANGING})
            evidence = plan_revocation(account, privileges, with_reading=reading)
            yield Measurement(full_name(account), len(privileges), evidence)
