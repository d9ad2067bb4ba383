"""Accounts and their privileges. Never a password hash."""

from __future__ import annotations

from datetime import datetime

from agent.facts import expr, source
from agent.model.terms import DataClass

_NOT_OURS = (
    "(USER_NAME = 'root' OR USER_NAME <> SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"
    " OR HOST <> SUBSTRING_INDEX(CURRENT_USER(), '@', -1))"
)
# Accounts that OceanBase, its tools and its clouds make for themselves; consoles keep these names from customers.
PLATFORM = frozenset({
    "oraauditor", "lbacsys", "sys", "standbyro", "proxyro", "ocp_monitor", "oceanbase", "operator", "obmigrate", "omc",
    "idb_ddl", "odc_rnd", "odc_ddl", "dwexp",
})  # fmt: skip
INTERNAL_PREFIX = "__oceanbase_inner"


@source(
    "oceanbase.DBA_OB_USERS",
    DataClass.ACCOUNTS,
    where=_NOT_OURS,
    order_by="USER_NAME, HOST",
    limit=5000,
)
class Account:
    """One account of the tenant; privileges are global ones, 'YES' or 'NO'.

    The assessing account is left out (preflight judges it), except root, which is always listed.
    """

    user_name: str
    host: str
    type: str | None = None
    is_locked: str
    password_last_changed: datetime | None
    priv_select: str
    priv_insert: str
    priv_update: str
    priv_delete: str
    priv_create: str
    priv_drop: str
    priv_alter: str
    priv_index: str
    priv_create_user: str
    priv_grant_option: str
    priv_super: str
    priv_process: str
    priv_file: str | None = None
    priv_alter_tenant: str | None = None
    priv_alter_system: str | None = None
    priv_create_view: str | None = None
    priv_show_view: str | None = None
    priv_show_db: str | None = None


@source(
    "oceanbase.DBA_OB_DATABASE_PRIVILEGE",
    DataClass.ACCOUNTS,
    order_by="USER_ID, DATABASE_NAME",
    limit=20000,
)
class DatabaseGrant:
    """What one account may do in one database, which need not exist; 'YES' or 'NO'.

    The view does not tell the account's host: ``user_id`` is all that tells accounts of one name apart.
    """

    user_id: int
    username: str
    database_name: str
    priv_alter: str
    priv_create: str
    priv_delete: str
    priv_drop: str
    priv_grant_option: str
    priv_insert: str
    priv_update: str
    priv_select: str
    priv_index: str


@source(
    "oceanbase.DBA_OB_USERS",
    DataClass.EMPTY_PASSWORDS,
    where=f"PASSWD = '' AND IS_LOCKED = 'NO' AND {_NOT_OURS}",
    order_by="USER_NAME, HOST",
    limit=5000,
)
class OpenAccount:
    """One account that can log in without a password. The server compares the hash; none is returned."""

    user_name: str
    host: str
    type: str | None = None


@source(
    "information_schema.CONNECTION_CONTROL_FAILED_LOGIN_ATTEMPTS",
    DataClass.ACCOUNTS,
    order_by="FAILED_ATTEMPTS DESC",
    limit=1000,
)
class FailedLogins:
    """How often in a row the login of one account has failed; one that succeeds ends the count."""

    user_name: str = expr("SUBSTRING_INDEX(USERHOST, '@', 1)")
    host: str = expr("SUBSTRING_INDEX(USERHOST, '@', -1)")
    failed_attempts: int
