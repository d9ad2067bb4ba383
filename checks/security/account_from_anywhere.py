"""SEC002: accounts with global privileges that admit every host."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Scalar, Unit, check
from agent.facts.accounts import Account
from agent.facts.given import Attestation
from agent.facts.settings import Variable
from checks.security.accounts import (
    CHANGING,
    POWERFUL,
    PRIVILEGES,
    READING,
    STATEMENTS,
    VARIABLES,
    VIEWS,
    WRITING,
    full_name,
    held,
    usable,
)
from checks.security.admitted import MATCHING, find_admitting
from checks.security.settings import ALLOWLIST, DoorParams, guarded_by_console, value_of


@check(
    code="SEC002",
    name="security.account_from_anywhere",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    title="Account with global privileges may log in from almost any address",
    consequence="One leaked password is enough to read or change all databases.",
    finding="{resource}: the account may log in from {admitted_pct} of all public addresses and holds {value} "
    "privileges on all databases: {privileges}.",
    remediation=Remediation(
        advice="Restrict the account to the network of its application, or revoke the global privileges and grant "
        "what it needs on its own database.",
        sql=("RENAME USER {user!l}@{host!l} TO {user!l}@<network>;",),
        rollback=("RENAME USER {user!l}@<network> TO {user!l}@{host!l};",),
        pre_check="Replace <network> with the quoted network of the application: GV$OB_PROCESSLIST shows where the "
        "account's sessions come from, including the addresses of the proxy.",
        post_check="The application connects; DBA_OB_USERS shows the new host.",
        risk="Clients outside the network are refused afterwards; open sessions stay.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/110.create-a-user-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
        DocPage(f"{VARIABLES}/9200.ob_tcp_invited_nodes-global.md"),
        DocPage(f"{STATEMENTS}/7400.rename-user-of-mysql-mode.md"),
        MATCHING,
    ),
)
def account_from_anywhere(
    accounts: Rows[Account], variables: Rows[Variable], attestations: Rows[Attestation], p: DoorParams
) -> Iterator[Measurement]:
    """The host part of an account is a second restriction beside the password. If the tenant's allowlist and the
    console admit every address, an account that reaches all databases needs this restriction: otherwise the password,
    which is stored in many configuration files, is enough to enter the tenant."""
    if guarded_by_console(attestations):
        return
    if find_admitting(value_of(variables, ALLOWLIST).split(","))[0] < p.min_admitted_pct:
        return
    for account in usable(accounts):
        privileges = held(account, {**POWERFUL, **WRITING, **READING, **CHANGING})
        admitted_pct, _ = find_admitting([account.host])
        if privileges and admitted_pct >= p.min_admitted_pct:
            evidence: dict[str, Scalar] = {"privileges": ", ".join(privileges), "admitted_pct": admitted_pct}
            evidence |= {"user": account.user_name, "host": account.host}
            yield Measurement(full_name(account), len(privileges), evidence)
