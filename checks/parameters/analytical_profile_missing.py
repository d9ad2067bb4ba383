"""PAR086: a tenant for analytical work with settings for transactions."""

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
    WebPage,
    check,
    params,
    tenant_name,
)
from agent.facts.given import BusinessProfile
from agent.facts.settings import Parameter, Variable


@params
class AnalyticalParams(Params):
    min_query_timeout_us: int
    min_transaction_timeout_us: int
    min_work_area_pct: int
    max_scan_ms: int
    min_packet_bytes: int


@check(
    code="PAR086",
    name="parameters.analytical_profile_missing",
    unit=Unit.COUNT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Settings of an analytical tenant are those for transactions",
    finding="{resource} is for analytical work, but {value} settings are not as recommended for it: {differing}.",
    remediation=Remediation(
        advice="Set what the documentation recommends for analytical processing, one after the other, and compare the "
        "longest reports before and after.",
        no_rollback="Each setting is judged by itself; its present value is in the evidence.",
        pre_check="Ask whether transactions share the tenant: these settings take memory and threads from them.",
        post_check="SHOW GLOBAL VARIABLES and GV$OB_PARAMETERS show the recommended values.",
        risk="Auto DOP runs reports in parallel and can take most of the CPU; new tables become column-store.",
    ),
    sources=(
        DocPage("620.obap/110.obap-deploy/100.obap-parameter-config.md"),
        WebPage(
            "https://github.com/oceanbase/obdiag/blob/master/plugins/check/tasks/observer/column_storage/"
            "tenant_parameters.py"
        ),
    ),
    since=(4, 3, 0, 0),
)
def analytical_profile_missing(
    profiles: Rows[BusinessProfile], variables: Rows[Variable], parameters: Rows[Parameter], limits: AnalyticalParams
) -> Iterator[Measurement]:
    """The defaults are for short transactions: serial plans, little memory for sorts and joins, timeouts of seconds,
    row-store tables. Reports that scan millions of rows then take many times as long, or end with a timeout."""
    workload = next((profile.workload for profile in profiles if profile.workload), None)
    if workload is None:
        raise NotAssessed(
            "What kind of work the tenant is for is not said.", "Fill in business.workload in the engagement file."
        )
    if workload != "OLAP":
        return
    values = {row.name: row.value or "" for row in variables} | {row.name: row.value for row in parameters}
    differing = [f"{name} = {values[name]}" for name in sorted(_list_differing(values, limits))]
    if differing:
        yield Measurement(tenant_name(None), len(differing), {"differing": ", ".join(differing)})


def _list_differing(values: dict[str, str], limits: AnalyticalParams) -> Iterator[str]:
    """Names of the settings that are shown and not as recommended. A setting that the version lacks is passed over."""
    lowest = {
        "ob_query_timeout": limits.min_query_timeout_us,
        "ob_trx_timeout": limits.min_transaction_timeout_us,
        "ob_sql_work_area_percentage": limits.min_work_area_pct,
        "max_allowed_packet": limits.min_packet_bytes,
    }
    words = {"parallel_degree_policy": "auto", "default_table_store_format": "column"}
    scan = "parallel_min_scan_time_threshold"
    numbers = {name: int(value) for name, value in values.items() if value.isdecimal()}
    yield from (name for name, low in lowest.items() if numbers.get(name, low) < low)
    yield from (name for name, word in words.items() if name in values and values[name].lower() != word)
    if numbers.get(scan, 0) > limits.max_scan_ms:
        yield scan
