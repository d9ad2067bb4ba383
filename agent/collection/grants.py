"""The script for the customer's DBA: an account that reads the sources of the granted data classes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from agent.collection.server_views import ServerViews
from agent.collection.statements import find_field_classes, list_columns_read, list_optional_columns
from agent.facts import MIXED_VIEWS, find_source_spec
from agent.model.labels import N_
from agent.model.terms import DataClass, TenantKind
from agent.support.i18n import translate

EXPOSES = {
    DataClass.SETTINGS: "settings and names of objects",
    DataClass.STATISTICS: "counters, sizes and times",
    DataClass.SQL_TEXT_MASKED: "statement texts whose literals the server has replaced by ?",
    DataClass.SQL_TEXT_FULL: "statement texts with their literals",
    DataClass.PLANS: "operators, objects, estimates and measured rows of cached plans, no conditions",
    DataClass.DEFINITIONS: "definitions of the tables of the most expensive statements, without comments, defaults "
    "and values",
    DataClass.COLUMN_BOUNDS: "smallest and largest values of columns",
    DataClass.ACCOUNTS: "names, hosts and privileges of accounts, no password hashes",
    DataClass.EMPTY_PASSWORDS: "which accounts have an empty password, by a column of hashes that is never returned",
}
EXPOSES_STRUCTURE = N_("structure of tables, columns and indexes, no rows")
EXPOSES_SESSIONS = N_("the list of sessions")
_ADVICE_OF_VERSION = (
    "-- Lines marked [version] may fail with error 1146 or 1054 where this version lacks the view or column:",
    "-- that is fine. Run the script with  mysql --force,  or have it printed with --for-version 4.2.5.",
    "-- 标记 [version] 的行在缺少该视图或列的版本上会报 1146 或 1054，可以忽略：请用 mysql --force 执行，",
    "-- 或让对方用 --for-version 4.2.5 重新生成本脚本。",
)
# Where the tenant's sql_mode lacks it, a GRANT to an unknown account makes that account, without a password.
_NO_ACCOUNT_BY_GRANT = "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',NO_AUTO_CREATE_USER');"


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement of the script. ``optional``: some versions lack the view or column (error 1146 or 1054)."""

    sql: str
    exposes: tuple[str, ...]
    optional: bool = False


def list_grants(
    sources: Iterable[type],
    user: str,
    host: str,
    data_classes: frozenset[DataClass] | None = None,
    kind: TenantKind = TenantKind.USER,
    *,
    views: ServerViews | None = None,
) -> list[Grant]:
    """The GRANT statements for the sources of these data classes (None: all), as a tenant of this kind sees them.

    With ``views`` what that version lacks is left out, and each view has one statement.
    """
    account = _quote_account(user, host)
    read: dict[str, _Reading] = {}
    for row in sources:
        spec = find_source_spec(row)
        if spec is None or (data_classes is not None and spec.data_class not in data_classes):
            continue
        seen = {spec.seen_from(kind).view, *spec.also_reads}
        classes = {spec.data_class, *find_field_classes(row).values()}
        if data_classes is not None:
            classes &= data_classes
        for view, columns in list_columns_read(row, data_classes).items():
            if view.startswith("oceanbase.") and view in seen and (views is None or views.has_view(view)):
                read.setdefault(view, _Reading()).add(columns, list_optional_columns(row), classes)
    found = [
        Grant(f"GRANT SHOW VIEW ON *.* TO {account};", (EXPOSES_STRUCTURE,)),
        Grant(f"GRANT PROCESS ON *.* TO {account};", (EXPOSES_SESSIONS,)),
    ]
    for view in sorted(read):
        found += _list_view_grants(view, read[view], account, views)
    return found


@dataclass(slots=True)
class _Reading:
    """What all sources together read of one view. A column is optional if every source can do without it."""

    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    data_classes: set[DataClass] = field(default_factory=set)

    def add(self, columns: Set[str], optional: Set[str], data_classes: Set[DataClass]) -> None:
        self.required |= columns - optional
        self.optional |= columns & optional
        self.data_classes |= data_classes


def _list_view_grants(view: str, reading: _Reading, account: str, views: ServerViews | None) -> list[Grant]:
    schema, _, name = view.partition(".")
    exposes = tuple(EXPOSES[item] for item in sorted(reading.data_classes))
    may_lack = views is None or not views.exact

    def write(columns: Iterable[str] = ()) -> Grant:
        names = ", ".join(sorted(columns))
        what = f"SELECT ({names})" if names else "SELECT"
        return Grant(f"GRANT {what} ON {schema}.`{name}` TO {account};", exposes, optional=may_lack)

    if view not in MIXED_VIEWS:
        return [write()]
    if views is not None:
        columns = {column for column in reading.required | reading.optional if views.has_column(view, column)}
        return [write(columns)] if columns else []
    return [write(reading.required), *(write([column]) for column in sorted(reading.optional - reading.required))]


def _quote_literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _quote_account(user: str, host: str) -> str:
    return f"{_quote_literal(user)}@{_quote_literal(host)}"


def write_grants_script(
    sources: Iterable[type],
    user: str,
    host: str,
    *,
    data_classes: frozenset[DataClass] | None = None,
    require_tls: bool = True,
    kind: TenantKind = TenantKind.USER,
    views: ServerViews | None = None,
    title: str = "",
) -> str:
    """The whole script, with what each grant exposes, how to check the account, and how to drop it.

    ``title`` says for which tenant it is.
    """
    account = _quote_account(user, host)
    grants = list_grants(sources, user, host, data_classes, kind, views=views)
    lines = [
        "-- OceanBase health assessment: a read-only account. / OceanBase 健康评测：只读账号。",
        *([f"-- {make_one_line(title)}"] if title else []),
        "-- Run it as an administrator of the tenant. / 请以租户管理员身份执行。",
        *(_ADVICE_OF_VERSION if any(grant.optional for grant in grants) else ()),
        "",
        "-- Put the password, in quotes, in the place of <password>. As it stands that line is refused, and with it",
        "-- all others: GRANT makes no account without a password.",
        "-- 请将 <password> 换成带引号的密码。原样执行时该行会被拒绝，其余各行也不会建立没有密码的账号。",
        _NO_ACCOUNT_BY_GRANT,
        f"CREATE USER {account} IDENTIFIED BY <password>{' REQUIRE SSL' if require_tls else ''};",
        *map(_write_grant_line, grants),
        "",
        "-- To check it: / 核对：",
        f"SHOW GRANTS FOR {account};",
        "-- To take it away: / 回收：",
        f"-- DROP USER {account};",
    ]
    return "\n".join(lines) + "\n"


def make_one_line(text: str) -> str:
    """Return a text for a comment, which must not end before its line does."""
    return "".join(char if char.isprintable() else " " for char in text)


def _write_grant_line(grant: Grant) -> str:
    marked = "[version] " if grant.optional else ""
    chinese = "；".join(translate(text, "zh-CN") for text in grant.exposes)
    return f"{grant.sql}  -- {marked}{'; '.join(grant.exposes)} / {chinese}"
