"""SEC010: locked accounts that nobody removed."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    Unit,
    Unjudged,
    check,
    params,
)
from agent.facts.accounts import Account
from agent.facts.given import Clock
from checks.security.accounts import PRIVILEGES, VIEWS, customers, full_name


@params
class LeftParams(Params):
    """The day of the lock is not kept; a password that was not set for so long tells that nobody minds the account."""

    min_age_days: int


@check(
    code="SEC010",
    name="security.locked_accounts_left",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Locked account still exists",
    consequence="Attackers or former owners can use the account again unnoticed.",
    finding="{resource}: the account is locked and still there.",
    remediation=Remediation(
        advice="Save the grants of accounts that nobody needs any more, then drop them. Where one is locked on "
        "purpose, record the reason and request an exemption.",
        sql=("SHOW GRANTS FOR {user!l}@{host!l};", "DROP USER {user!l}@{host!l};"),
        no_rollback="Create the account again from its grants; the password must be set again.",
        pre_check="No view, routine or job has the account as its definer.",
        post_check="The account is gone from DBA_OB_USERS.",
        risk="Views and routines defined by the account stop working.",
    ),
    sources=(
        DocPage(f"{PRIVILEGES}/700.lock-and-unlock-users-of-mysql-mode.md"),
        DocPage(f"{VIEWS}/12900.o-dba_ob_users-of-mysql-mode.md"),
    ),
)
def locked_accounts_left(
    accounts: Rows[Account], clock: Rows[Clock], p: LeftParams
) -> Iterator[Measurement | Unjudged]:
    """A locked account keeps its privileges and can be enabled again by one statement. It makes every review of
    accounts longer and hides the accounts that matter.

    Accounts that were created or got a new password recently are excluded.
    """
    for account in customers(accounts):
        if account.is_locked == "YES":
            if account.type is None:  # a role is stored as an account that is locked
                raise NotAssessed("The database does not distinguish locked accounts from roles.")
            changed = account.password_last_changed
            if changed is None:
                yield Unjudged(full_name(account))
            elif (clock[0].as_of - changed).days >= p.min_age_days:
                evidence = {"user": account.user_name, "host": account.host}
                yield Measurement(full_name(account), account.is_locked, evidence)
