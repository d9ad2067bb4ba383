"""SEC013: many sessions of the administrator."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, TenantKind, Unit, check
from agent.facts.sessions import Session
from checks.security.accounts import PERFORMANCE, PRIVILEGES


@check(
    code="SEC013",
    name="security.application_uses_root",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Application probably logs in as root",
    consequence="One attack on the application can destroy or expose all data.",
    finding="{resource}: {value} sessions of the administrator are open at once (limit {limit}); databases: "
    "{in_databases}.",
    remediation=Remediation(
        advice="Create an account for each application with only the privileges it needs on its database, change the "
        "application's configuration, then change the password of root.",
        sql=(
            "SELECT USER_CLIENT_IP, DB, COUNT(*) FROM oceanbase.GV$OB_PROCESSLIST WHERE USER = 'root' GROUP BY 1, 2;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Find the programs behind the addresses, and what they create or change.",
        post_check="GV$OB_PROCESSLIST shows root only while an administrator works.",
        risk="A missing privilege makes the application fail: use the new account beside the old one for some time.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/110.create-a-user-of-mysql-mode.md"),
        DocPage(f"{PERFORMANCE}/2500.gv-ob_processlist-of-mysql-mode.md"),
    ),
)
def application_uses_root(sessions: Rows[Session]) -> Iterator[Measurement]:
    """An application that logs in as root can do everything: one injected statement can drop databases, create accounts
    and read data of others. Its password is in configuration files and hardly ever changed, and the audit cannot tell
    people from programs. A few sessions are an administrator at work; many are a connection pool."""
    mine = [row for row in sessions if row.user == "root"]
    databases = ", ".join(sorted({row.db for row in mine if row.db}))
    yield Measurement("root", len(mine), {"in_databases": databases})
