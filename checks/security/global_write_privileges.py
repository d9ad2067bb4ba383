"""SEC005: ordinary accounts and roles that may write to every database."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, DocPage, Measurement, NotAssessed, Remediation, Rows, Unit, Unjudged, check
from agent.facts.accounts import Account
from agent.facts.given import Administrator
from checks.security.accounts import (
    CHANGING,
    PRIVILEGES,
    STATEMENTS,
    VIEWS,
    WRITING,
    empowered,
    full_name,
    held,
    is_local,
)
from checks.security.revocation import MOVE_BACK, MOVE_TO_DATABASE, OWN_DATABASE, plan_revocation


@check(
    code="SEC005",
    name="security.global_write_privileges",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may write to all databases or to files of the server",
    consequence="One faulty script or one leaked password can destroy all databases.",
    finding="{resource} may change all databases, or files of the server: {privileges} (held: {value}, limit {limit}).",
    remediation=Remediation(
        advice="Grant the account what it needs on its own database first, then revoke the global privileges, "
        "including those that only read. Use a separate account for schema changes.",
        sql=MOVE_TO_DATABASE,
        rollback=MOVE_BACK,
        pre_check="List the databases that the account uses in GV$OB_SQL_AUDIT, and grant on those before you revoke.",
        post_check="SHOW GRANTS no longer lists the privileges on *.*; the application works.",
        risk="Writes to databases without a grant fail afterwards.",
        cases=(
            OWN_DATABASE,
            Case(
                "FILE is global only: let a tool that runs on the server read and write files instead.",
                when=lambda told: "FILE" in str(told["privileges"]).split(", "),
            ),
        ),
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/100.permission-classification-of-mysql.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def global_write_privileges(
    accounts: Rows[Account], administrators: Rows[Administrator]
) -> Iterator[Measurement | Unjudged]:
    """Privileges on *.* cover every database of the tenant, including those of other applications and future ones. One
    faulty script or one leaked password can then destroy far more than its own data. FILE gives access to files of
    the server.

    Accounts that log in only on the server itself usually belong to administrators and are not judged.
    """
    for account in empowered(accounts, administrators):
        privileges = held(account, {**WRITING, **CHANGING})
        if privileges and is_local(account):
            yield Unjudged(full_name(account))
        elif privileges:
            evidence = plan_revocation(account, privileges, with_reading=True)
            yield Measurement(full_name(account), len(privileges), evidence)
    if any(account.priv_file is None for account in accounts):
        raise NotAssessed("It cannot be determined who may read and write files of the server.")
