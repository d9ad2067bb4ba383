"""VER003: builds that run side by side."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, TenantKind, Unit, check
from agent.facts.cluster import Server
from checks.version.pages import SYS_VIEWS, UPGRADE


@check(
    code="VER003",
    name="version.servers_run_different_builds",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    tenants=(TenantKind.SYS,),
    title="Servers run different builds",
    consequence="Errors depend on the server that answers, and are hard to find.",
    finding="{resource}: {value} different builds run at the same time: {builds}.",
    remediation=Remediation(
        advice="Finish the rolling upgrade: upgrade the remaining servers to the newest of these builds, zone by zone.",
        run_as=RunAs.SYS,
        pre_check="Compare BUILD_VERSION in DBA_OB_SERVERS, and check whether an upgrade is running.",
        post_check="BUILD_VERSION is the same for all servers in DBA_OB_SERVERS.",
        risk="Each server restarts once: keep the majority of each log stream online.",
        window=True,
    ),
    sources=(
        DocPage(f"{SYS_VIEWS}/21800.o-dba_ob_servers-of-sys-tenant.md"),
        DocPage(f"{UPGRADE}/100.upgrade-overview.md"),
    ),
)
def servers_run_different_builds(servers: Rows[Server]) -> Iterator[Measurement]:
    """Two builds at the same time are meant only for the hours of a rolling upgrade. Features stay off, defects depend
    on the server that answers, and plans differ between servers."""
    builds = {row.build_version for row in servers if row.build_version}
    if not builds:
        raise NotAssessed("DBA_OB_SERVERS shows no build.")
    shown = ", ".join(sorted(build.split("(")[0].split("-")[0] for build in builds))
    yield Measurement(Named("cluster"), len(builds), {"builds": shown})
