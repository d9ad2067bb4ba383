"""What the target is and what our account may see there, before anything is read.

Problems are data with a remedy; one root cause (no metadata, no privilege) is said once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.connect import Session
from agent.errors import StatementError, TargetError
from agent.facts import Privilege, server, spec_of
from agent.model import Capabilities, Problem
from agent.statements import columns_read, optional_columns
from agent.terms import Scalar, TenantKind, Text, Version

OLDEST = Version(4, 0, 0, 0)
_ALL: Mapping[str, frozenset[str]] = {"*": frozenset()}
_GRANT = re.compile(r"GRANT (?P<what>.+) ON (?P<on>\S+) TO ", re.IGNORECASE)
_ITEM = re.compile(r"([A-Z ]+?)\s*(?:\(([^)]*)\))?(?:,|$)")
_WRITES = frozenset(
    {
        "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "SUPER", "CREATE USER", "GRANT OPTION",
        "FILE", "ALTER SYSTEM", "ALTER TENANT", "CREATE VIEW", "SHUTDOWN", "RELOAD", "EXECUTE",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A cluster held as data: one schema has its views, of ``oceanbase`` and ``information_schema`` alike.

    The server that it lies on knows nothing of it, so its version and mode are told.
    """

    schema: str
    version: Version
    compatibility_mode: str = "MYSQL"


def inspect(session: Session, sources: Iterable[type], kind: TenantKind, held: Held | None = None) -> Capabilities:
    """Version, tenant kind, visible columns and privileges. Raises TargetError for a server we do not support.

    With ``held`` the cluster in that schema is inspected, as a tenant of ``kind``, not the server itself.
    """
    session.system_schema = system_schema = held.schema if held else "oceanbase"
    version, tenant_id, account, mode = _identity(session)
    if held:
        version, mode = held.version, held.compatibility_mode
    _supported(session.endpoint.name, version, mode)
    problems: list[Problem] = []
    embedded = not held and "seekdb" in session.server_version.lower()
    if not held and not embedded and (tenant_id == 1) != (kind is TenantKind.SYS):
        kind = TenantKind.SYS if tenant_id == 1 else TenantKind.USER
        problems.append(_wrong_kind(kind))
    privileges, grants = _grants(session, problems, system_schema)
    blind: list[Problem] = []
    columns = _columns(session, sources, blind, system_schema, kind)
    if grants is None or Privilege.SHOW_VIEW.value in privileges:  # otherwise it is what follows from that
        problems += blind
    problems += ([] if grants is None else _missing_privileges(privileges, account)) + _writes(privileges)
    return Capabilities(
        version, kind, account, system_schema, columns, frozenset(privileges), _ALL if grants is None else grants,
        embedded, tuple(problems),
    )  # fmt: skip


def _identity(session: Session) -> tuple[Version, int, str, str]:
    row = session.fetch(server.IDENTITY, "identity")[0]
    try:
        version = Version.parse(str(row[0]))
    except ValueError:
        args: dict[str, Scalar] = {"target": session.endpoint.name, "version": str(row[0])[:100]}
        raise TargetError(Text("{target}: the server gives no OceanBase version but {version}.", args)) from None
    return version, int(row[1]), str(row[2]), str(row[3])


def _supported(target: str, version: Version, mode: str) -> None:
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


def _grants(
    session: Session, problems: list[Problem], system_schema: str
) -> tuple[set[str], Mapping[str, frozenset[str]] | None]:
    """Global privileges, and what may be read in the system schema (``"*"`` or per view, columns or all).

    When the server does not say, no privilege is proven and every view is worth a try (None).
    """
    try:
        lines = [str(row[0]) for row in session.fetch(server.GRANTS, "grants")]
    except StatementError as error:
        problems.append(Problem(error.text, Text("The account must be able to run SHOW GRANTS.")))
        return set(), None
    return parse_grants(lines, system_schema)


