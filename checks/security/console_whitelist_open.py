"""SEC015: the whitelist of the cloud console, as somebody attested it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check, tenant_name
from agent.facts.given import Attestation
from checks.security.settings import attested_switch


@check(
    code="SEC015",
    name="security.console_whitelist_open",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    attested=True,
    title="Console whitelist admits every address",
    consequence="Attackers on the internet can reach the port and try passwords.",
    finding="{resource}: according to {by} ({on}), the whitelist of the cloud console is not restricted.",
    remediation=Remediation(
        advice="List the networks of the applications and the administrators in the whitelist of the console, remove "
        "the entry that admits everybody, and tell us when it is done.",
        run_as=RunAs.CONSOLE,
        no_rollback="The entry can be added again in the console.",
        pre_check="List the addresses of all current sessions in GV$OB_PROCESSLIST.",
        post_check="A login from an address outside the list is refused; the applications still connect.",
        risk="Addresses missing from the list cannot connect any more.",
    ),
    sources=(
        DocPage("600.manage/500.security-and-permissions/300.access-control/300.network-security-access-control.md"),
    ),
)
def console_whitelist_open(attestations: Rows[Attestation]) -> Iterator[Measurement]:
    """On a public cloud the whitelist of the console applies before the tenant's own allowlist and is not visible in
    SQL, so the customer states it. If it admits all addresses, only passwords protect the tenant."""
    found = attested_switch(attestations, "console_whitelist_restricted")
    if found.value is False:
        yield Measurement(tenant_name(None), "off", {"by": found.by, "on": found.on.isoformat()})
