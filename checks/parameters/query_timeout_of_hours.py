"""PAR087: a global statement timeout of hours in a tenant for transactions."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Params,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    params,
    tenant_name,
)
from agent.facts.given import BusinessProfile
from agent.facts.settings import Variable
from checks.parameters.family import NEW_SESSIONS, SETTINGS

_NAME = "ob_query_timeout"


@params
class HoursParams(Params):
    """What the documentation sets for analytical work, and what is set in place of hours: the server's default."""

    analytical_us: int
    recommended_us: int


@check(
    code="PAR087",
    name="parameters.query_timeout_of_hours",
    unit=Unit.SECONDS,
    actor=Actor.CUSTOMER,
    title="Statement timeout is hours long",
    consequence="One bad statement can block others for a whole business day.",
    finding="{resource}: ob_query_timeout lets every statement run for {value} (limit {limit}).",
    remediation=Remediation(
        advice="Set seconds or minutes globally, and give long jobs more with the hint QUERY_TIMEOUT or in their "
        "sessions. If the tenant is for analytical work, let us know.",
        sql=("SET GLOBAL ob_query_timeout = {recommended_us};",),
        rollback=("SET GLOBAL ob_query_timeout = {present_us};",),
        pre_check="Find out which jobs need more than a minute, and let them set their own timeout first.",
        post_check="SHOW GLOBAL VARIABLES gives the new value; sessions opened from then on use it.",
        risk=NEW_SESSIONS,
    ),
    sources=(
        DocPage(f"{SETTINGS}/200.system-variable/300.global-system-variable/8600.ob_query_timeout-global.md"),
        DocPage("620.obap/110.obap-deploy/100.obap-parameter-config.md"),
    ),
    tenants=(TenantKind.USER,),
)
def query_timeout_of_hours(
    variables: Rows[Variable], profiles: Rows[BusinessProfile], limits: HoursParams
) -> Iterator[Measurement]:
    """The timeout is the last means to end a statement with a bad plan. At hours, one such statement holds a worker
    thread, its memory and its locks for a whole business day, and a few of them take all threads.

    Values that the documentation gives for analytical work, and tenants that the customer names as analytical, are
    excluded.
    """
    value = next((row.value or "" for row in variables if row.name == _NAME), "")
    if not value.isdecimal():
        raise NotAssessed("{setting} has no value.", setting=_NAME)
    if int(value) < limits.analytical_us and not any(profile.workload == "OLAP" for profile in profiles):
        evidence = {"present_us": int(value), "recommended_us": limits.recommended_us}
        yield Measurement(tenant_name(None), int(value) / 1_000_000, evidence)
