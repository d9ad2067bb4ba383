"""BAK010: tenants without any backup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    MissingFacts,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    RunAs,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.backup import BackupSet
from agent.facts.given import Attestation, Build, Clock
from agent.facts.settings import Tenant
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant, console_backup


@params
class NeverBackedUpParams(Params):
    min_age_days: int


@check(
    code="BAK010",
    name="backup.never_backed_up",
    unit=Unit.TEXT,
    actor=Actor.BOTH,
    attested=True,
    title="Tenant has no backup at all",
    consequence="A wrong statement or the loss of the cluster destroys the data for good.",
    finding="{resource} has no backup: SQL shows {value} backup sets, and the cloud platform is not known to make any.",
    remediation=Remediation(
        advice="Switch backups on in the console; or set a backup destination, switch log archiving on and start a "
        "first full backup.",
        run_as=RunAs.CONSOLE,
        pre_check="Check START_TIMESTAMP, STATUS and FILE_STATUS in DBA_OB_BACKUP_SET_FILES (CDB_OB_BACKUP_SET_FILES "
        "in the sys tenant).",
        post_check="A backup set is AVAILABLE, or the console shows a successful backup.",
        risk="A backup reads all data; run it outside the peak.",
        window=True,
    ),
    sources=(
        DocPage(f"{MANUAL}/100.overview-of-physical-backup-and-recovery.md"),
        DocPage(f"{VIEWS}/7200.o-dba_ob_backup_set_files-of-mysql-mode.md"),
    ),
)
def never_backed_up(
    *,
    builds: Rows[Build],
    sets: Rows[BackupSet] | None,
    tenants: Rows[Tenant] | None,
    attestations: Rows[Attestation],
    clock: Rows[Clock],
    p: NeverBackedUpParams,
) -> Iterator[Measurement]:
    """Replicas protect against the loss of servers, but not against a wrong statement, a faulty release or the loss of
    the whole cluster. Without any backup such an accident is final.

    Standby tenants are excluded, because their primary tenant must be backed up, and so are tenants created in the
    last days.
    """
    attested, is_sys = console_backup(attestations), builds[0].tenant_kind is TenantKind.SYS
    if attested and attested.value is True:
        return
    if sets is None or (is_sys and tenants is None):
        # Whoever knows that the platform makes backups needs no view.
        ask = "State whether the cloud platform makes backups." if attested is None else ""
        raise MissingFacts("sets", *(["tenants"] if is_sys else []), otherwise=ask)
    since = clock[0].as_of - p.min_age_days * DAY
    owners = [row for row in tenants or () if row.tenant_type == "USER"]
    due = {tenant_name(row.tenant_id if is_sys else None) for row in owners if _is_due(row, since)}
    if not is_sys and not owners:
        due = {tenant_name(None)}
    have = set(by_tenant(sets))
    if due - have and attested is None and not have:
        raise NotAssessed(
            "SQL shows no backup, but the cloud platform may make backups outside SQL.",
            "State whether the cloud platform makes backups.",
        )
    for name in sorted(due - have):
        yield Measurement(name, "0")


def _is_due(row: Tenant, since: datetime) -> bool:
    """Whether a backup of this tenant must be there by now."""
    return row.tenant_role in (None, "PRIMARY") and (row.create_time is None or row.create_time <= since)
