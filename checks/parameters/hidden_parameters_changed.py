"""PAR081: hidden parameters that are not at their defaults, all in one finding."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Effort, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, Unit, check
from agent.facts.given import Build
from agent.facts.settings import Parameter
from checks.parameters import tenant_parameter_rules

# These have rules of their own.
_JUDGED = frozenset(row.setting for row in tenant_parameter_rules.ROWS)


@check(
    code="PAR081",
    name="parameters.hidden_parameters_changed",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Hidden parameters are not at their defaults",
    consequence="Faults can occur that no tested database has, and their cause is hard to find.",
    finding="{resource}: {value} hidden parameters are not at their defaults: {changed}.",
    remediation=Remediation(
        advice="Find out for each parameter who set it, why, and until which version it is needed; restore the "
        "defaults of those that nobody can explain, one at a time.",
        run_as=RunAs.SYS,
        no_rollback="Each parameter is judged separately; the evidence lists its present value.",
        pre_check="Ask OceanBase support about parameters whose effect is not documented.",
        post_check="GV$OB_PARAMETERS shows ISDEFAULT = YES for those set back.",
        risk="Some parameters work around a defect of this version: without them the defect occurs again.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(
            "700.reference/700.system-views/400.system-view-of-mysql-mode/300.performance-view-of-mysql-mode/"
            "2100.gv-ob_parameters-of-mysql-mode.md"
        ),
        DocPage("620.obap/110.obap-deploy/100.obap-parameter-config.md"),
    ),
)
def hidden_parameters_changed(parameters: Rows[Parameter], build: Rows[Build]) -> Iterator[Measurement]:
    """Hidden parameters switch off safeguards or work around defects. They often remain after the reason is gone,
    survive upgrades, and make a cluster behave unlike any tested one."""
    hidden = [row for row in parameters if row.name.startswith("_") and row.isdefault is not None]
    if not hidden:
        raise NotAssessed("It is not shown which hidden parameters are at their defaults.")
    embedded = any(row.embedded for row in build)
    changed = {
        row.name: f"{row.name} = {row.value} (default {row.default_value})"
        for row in hidden
        if row.isdefault == "NO" and row.name not in _JUDGED and not row.is_explained(embedded=embedded)
    }
    if changed:
        shown = ", ".join(changed[name] for name in sorted(changed))
        yield Measurement(Named("hidden parameters"), len(changed), {"changed": shown})
