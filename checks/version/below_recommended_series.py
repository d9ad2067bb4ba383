"""VER001: release series behind the recommended ones."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, Version, check, params
from agent.facts.given import Build


@params
class SeriesParams(Params):
    recommended_series: str


@check(
    code="VER001",
    name="version.below_recommended_series",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="The release series is behind the recommended one",
    finding="{resource} runs {value}; the next recommended long-term series is {recommended_series}.",
    remediation=Remediation(
        advice="Plan the upgrade to the recommended long-term series with the customer: read its release notes, try it "
        "with a "
        "copy of the business, and choose a quiet window.",
        pre_check="Check in the upgrade path of the documentation whether the upgrade takes intermediate versions.",
        post_check="SELECT OB_VERSION() shows the new series and the business's response times are as before.",
        risk="Plans can change with the version: keep the slowest statements at hand to compare.",
        window=True,
        link="https://en.oceanbase.com/docs/oceanbase-database",
    ),
)
def below_recommended_series(builds: Rows[Build], limits: SeriesParams) -> Iterator[Measurement]:
    """Corrections go into the long-term series for years, into the others only until the next one appears. A tenant on
    an older series meets faults that were mended long ago and has farther to go with each year."""
    series = sorted(Version.parse(word)[:3] for word in limits.recommended_series.split(","))
    for build in builds:
        running = build.version[:3]
        same_line = [wanted for wanted in series if wanted[:2] == running[:2]]
        target = next((wanted for wanted in same_line or series if wanted > running), None)
        if target:
            name = ".".join(map(str, target))
            yield Measurement("OceanBase", str(build.version), {"recommended_series": name})
