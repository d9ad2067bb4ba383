"""VER005: upgrade mode without an upgrade."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, KernelCode, Measurement, NotAssessed, Remediation, Rows, RunAs, Unit, check
from agent.facts.settings import Parameter
from checks.version.pages import CLUSTER_PARAMETERS


@check(
    code="VER005",
    name="version.upgrade_mode_left_on",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Upgrade mode was left on",
    consequence="Daily compaction and balancing have stopped, so that reads become slower.",
    finding="{resource} is {value}: the cluster suspends daily compaction and balancing as during an upgrade.",
    remediation=Remediation(
        advice="Complete the interrupted upgrade with its tool, or switch the mode off, where no upgrade is running.",
        run_as=RunAs.SYS,
        sql=("ALTER SYSTEM SET enable_upgrade_mode = False;",),
        rollback=("ALTER SYSTEM SET enable_upgrade_mode = True;",),
        pre_check="DBA_OB_CLUSTER_EVENT_HISTORY shows no running upgrade, and all servers run the same build.",
        post_check="enable_upgrade_mode is False on every server in GV$OB_PARAMETERS.",
        risk="If it is switched off during an upgrade, partitions move between two versions.",
    ),
    sources=(
        DocPage(f"{CLUSTER_PARAMETERS}/9300.enable_upgrade_mode.md"),
        KernelCode("src/share/parameter/ob_parameter_seed.ipp", "enable_upgrade_mode"),
    ),
)
def upgrade_mode_left_on(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """An upgrade switches this mode on so that no data moves meanwhile, and its last step switches it off. If it stays
    on, daily compaction and balancing stop for no visible reason."""
    values = [row.value for row in parameters if row.name == "enable_upgrade_mode"]
    if not values:
        raise NotAssessed("enable_upgrade_mode is not visible to this tenant.")
    switched_on = [value for value in values if value.lower() in ("true", "1", "on")]
    if switched_on:
        yield Measurement("enable_upgrade_mode", switched_on[0])
