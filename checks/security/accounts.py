"""What the account checks share: which accounts are people's and applications', and what they hold."""

from __future__ import annotations

from collections.abc import Iterator

from agent.facts.accounts import INTERNAL_PREFIX, PLATFORM, Account

ANYWHERE = frozenset({"%", "0.0.0.0/0", "::/0"})

# Privileges that change the server or the accounts themselves.
POWERFUL = {
    "SUPER": "priv_super",
    "ALTER SYSTEM": "priv_alter_system",
    "ALTER TENANT": "priv_alter_tenant",
    "CREATE USER": "priv_create_user",
}
WRITING = {"INSERT": "priv_insert", "UPDATE": "priv_update", "DELETE": "priv_delete", "DROP": "priv_drop"}
READING = {"SELECT": "priv_select"}
CHANGING = {"CREATE": "priv_create", "ALTER": "priv_alter", "INDEX": "priv_index", "FILE": "priv_file"}


def customers(accounts: tuple[Account, ...]) -> Iterator[Account]:
    """Accounts of people and applications: no role, not root, not the platform's own."""
    for account in accounts:
        if account.type != "ROLE" and account.user_name != "root" and not _platforms_own(account):
            yield account


def usable(accounts: tuple[Account, ...]) -> Iterator[Account]:
    """Those of ``customers`` that can log in."""
    return (account for account in customers(accounts) if account.is_locked != "YES")


def empowered(accounts: tuple[Account, ...]) -> Iterator[Account]:
    """Those of ``usable``, and the roles, which hand on what they hold; who has a role no view of these tells."""
    yield from usable(accounts)
    yield from (account for account in accounts if account.type == "ROLE" and not _platforms_own(account))


def _platforms_own(account: Account) -> bool:
    return account.user_name.casefold() in PLATFORM or account.user_name.startswith(INTERNAL_PREFIX)


def held(account: Account, privileges: dict[str, str]) -> list[str]:
    """Names of the privileges, out of these, that the account holds on all databases."""
    return [name for name, column in privileges.items() if getattr(account, column) == "YES"]


def full_name(account: Account) -> str:
    """``user@host``, of a role ``role user@host``."""
    return f"{'role ' if account.type == 'ROLE' else ''}{account.user_name}@{account.host}"
