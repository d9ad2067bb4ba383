"""VER001: release series behind the recommended ones."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Remediation, Rows, Unit, Version, WebPage, check
from agent.facts.given import Build


def series(text: str) -> float:
    """``4.2.5.1`` as a number that orders release series: 4002005. Raises ValueError."""
    version = Version.parse(text)
    return (version.major * 1000 + version.minor) * 1000 + version.patch


@check(
    code="VER001",
    name="version.below_recommended_series",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="The release series is behind the recommended one",
    finding="{resource} runs {value}; the recommended long-term series are {limit}.",
    remediation=Remediation(
        advice="Plan the upgrade to the recommended long-term series with the customer: read its release notes, try it "
        "with a copy of the business, and choose a quiet window.",
        pre_check="Check in the upgrade path of the documentation whether the upgrade takes intermediate versions.",
        post_check="SELECT OB_VERSION() shows the new series and the business's response times are as before.",
        risk="Plans can change with the version: keep the slowest statements at hand to compare.",
        window=True,
    ),
    sources=(WebPage("https://en.oceanbase.com/docs/oceanbase-database"),),
    parse=series,
)
def below_recommended_series(builds: Rows[Build]) -> Iterator[Measurement]:
    """Corrections go into the long-term series for years, into the others only until the next one appears. A tenant on
    an older series meets faults that were mended long ago and has farther to go with each year."""
    for build in builds:
        yield Measurement("OceanBase", str(build.version))