def parse_grants(lines: Iterable[str], system_schema: str) -> tuple[set[str], dict[str, frozenset[str]]]:
    """``SHOW GRANTS`` lines -> (global privileges, grants on the system schema)."""
    privileges: set[str] = set()
    grants: dict[str, frozenset[str]] = {}
    for line in lines:
        match = _GRANT.match(line)
        if not match:
            continue
        items = {name.strip(): columns for name, columns in _ITEM.findall(match["what"].upper())}
        schema, _, view = match["on"].replace("`", "").partition(".")
        if "WITH GRANT OPTION" in line.upper():
            items["GRANT OPTION"] = ""
        if schema == "*":
            privileges |= items.keys() - {"USAGE"}
        elif schema.lower() == system_schema.lower() and {"SELECT", "ALL PRIVILEGES", "ALL"} & items.keys():
            columns = items.get("SELECT", "").replace("`", "")
            grants[view.upper()] = frozenset(part.strip() for part in columns.split(",") if part.strip())
    if {"ALL PRIVILEGES", "ALL"} & privileges:
        privileges |= _WRITES | {"SELECT", Privilege.SHOW_VIEW.value, Privilege.PROCESS.value}
    if "SELECT" in privileges:
        privileges.add(Privilege.SHOW_VIEW.value)  # SELECT on everything opens all metadata too
    return privileges, grants


def _columns(
    session: Session, sources: Iterable[type], problems: list[Problem], system_schema: str, kind: TenantKind
) -> dict[str, frozenset[str]]:
    """Upper-case view -> columns. The standard information_schema is taken as it is declared.

    Where the server does not list columns, the required ones are taken to be there: its own answer to each source
    then tells, instead of everything passing for absent.
    """
    declared = [source for source in sources if spec_of(source)]
    standard, wanted = _declared(declared, "information_schema", kind), _declared(declared, "oceanbase", kind)
    found: dict[str, set[str]] = defaultdict(set)
    try:
        for view, column in session.fetch(server.columns_of(wanted, system_schema), "columns") if wanted else ():
            found[str(view).upper()].add(str(column).upper())
    except StatementError as error:
        problems.append(Problem(error.text))
    if wanted and not found:
        problems.append(
            Problem(
                Text(
                    "The server does not list the columns of its system views; those that not every version has are"
                    " left out."
                ),
                Text("Run the script that ob-health grants prints, as an administrator of the tenant."),
            )
        )
        found = defaultdict(set, wanted)
    return {name: frozenset(columns) for name, columns in {**standard, **found}.items()}


def _declared(sources: Iterable[type], schema: str, kind: TenantKind) -> dict[str, set[str]]:
    """Upper-case view of this schema, as this kind of tenant sees it -> the columns that every version must have."""
    columns: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        spec = spec_of(source)
        seen = {spec.seen_from(kind).view, *spec.also_reads} if spec else set()
        for view, names in columns_read(source).items():
            if view in seen and view.startswith(f"{schema}."):
                columns[view.partition(".")[2].upper()] |= names - optional_columns(source)
    return columns


def _missing_privileges(privileges: set[str], account: str) -> list[Problem]:
    needed = {
        Privilege.SHOW_VIEW: Text(
            "Without SHOW VIEW on *.* the tables, columns and indexes of the business stay invisible."
        ),
        Privilege.PROCESS: Text("Without PROCESS on *.* only our own session is visible."),
    }
    return [
        Problem(what, Text("GRANT {what} TO {account};", {"what": f"{privilege.value} ON *.*", "account": account}))
        for privilege, what in needed.items()
        if privilege.value not in privileges
    ]


def _writes(privileges: set[str]) -> list[Problem]:
    writes = sorted(privileges & _WRITES)
    problems = []
    if writes:
        problems.append(
            Problem(
                Text(
                    "The account holds privileges that the assessment does not need: {names}.",
                    {"names": ", ".join(writes)},
                ),
                Text("Use an account made with the script that ob-health grants prints."),
            )
        )
    elif "SELECT" in privileges:
        problems.append(
            Problem(
                Text("The account can read every business table: the agent's own gate is the wall, not the account."),
                Text("Use an account made with the script that ob-health grants prints."),
            )
        )
    return problems


def _wrong_kind(kind: TenantKind) -> Problem:
    return Problem(
        Text("The engagement names another kind of tenant; this one is assessed as {kind}.", {"kind": kind.value}),
        Text("Correct kind of the target in the engagement."),
    )
