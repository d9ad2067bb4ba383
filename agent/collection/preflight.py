"""Inspects the target before anything is read: what it is, and what our account may see there.

Problems are data with a remedy; one root cause (no metadata, no privilege) is reported once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.collection.connect import ReadOnlySession
from agent.collection.only_row import fetch_only_row
from agent.collection.privileges import (
    GrantLine,
    join_first,
    list_beyond_reading,
    list_business_reads,
    list_global_privileges,
    list_readable_views,
    parse_grants,
    quote_account,
)
from agent.collection.server_errors import cut_name
from agent.collection.statements import list_columns_read, list_optional_columns
from agent.facts import Privilege, find_source_spec
from agent.facts.own_statements.session import GRANTS, IDENTITY, write_columns_statement
from agent.model.snapshot import Capabilities, Problem
from agent.model.terms import Scalar, TenantKind, Text, Version
from agent.support.errors import StatementError, TargetError

OLDEST = Version(4, 0, 0, 0)
_ALL_VIEWS: Mapping[str, frozenset[str]] = {"*": frozenset()}


@dataclass(frozen=True, slots=True)
class HeldPrivileges:
    """A cluster held as data: one schema has its views, those of ``oceanbase`` and of ``information_schema``.

    The server that holds it does not know its version and mode, so they are given here.
    """

    schema: str
    version: Version
    compatibility_mode: str = "MYSQL"


def inspect_target(
    session: ReadOnlySession, sources: Iterable[type], kind: TenantKind, held: HeldPrivileges | None = None
) -> Capabilities:
    """Return version, tenant kind, visible columns and privileges. Raises TargetError for an unsupported server.

    With ``held``, inspect the cluster in that schema as a tenant of ``kind``, not the server itself.
    """
    session.system_schema = system_schema = held.schema if held else "oceanbase"
    version, tenant_id, account, mode = _read_identity(session)
    if held:
        version, mode = held.version, held.compatibility_mode
    _check_supported(session.endpoint.name, version, mode)
    problems: list[Problem] = []
    embedded = not held and "seekdb" in session.server_version.lower()
    if not held and not embedded and (tenant_id == 1) != (kind is TenantKind.SYS):
        kind = TenantKind.SYS if tenant_id == 1 else TenantKind.USER
        problems.append(_report_wrong_kind(kind))
    granted = _read_grants(session, problems)
    privileges = list_global_privileges(granted or ())
    blind: list[Problem] = []
    columns = _read_columns(session, sources, blind, system_schema, kind)
    if granted is None or Privilege.SHOW_VIEW.value in privileges:  # otherwise they follow from the missing SHOW VIEW
        problems += blind
    if granted is None:
        return Capabilities(
            version=version,
            tenant_kind=kind,
            account=account,
            system_schema=system_schema,
            columns=columns,
            privileges=privileges,
            grants=_ALL_VIEWS,
            embedded=embedded,
            problems=tuple(problems),
            beyond_reading=None,
        )
    problems += _report_missing_privileges(privileges, quote_account(account)) + _report_excess_privileges(
        granted, system_schema
    )
    return Capabilities(
        version=version,
        tenant_kind=kind,
        account=account,
        system_schema=system_schema,
        columns=columns,
        privileges=privileges,
        grants=list_readable_views(granted, system_schema),
        embedded=embedded,
        problems=tuple(problems),
        beyond_reading=list_beyond_reading(granted),
    )


def recognize_target(session: ReadOnlySession, kept: Capabilities) -> bool:
    """Whether the server still has the version, and we the account, with which preflight found ``kept``.

    Raises as ``inspect_target`` for an answer that cannot be understood.
    """
    session.system_schema = kept.system_schema
    version, _, account, _ = _read_identity(session)
    return (version, account) == (kept.version, kept.account)


def _read_identity(session: ReadOnlySession) -> tuple[Version, int, str, str]:
    stated, tenant_id, account, mode = fetch_only_row(session.fetch, IDENTITY, "identity", _take_identity)
    try:
        return Version.parse(stated), tenant_id, account, mode
    except ValueError:
        args: dict[str, Scalar] = {"target": session.endpoint.name, "version": stated}
        raise TargetError(Text("{target}: the server gives no OceanBase version but {version}.", args)) from None


def _take_identity(version: Any, tenant_id: Any, account: Any, mode: Any) -> tuple[str, int, str, str]:
    return cut_name(version), int(tenant_id), cut_name(account), cut_name(mode)


def _check_supported(target: str, version: Version, mode: str) -> None:
    args = {"target": target, "version": str(version), "oldest": "4.0"}
    if version < OLDEST:
        raise TargetError(
            Text("{target}: OceanBase {version} is not supported; MySQL-mode tenants of {oldest} and later are.", args)
        )
    if mode.upper() not in ("MYSQL", "0"):
        raise TargetError(
            Text(
                "{target}: this is an Oracle-mode tenant; only MySQL-mode tenants of {oldest} and later are supported.",
                args,
            )
        )


def _read_grants(session: ReadOnlySession, problems: list[Problem]) -> tuple[GrantLine, ...] | None:
    """Return what the account holds, or None if the server does not say: then every view is tried."""
    try:
        return parse_grants(str(line) for (line,) in session.fetch(GRANTS, "grants"))
    except StatementError as error:
        problems.append(Problem(error.text, Text("The account must be able to run SHOW GRANTS.")))
        return None


def _read_columns(
    session: ReadOnlySession, sources: Iterable[type], problems: list[Problem], system_schema: str, kind: TenantKind
) -> dict[str, frozenset[str]]:
    """Return upper-case view -> columns. Those of the standard information_schema are taken as declared.

    If the server does not list columns, the required ones count as present, not as absent. Its answer to each source
    then shows whether they are.
    """
    declared = [source for source in sources if find_source_spec(source)]
    standard, wanted = (
        _list_declared_columns(declared, "information_schema", kind),
        _list_declared_columns(declared, "oceanbase", kind),
    )
    found: dict[str, set[str]] = defaultdict(set)
    try:
        for view, column in session.fetch(write_columns_statement(wanted, system_schema), "columns") if wanted else ():
            found[cut_name(view).upper()].add(cut_name(column).upper())
    except StatementError as error:
        problems.append(Problem(error.text))
    if wanted and not found:
        problems.append(
            Problem(
                Text(
                    "The columns of the system views are not listed; columns that only some versions have are not read."
                ),
                Text(
                    "Grant the read-only privileges of the assessment account (the GRANT statements are in the "
                    "authorization)."
                ),
            )
        )
        found = defaultdict(set, wanted)
    return {name: frozenset(columns) for name, columns in {**standard, **found}.items()}


def _list_declared_columns(sources: Iterable[type], schema: str, kind: TenantKind) -> dict[str, set[str]]:
    """Return upper-case view of this schema, as this kind of tenant sees it -> columns that every version must have."""
    columns: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        spec = find_source_spec(source)
        seen = {spec.seen_from(kind).view, *spec.also_reads} if spec else set()
        for view, names in list_columns_read(source).items():
            if view in seen and view.startswith(f"{schema}."):
                columns[view.partition(".")[2].upper()] |= names - list_optional_columns(source)
    return columns


def _report_missing_privileges(privileges: frozenset[str], grantee: str) -> list[Problem]:
    needed = {
        Privilege.SHOW_VIEW: Text(
            "Without SHOW VIEW on *.* the tables, columns and indexes of the business stay invisible."
        ),
        Privilege.PROCESS: Text("Without PROCESS on *.* only our own session is visible."),
    }
    return [
        Problem(what, Text("GRANT {what} TO {account};", {"what": f"{privilege.value} ON *.*", "account": grantee}))
        for privilege, what in needed.items()
        if privilege.value not in privileges
    ]


def _report_excess_privileges(held: Sequence[GrantLine], system_schema: str) -> list[Problem]:
    """Report what the account may do beyond the assessment's needs.

    An account that reads business rows is accepted. Only the customer can allow one that may write.
    """
    beyond, read = list_beyond_reading(held), list_business_reads(held, system_schema)
    if beyond:
        args = {"names": join_first(beyond)}
        what = Text("The account holds privileges that the assessment does not need: {names}.", args)
    elif "*.*" in read:
        what = Text(
            "The account can read every business table: only the statement gate of the program protects them, "
            "not the account."
        )
    elif read:
        args = {"names": join_first(read)}
        what = Text(
            "The account can read business tables in {names}: only the statement gate of the program protects them, "
            "not the account.",
            args,
        )
    else:
        return []
    return [Problem(what, Text("Use the read-only account of the assessment."))]


_ASSESSED_AS = {
    TenantKind.USER: Text("The tenant was announced as sys tenant, but it is a user tenant, and is assessed as one."),
    TenantKind.SYS: Text("The tenant was announced as user tenant, but it is the sys tenant, and is assessed as such."),
}


def _report_wrong_kind(kind: TenantKind) -> Problem:
    return Problem(_ASSESSED_AS[kind], Text("Correct the kind of the tenant (user tenant or sys tenant)."))
