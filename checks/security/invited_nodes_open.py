"""SEC006: the tenant's allowlist lets every address in."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Scalar, Unit, check, tenant_name
from agent.facts.given import Attestation
from agent.facts.settings import Variable
from checks.security.accounts import VARIABLES
from checks.security.admitted import MATCHING, find_admitting
from checks.security.settings import ALLOWLIST, DoorParams, guarded_by_console, value_of


@check(
    code="SEC006",
    name="security.invited_nodes_open",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    title="Tenant allowlist admits too many addresses",
    consequence="Attackers who reach the port can try passwords from anywhere.",
    finding="{resource}: ob_tcp_invited_nodes contains {value}, so {admitted_pct} of all public addresses may try to "
    "log in.",
    remediation=Remediation(
        advice="List only the networks of the proxy, the applications and the administrators. On a public cloud, "
        "restrict the whitelist in the console, tell us so, and leave this variable to the cloud platform.",
        sql=("SET GLOBAL ob_tcp_invited_nodes = <networks>;",),
        rollback=("SET GLOBAL ob_tcp_invited_nodes = {allowlist!l};",),
        pre_check="Replace <networks> with one quoted list that contains 127.0.0.1, ::1 and every network of the "
        "clients: GV$OB_PROCESSLIST shows the addresses of all current sessions.",
        post_check="A login from an address outside the list is refused; the applications still connect.",
        risk="Addresses missing from the list cannot connect any more; open sessions stay. Keep an administrator's "
        "session open until a new login has succeeded: it can undo the change.",
    ),
    sources=(
        DocPage(f"{VARIABLES}/9200.ob_tcp_invited_nodes-global.md"),
        DocPage("600.manage/200.tenant-management/600.common-tenant-operations/500.view-and-set-whitelist.md"),
        MATCHING,
    ),
)
def invited_nodes_open(
    variables: Rows[Variable], attestations: Rows[Attestation], p: DoorParams
) -> Iterator[Measurement]:
    """The allowlist is checked before the password. If it admits all addresses, only passwords protect the tenant, and
    every host that reaches the port can try them. Restrictions of the cloud console are not visible in SQL."""
    allowlist = value_of(variables, ALLOWLIST)
    admitted_pct, entries = find_admitting(allowlist.split(","))
    if admitted_pct >= p.min_admitted_pct and not guarded_by_console(attestations):
        evidence: dict[str, Scalar] = {"allowlist": allowlist, "admitted_pct": admitted_pct}
        yield Measurement(tenant_name(None), ", ".join(entries), evidence)
