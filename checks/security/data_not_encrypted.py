"""SEC016: transparent data encryption, as somebody attested it."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, RunAs, TenantKind, Unit, check, tenant_name
from agent.facts.given import Attestation
from checks.security.accounts import PERFORMANCE
from checks.security.settings import attested_switch


@check(
    code="SEC016",
    name="security.data_not_encrypted",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    attested=True,
    title="Data at rest is not encrypted",
    consequence="If a disk or a backup is stolen, all data on it can be read.",
    finding="{resource}: according to {by} ({on}), transparent data encryption is off.",
    remediation=Remediation(
        advice="Decide whether the data needs encryption; if so, switch transparent data encryption on in the console "
        "and let the next major compaction encrypt the existing data.",
        run_as=RunAs.CONSOLE,
        no_rollback="In most offers encryption cannot be switched off again.",
        pre_check="Check which regulations apply to the data, and who keeps the key.",
        post_check="The console shows encryption as on, and V$OB_ENCRYPTED_TABLES lists the tables as encrypted.",
        risk="Encryption takes some CPU; without the key neither data nor backups can be read.",
    ),
    sources=(
        DocPage(
            "600.manage/500.security-and-permissions/500.data-storage-encryption/100.datastore-encryption-overview.md"
        ),
        DocPage(f"{PERFORMANCE}/31000.v-ob_encrypted_tables-of-mysql-mode.md"),
    ),
)
def data_not_encrypted(attestations: Rows[Attestation]) -> Iterator[Measurement]:
    """Disks, snapshots and backups of the cloud are outside the access control of the tenant: whoever has them can read
    the data, unless it is encrypted. On a public cloud encryption is set in the console, so the customer states it."""
    found = attested_switch(attestations, "tde_enabled")
    if found.value is False:
        yield Measurement(tenant_name(None), "off", {"by": found.by, "on": found.on.isoformat()})
