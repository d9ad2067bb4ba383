"""SEC019: ordinary accounts from a whole network that may read every database or see every session."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts.accounts import Account
from agent.facts.given import Administrator
from checks.security.accounts import (
    CHANGING,
    POWERFUL,
    PRIVILEGES,
    SEEING,
    STATEMENTS,
    VIEWS,
    WRITING,
    empowered,
    full_name,
    held,
    is_tied,
)
from checks.security.revocation import MOVE_BACK, MOVE_TO_DATABASE, OWN_DATABASE, leave_to_others, plan_revocation


@check(
    code="SEC019",
    name="security.global_read_privileges",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Ordinary account may read all databases or see all sessions",
    consequence="One leaked password exposes the data of all applications.",
    finding="{resource} is not restricted to one address and holds {privileges} on all databases (held: {value}, "
    "limit {limit}).",
    remediation=Remediation(
        advice="Grant the account SELECT on the databases that it reads, then revoke the global privileges.",
        sql=MOVE_TO_DATABASE,
        rollback=MOVE_BACK,
        pre_check="List the databases that the account reads in GV$OB_SQL_AUDIT and grant on those before you revoke.",
        post_check="SHOW GRANTS no longer lists the privileges on *.*; the application works.",
        risk="Reads from databases without a grant fail afterwards.",
        cases=(
            OWN_DATABASE,
            Case(
                "PROCESS shows the statements of all sessions with their values: leave it to "
                "monitors that work from one address.",
                when=lambda told: "PROCESS" in str(told["privileges"]).split(", "),
            ),
        ),
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/100.permission-classification-of-mysql.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{STATEMENTS}/7700.revoke-of-mysql-mode.md"),
    ),
)
def global_read_privileges(accounts: Rows[Account], administrators: Rows[Administrator]) -> Iterator[Measurement]:
    """SELECT on *.* reads every database of the tenant, including those of other applications, future ones, and the
    system databases with the password hashes. PROCESS shows statements of others with their values.

    A dump or a monitor needs such privileges, and works from one address: accounts restricted to one address are
    excluded. Accounts that may also change data are reported by other checks.
    """
    told_elsewhere = []
    for account in empowered(accounts, administrators):
        privileges = held(account, SEEING)
        if not privileges or is_tied(account):
            continue
        if held(account, {**POWERFUL, **WRITING, **CHANGING}):
            told_elsewhere.append(account)
        else:
            evidence = plan_revocation(account, privileges, with_reading=True)
            yield Measurement(full_name(account), len(privileges), evidence)
    leave_to_others(told_elsewhere)
