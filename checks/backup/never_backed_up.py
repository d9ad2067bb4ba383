"""BAK010: tenants without any backup."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, NotAssessed, Remediation, Rows, RunAs, TenantKind, Unit, check, tenant_name
from agent.facts.backup import BackupSet
from agent.facts.given import Attestation, Build
from agent.facts.settings import Tenant
from checks.backup.tenants import by_tenant, console_backup


@check(
    code="BAK010",
    name="backup.never_backed_up",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    attested=True,
    title="The tenant is not backed up at all",
    finding="{resource} has no backup: SQL shows none, and none outside SQL is attested ({value}).",
    remediation=Remediation(
        advice="Switch backups on in the console, or set a destination and start a first full backup with the "
        "archive of the log.",
        run_as=RunAs.CONSOLE,
        pre_check="Look at START_TIMESTAMP, STATUS and FILE_STATUS in DBA_OB_BACKUP_SET_FILES "
        "(CDB_OB_BACKUP_SET_FILES from sys).",
        post_check="A backup set is AVAILABLE, or the console shows a successful backup.",
        risk="A backup reads all data: run it outside the peak.",
        window=True,
        link="https://en.oceanbase.com/docs/common-oceanbase-database-10000000001971519",
    ),
)
def never_backed_up(
    builds: Rows[Build], sets: Rows[BackupSet] | None, tenants: Rows[Tenant] | None, attestations: Rows[Attestation]
) -> Iterator[Measurement]:
    """Replicas guard against the loss of servers, not against a wrong statement, a faulty release or the loss of
    the whole cluster. Without any backup such an accident is final."""
    attested, have = console_backup(attestations), set(by_tenant(sets or ()))
    owners = {tenant_name(None)}
    if builds[0].tenant_kind is TenantKind.SYS:
        owners = {tenant_name(row.tenant_id) for row in tenants or () if row.tenant_type == "USER"}
    missing = owners - have
    if not missing or (attested and attested.value is True):
        return
    if attested is None and not have:
        raise NotAssessed(
            "SQL shows no backup, but the platform may make them outside SQL.",
            "Attest console_backup_enabled, true or false, in the engagement file.",
        )
    for name in sorted(missing):
        yield Measurement(name, "console_backup_enabled = " + ("false" if attested else "?"))
