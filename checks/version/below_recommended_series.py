"""VER001: release series behind the recommended ones."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, Version, WebPage, check
from agent.facts.given import Build
from checks.version.pages import UPGRADE


def series(text: str) -> float:
    """``4.2.5.1`` as a number that orders release series: 4002005. Raises ValueError."""
    version = Version.parse(text)
    return (version.major * 1000 + version.minor) * 1000 + version.patch


@check(
    code="VER001",
    name="version.below_recommended_series",
    unit=Unit.TEXT,
    actor=Actor.PLATFORM,
    title="Release series is behind the recommended one",
    consequence="Known errors stay, and the upgrade becomes harder every year.",
    finding="{resource} runs {value}; the recommended long-term support series is {limit}.",
    remediation=Remediation(
        advice="Plan the upgrade to the recommended long-term support series: read its release notes, test it with a "
        "copy of the business, and choose an off-peak window.",
        pre_check="Check in the documentation whether the upgrade path has intermediate versions.",
        post_check="SELECT OB_VERSION() shows the new series and the business's response times are as before.",
        risk="Plans can change with the version: keep the slowest statements for comparison.",
        window=True,
    ),
    sources=(
        WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000003450974"),
        WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000001167070"),
        DocPage("900.release-notes/100.oceanbase-database-version-numbers.md"),
        DocPage(f"{UPGRADE}/100.upgrade-overview.md"),
        WebPage("https://github.com/oceanbase/obdiag/blob/master/plugins/check/tasks/observer/version/old_version.py"),
    ),
    parse=series,
)
def below_recommended_series(builds: Rows[Build]) -> Iterator[Measurement]:
    """Long-term support series get fixes for years, others only until the next one appears. Each line has its own:
    4.2.5 for transactions, 4.3.5 for analysis, and 4.4.2, which combines both. A tenant on an older series meets
    defects that were fixed long ago, and the upgrade gets harder every year."""
    for build in builds:
        yield Measurement("OceanBase", str(build.version))
