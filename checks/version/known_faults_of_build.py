"""VER006: faults that the very build is known to have."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Named, NotAssessed, Remediation, Rows, RunAs, Unit, WebPage, check
from agent.facts.given import Build
from agent.facts.settings import Parameter, Tenant, Variable
from checks.version.known_faults import FAULTS, BuildLevel, Fault

_NOTES = "https://github.com/oceanbase/oceanbase-doc/blob"
_NOTES_421 = "900.release-notes/10200.community-edition-history-release/9890.V4.2/9700.ob-421_ce.md"


@check(
    code="VER006",
    name="version.known_faults_of_build",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Build has a known defect",
    consequence="The business can meet a fault that is already fixed: a crash or wrong results.",
    finding="{build} has a known defect: {resource}. Affected builds: {first_affected} to {last_affected}; fixed in "
    "{fixed_in}. Severity {value} of 4, source: {source}",
    remediation=Remediation(
        advice="Upgrade to the build that fixes it, or a later one of the same series. Until then check with the "
        "business whether the described situation occurs, and avoid it.",
        run_as=RunAs.SYS,
        pre_check="Read the release notes of all builds in between, and check the upgrade path.",
        post_check="SELECT @@version_comment shows the new build on every server.",
        risk="Each server restarts once, and plans can change: keep the slowest statements for comparison.",
        window=True,
    ),
    sources=(
        DocPage(
            "700.reference/800.configuration-items-and-system-variables/200.system-variable/"
            "300.global-system-variable/14500.version_comment-global.md"
        ),
        WebPage(f"{_NOTES}/V4.2.5/en-US/{_NOTES_421}", f"{_NOTES}/V4.2.1/zh-CN/{_NOTES_421}"),
        WebPage("https://github.com/oceanbase/oceanbase/releases/tag/v4.2.1_CE_BP4"),
        WebPage("https://sourceforge.net/projects/oceanbase.mirror/files/v4.3.5_CE_BP3_HF1"),
        WebPage("https://github.com/oceanbase/obdiag/issues/838"),
    ),
)
def known_faults_of_build(
    builds: Rows[Build],
    variables: Rows[Variable],
    parameters: Rows[Parameter] | None,
    tenants: Rows[Tenant] | None,
) -> Iterator[Measurement]:
    """Release notes list defects that a patch has fixed. Older builds of the series have them and will meet them:
    crashes, wrong results, stuck compactions."""
    if builds[0].embedded:
        raise NotAssessed("The embedded kernel is no released build.")
    comment = next((row.value for row in variables if row.name == "version_comment"), None)
    build = BuildLevel.read(builds[0].version, comment)
    known = [fault for fault in FAULTS if f"{builds[0].version}.".startswith(f"{fault.series}.")]
    if not known:
        raise NotAssessed("No known faults are recorded for the series of {version}.", version=str(builds[0].version))
    settings = _list_settings(variables, parameters, tenants)
    unknown = 0
    for fault in known:
        has = _combine(fault.has(build), _is_met(fault, settings))
        unknown += has is None
        if has:
            yield Measurement(Named(fault.what), fault.harm, {"build": str(build), **fault.tell_builds()})
    if unknown:
        raise NotAssessed(
            "For {unknown_count} known defects it is not decided whether this build has them: the patch level or a "
            "setting that they depend on is not shown.",
            unknown_count=unknown,
        )


def _list_settings(
    variables: Rows[Variable], parameters: Rows[Parameter] | None, tenants: Rows[Tenant] | None
) -> dict[str, set[str]]:
    """Setting -> its values on all servers, in lower case."""
    found: dict[str, set[str]] = {}
    pairs: list[tuple[str, str | None]] = [(row.name, row.value) for row in variables]
    pairs += [(row.name, row.value) for row in parameters or ()]
    pairs += [("tenant_role", row.tenant_role) for row in tenants or () if row.tenant_type == "USER"]
    for name, value in pairs:
        if value is not None:
            found.setdefault(name, set()).add(value.lower())
    return found


def _is_met(fault: Fault, settings: dict[str, set[str]]) -> bool | None:
    """Whether the condition is met; None if the server does not show the setting."""
    name, _, value = fault.condition.partition("=")
    if not name:
        return True
    return value.lower() in settings[name] if name in settings else None


def _combine(first: bool | None, second: bool | None) -> bool | None:
    return False if False in (first, second) else None if None in (first, second) else True
