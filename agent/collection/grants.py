"""The script for the customer's DBA: an account that reads the sources of the granted data classes and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agent.collection.statements import list_columns_read, list_optional_columns
from agent.facts import MIXED_VIEWS, find_source_spec
from agent.model.labels import N_
from agent.model.terms import DataClass, TenantKind
from agent.support.i18n import translate

EXPOSES = {
    DataClass.SETTINGS: "settings and names of objects",
    DataClass.STATISTICS: "counters, sizes and times",
    DataClass.SQL_TEXT_MASKED: "statement texts whose literals the server has replaced by ?",
    DataClass.SQL_TEXT_FULL: "statement texts with their literals",
    DataClass.COLUMN_BOUNDS: "smallest and largest values of columns",
    DataClass.ACCOUNTS: "names, hosts and privileges of accounts, no password hashes",
}
EXPOSES_STRUCTURE = N_("structure of tables, columns and indexes, no rows")
EXPOSES_SESSIONS = N_("the list of sessions")


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
) -> list[Grant]:
    """The GRANT statements for the sources of these data classes (None: all), as a tenant of this kind sees them."""
    account = f"{_quote_literal(user)}@{_quote_literal(host)}"
    found = [
        Grant(f"GRANT SHOW VIEW ON *.* TO {account};", (EXPOSES_STRUCTURE,)),
        Grant(f"GRANT PROCESS ON *.* TO {account};", (EXPOSES_SESSIONS,)),
    ]
    views: dict[str, set[str]] = {}
    extra: dict[str, set[str]] = {}
    classes: dict[str, set[DataClass]] = {}
    for row in sources:
        spec = find_source_spec(row)
        if spec is None or (data_classes is not None and spec.data_class not in data_classes):
            continue
        seen = {spec.seen_from(kind).view, *spec.also_reads}
        for view, columns in list_columns_read(row).items():
            if not view.startswith("oceanbase.") or view not in seen:
                continue
            views.setdefault(view, set()).update(columns)
            extra.setdefault(view, set()).update(list_optional_columns(row))
            classes.setdefault(view, set()).add(spec.data_class)
    for view in sorted(views):
        exposes = tuple(EXPOSES[item] for item in sorted(classes[view]))
        found += _list_view_grants(view, views[view], extra[view], account, exposes)
    return found


def _list_view_grants(
    view: str, columns: set[str], optional: set[str], account: str, exposes: tuple[str, ...]
) -> list[Grant]:
    schema, _, name = view.partition(".")
    where = f"{schema}.`{name}`"
    if view not in MIXED_VIEWS:
        return [Grant(f"GRANT SELECT ON {where} TO {account};", exposes, optional=True)]
    required = ", ".join(sorted(columns - optional))
    return [
        Grant(f"GRANT SELECT ({required}) ON {where} TO {account};", exposes, optional=True),
        *(
            Grant(f"GRANT SELECT ({column}) ON {where} TO {account};", exposes, optional=True)
            for column in sorted(columns & optional)
        ),
    ]


def _quote_literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def write_grants_script(
    sources: Iterable[type],
    user: str,
    host: str,
    *,
    data_classes: frozenset[DataClass] | None = None,
    require_tls: bool = True,
    kind: TenantKind = TenantKind.USER,
) -> str:
    """The whole script, with what each grant exposes, how to check the account, and how to drop it."""
    account = f"{_quote_literal(user)}@{_quote_literal(host)}"
    tls = " REQUIRE SSL" if require_tls else ""
    lines = [
        "-- OceanBase health assessment: a read-only account. / OceanBase 健康评测：只读账号。",
        "-- Run it as an administrator of the tenant. / 请以租户管理员身份执行。",
        "-- Lines marked [version] may fail with error 1146 or 1054 where this version lacks the view or column:",
        "-- that is fine; run the script with  mysql --force.",
        "-- 标记 [version] 的行在缺少该视图或列的版本上会报 1146 或 1054，可以忽略，请用 mysql --force 执行。",
        "",
        "-- Put the password, in quotes, in the place of <password>; as it stands the line is refused.",
        "-- 请将 <password> 换成带引号的密码；原样执行会因语法错误而被拒绝。",
        f"CREATE USER {account} IDENTIFIED BY <password>{tls};",
    ]
    lines += [_write_grant_line(grant) for grant in list_grants(sources, user, host, data_classes, kind)]
    lines += [
        "",
        "-- To check it: / 核对：",
        f"SHOW GRANTS FOR {account};",
        "-- To take it away: / 回收：",
        f"-- DROP USER {account};",
    ]
    return "\n".join(lines) + "\n"


def _write_grant_line(grant: Grant) -> str:
    marked = "[version] " if grant.optional else ""
    chinese = "；".join(translate(text, "zh-CN") for text in grant.exposes)
    return f"{grant.sql}  -- {marked}{'; '.join(grant.exposes)} / {chinese}"
