"""VER002: data version of a tenant behind the binary."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
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


@check(
    code="VER002",
    name="version.compatible_behind_binary",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="The upgrade of the tenant's data version is not finished",
    finding="{resource} works with data version {value} though the server is {server_version}.",
    remediation=Remediation(
        advice="Finish the upgrade of the tenant: its last step raises the data version. Until then the tenant does "
        "not get what the new version brings.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM RUN UPGRADE JOB 'UPGRADE_ALL' TENANT = {tenant_name!i};",),
        no_rollback="A data version cannot be lowered again.",
        pre_check="All servers run the same version and DBA_OB_TENANT_JOBS shows no upgrade job at work.",
        post_check="COMPATIBLE in DBA_OB_TENANTS equals the server's version.",
        risk="The step cannot be undone: take a backup first.",
        window=True,
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
)
def compatible_behind_binary(tenants: Rows[Tenant], builds: Rows[Build]) -> Iterator[Measurement]:
    """An upgrade first replaces the binary and then raises the data version of each tenant. When the second step did
    not happen, the tenant goes on with the old formats and without the new features, and the next upgrade can be
    refused."""
    known = [row for row in tenants if row.compatible and row.tenant_type != "META"]
    if not known:
        raise NotAssessed("No view shows the tenant's data version.")
    for row in known:
        # The fourth number changes with patches that leave the data as it is.
        if Version.parse(str(row.compatible))[:3] < builds[0].version[:3]:
            evidence: dict[str, Scalar] = {"server_version": str(builds[0].version), "tenant_name": row.tenant_name}
            yield Measurement(Named("tenant {tenant}", tenant=row.tenant_name), row.compatible, evidence)
