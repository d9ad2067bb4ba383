"""VER004: min_observer_version behind the servers."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, RunAs, Unit, Version, WebPage, check
from agent.facts.given import Build
from agent.facts.settings import Parameter
from checks.version.pages import CLUSTER_PARAMETERS, UPGRADE


@check(
    code="VER004",
    name="version.upgrade_unfinished",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Cluster upgrade is not finished",
    consequence="The servers behave like the old version, and the next upgrade can be refused.",
    finding="{resource} is {value}, but the servers run {server_version}: the last steps of the upgrade are missing.",
    remediation=Remediation(
        advice="Finish the upgrade with the tool that started it: its last steps run the upgrade jobs, check the "
        "result and raise min_observer_version.",
        run_as=RunAs.SYS,
        pre_check="Compare min_observer_version with BUILD_VERSION in DBA_OB_SERVERS.",
        post_check="min_observer_version equals the version of the servers.",
        risk="The step cannot be undone: take a backup first.",
        window=True,
    ),
    sources=(
        DocPage(f"{CLUSTER_PARAMETERS}/14700.min_observer_version.md"),
        DocPage(f"{UPGRADE}/400.check-after-upgrade.md"),
        WebPage("https://github.com/oceanbase/obdiag/issues/759"),
    ),
)
def upgrade_unfinished(parameters: Rows[Parameter], builds: Rows[Build]) -> Iterator[Measurement]:
    """min_observer_version determines which version the cluster works by. While it is behind, servers behave like the
    old version, and the next upgrade can be refused."""
    values = {row.value for row in parameters if row.name == "min_observer_version" and row.value}
    if builds[0].embedded or not values:
        raise NotAssessed("min_observer_version is not visible to this tenant.")
    lowest = min(values, key=Version.parse)
    if Version.parse(lowest) < builds[0].version:
        yield Measurement("min_observer_version", lowest, {"server_version": str(builds[0].version)})
