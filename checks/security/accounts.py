"""Which accounts belong to people and applications, and which privileges they hold."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agent.api import (
    DocPage,
    NotAssessed,
    ResourceName,
    list_names,
    name_account,
    name_object,
)
from agent.facts import SYSTEM_SCHEMAS
from agent.facts.accounts import INTERNAL_PREFIX, PLATFORM, Account, DatabaseGrant
from agent.facts.given import Administrator
from agent.facts.schema import MAX_OBJECTS, BusinessObject

# Folders of the documentation.
_SECURITY = "600.manage/500.security-and-permissions"
LOGIN = f"{_SECURITY}/200.identification-and-authentication/100.identification-and-authentication-of-mysql-mode"
PRIVILEGES = f"{_SECURITY}/300.access-control/200.user-and-permission/200.permission-of-mysql-mode"
_SYNTAX = "700.reference/500.sql-reference/100.sql-syntax/200.common-tenant-of-mysql-mode"
STATEMENTS = f"{_SYNTAX}/600.sql-statement-of-mysql-mode"
VARIABLES = "700.reference/800.configuration-items-and-system-variables/200.system-variable/300.global-system-variable"
_VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode"
VIEWS = f"{_VIEWS}/200.dictionary-view-of-mysql-mode"
GRANTS_VIEW = DocPage(f"{VIEWS}/8400.o-dba_ob_database_privilege-of-mysql-mode.md")
PERFORMANCE = f"{_VIEWS}/300.performance-view-of-mysql-mode"

# Privileges that change the server or the accounts themselves.
POWERFUL = {
    "SUPER": "priv_super",
    "ALTER SYSTEM": "priv_alter_system",
    "ALTER TENANT": "priv_alter_tenant",
    "CREATE USER": "priv_create_user",
}
WRITING = {"INSERT": "priv_insert", "UPDATE": "priv_update", "DELETE": "priv_delete", "DROP": "priv_drop"}
READING = {"SELECT": "priv_select"}
SEEING = {**READING, "PROCESS": "priv_process"}
STRUCTURE = {"CREATE": "priv_create", "ALTER": "priv_alter", "INDEX": "priv_index"}
FILES = {"FILE": "priv_file"}
CHANGING = {**STRUCTURE, **FILES}
# Whoever logs in with one of these hosts is on the server already.
_LOCAL = frozenset(("127.0.0.1", "::1", "localhost"))


def customers(accounts: tuple[Account, ...]) -> Iterator[Account]:
    """Yield the accounts of people and applications: no roles, not root, not those of the platform."""
    for account in accounts:
        if account.type != "ROLE" and account.user_name != "root" and not _is_platform_account(account):
            yield account


def usable(accounts: tuple[Account, ...]) -> Iterator[Account]:
    """Return the accounts of ``customers`` that can log in."""
    return (account for account in customers(accounts) if account.is_locked != "YES")


def empowered(accounts: tuple[Account, ...], administrators: tuple[Administrator, ...]) -> Iterator[Account]:
    """Yield ``usable`` accounts, and roles, which pass on their privileges. The views do not tell who has a role.

    Accounts that the engagement names as administrators are left out: such privileges are theirs.
    """
    named = {(row.user_name, row.host) for row in administrators}
    for account in usable(accounts):
        if not named & {(account.user_name, ""), (account.user_name, account.host)}:
            yield account
    yield from (account for account in accounts if account.type == "ROLE" and not _is_platform_account(account))
    if any(account.type is None and account.is_locked == "YES" for account in accounts):
        raise NotAssessed("Which of the locked accounts are roles cannot be read; roles pass their privileges on.")


def _is_platform_account(account: Account) -> bool:
    return account.user_name.casefold() in PLATFORM or account.user_name.startswith(INTERNAL_PREFIX)


def is_local(account: Account) -> bool:
    """Whether the account works on the server itself only, where no application runs but administrators do."""
    return account.host.casefold() in _LOCAL


_ANY_SIGN = re.compile(r"[\d.:a-f]*_[\d.:a-f_]*", re.IGNORECASE)


def is_tied(account: Account) -> bool:
    """Whether the account works from one address only, as those of tools do."""
    # In a name an underscore is a letter; in an address it stands for any sign.
    return is_local(account) or (not re.search("[%/]", account.host) and not _ANY_SIGN.fullmatch(account.host))


def group_grants(
    accounts: Iterable[Account], grants: Iterable[DatabaseGrant], everybody: Sequence[Account]
) -> Iterator[tuple[Account, list[DatabaseGrant]]]:
    """Yield each of these accounts with what it may do in single databases.

    ``everybody`` are all accounts: those that have a name in common cannot be told apart in the grants. They come
    without any, and in the end NotAssessed is raised.
    """
    owned: defaultdict[str, list[DatabaseGrant]] = defaultdict(list)
    for grant in grants:
        owned[grant.username].append(grant)
    bearers = Counter(account.user_name for account in everybody)
    shared: dict[str, None] = {}
    for account in accounts:
        own = owned.get(account.user_name, [])
        if own and bearers[account.user_name] > 1:
            shared[account.user_name] = None
            own = []
        yield account, own
    if shared:
        raise NotAssessed(
            "It cannot be determined which of the accounts named {names} holds which privileges on single databases.",
            names=list_names(list(shared)),
        )


def list_known_databases(objects: Sequence[BusinessObject]) -> frozenset[str]:
    """Return the names of all databases, in lower case. Raises NotAssessed if not all objects were read."""
    if len(objects) >= MAX_OBJECTS:
        raise NotAssessed(
            "There are more objects than the reading limit, so it cannot be determined which databases exist."
        )
    named = {row.object_name for row in objects if row.object_type == "DATABASE"} | {row.owner for row in objects}
    return frozenset(name.casefold() for name in (*named, *SYSTEM_SCHEMAS))


def held(account: Account | DatabaseGrant, privileges: dict[str, str]) -> list[str]:
    """Return the names of these privileges that the account holds on all databases, or in the one of the grant."""
    return [name for name, column in privileges.items() if getattr(account, column) == "YES"]


def list_databases(grants: Iterable[DatabaseGrant]) -> str:
    """Return the databases of these grants in one line."""
    return list_names([name_object(grant.database_name) for grant in grants])


def full_name(account: Account) -> ResourceName:
    """Return ``user@host``, for a role ``role user@host``."""
    return name_account(account.user_name, account.host, role=account.type == "ROLE")
