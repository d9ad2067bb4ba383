"""VER002: data version of a tenant behind the binary."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    Named,
    NotAssessed,
    Remediation,
    Rows,
    RunAs,
    Scalar,
    Unit,
    Version,
    WebPage,
    check,
)
from agent.facts.given import Build
from agent.facts.settings import Tenant
from checks.version.pages import SYS_VIEWS, UPGRADE

_FOLLOWS = ("STANDBY", "RESTORE")  # roles whose data version is not their own to raise


@check(
    code="VER002",
    name="version.compatible_behind_binary",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Upgrade of the tenant's data version is not finished",
    consequence="New features are missing, and the next upgrade can be refused.",
    finding="{resource} works with data version {value} though the server is {server_version}.",
    remediation=Remediation(
        advice="Finish the upgrade of the tenant: its last step raises the data version. Until then the new features "
        "are not available.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM RUN UPGRADE JOB 'UPGRADE_ALL' TENANT = {tenant_name!i};",),
        no_rollback="A data version cannot be lowered.",
        pre_check="All servers run the same version and DBA_OB_TENANT_JOBS shows no running upgrade job.",
        post_check="COMPATIBLE in DBA_OB_TENANTS equals the server's version.",
        risk="The step cannot be undone: take a backup first.",
        window=True,
    ),
    sources=(
        DocPage(f"{SYS_VIEWS}/23100.o-dba_ob_tenants-of-sys-tenant.md"),
        DocPage("600.manage/600.backup-and-recovery/600.restore-data/610.update-the-tenant-after-the-restore.md"),
        DocPage(f"{UPGRADE}/400.check-after-upgrade.md"),
        WebPage("https://github.com/oceanbase/obdiag/issues/759"),
    ),
)
def compatible_behind_binary(tenants: Rows[Tenant], builds: Rows[Build]) -> Iterator[Measurement]:
    """An upgrade first replaces the binary and then raises the data version of each tenant. Without the second step the
    tenant keeps the old formats, lacks the new features, and the next upgrade can be refused. A standby or restored
    tenant is upgraded after it has become a primary tenant."""
    known = [row for row in tenants if row.compatible and row.tenant_type != "META"]
    if not known:
        raise NotAssessed("No view shows the tenant's data version.")
    own = [row for row in known if row.tenant_role not in _FOLLOWS]
    for row in own:
        if Version.parse(str(row.compatible)) < builds[0].version:
            evidence: dict[str, Scalar] = {"server_version": str(builds[0].version), "tenant_name": row.tenant_name}
            yield Measurement(Named("tenant {tenant}", tenant=row.tenant_name), row.compatible, evidence)
    if not own:
        raise NotAssessed("A standby or restored tenant has no data version of its own to raise.")
