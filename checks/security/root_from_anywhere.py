"""SEC001: root can be reached from every address."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Scalar, Unit, check
from agent.facts.accounts import Account
from agent.facts.given import Attestation
from agent.facts.settings import Variable
from checks.security.accounts import VARIABLES, full_name
from checks.security.admitted import MATCHING, find_admitting
from checks.security.settings import ALLOWLIST, DoorParams, guarded_by_console, value_of


@check(
    code="SEC001",
    name="security.root_from_anywhere",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    title="root may log in from almost any address",
    consequence="One guessed or leaked password is enough to take over the whole tenant.",
    finding="{resource}: the account admits the host {value}, and the tenant's allowlist ({allowlist}) admits "
    "{admitted_pct} of all public addresses.",
    remediation=Remediation(
        advice="Restrict the address of root by the allowlist: root of a tenant is created with host % and "
        "cannot be renamed. List only the networks of the proxy, the applications and the "
        "administrators. On a public cloud, restrict the whitelist in the console and tell us so. Use "
        "accounts of your own instead of root for daily work.",
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
def root_from_anywhere(
    accounts: Rows[Account], variables: Rows[Variable], attestations: Rows[Attestation], p: DoorParams
) -> Iterator[Measurement]:
    """root has all privileges in the tenant, and its name is known to everybody. If neither the account nor the
    allowlist restricts the address, one guessed or leaked password gives access to the whole tenant."""
    if guarded_by_console(attestations):
        return
    allowlist = value_of(variables, ALLOWLIST)
    admitted_pct, _ = find_admitting(allowlist.split(","))
    if admitted_pct < p.min_admitted_pct:
        return
    for account in accounts:
        host_pct, _ = find_admitting([account.host])
        if account.user_name == "root" and account.is_locked != "YES" and host_pct >= p.min_admitted_pct:
            evidence: dict[str, Scalar] = {"allowlist": allowlist, "admitted_pct": admitted_pct}
            yield Measurement(full_name(account), account.host, evidence)
