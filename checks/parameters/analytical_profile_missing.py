"""PAR086: a tenant for analytical work with settings for transactions."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
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

_WORDS = {"parallel_degree_policy": "auto", "default_table_store_format": "column"}
_SCAN = "parallel_min_scan_time_threshold"
_LOWEST = ("ob_query_timeout", "ob_trx_timeout", "ob_sql_work_area_percentage", "max_allowed_packet")
_JUDGED = frozenset({*_WORDS, _SCAN, *_LOWEST})


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
    title="Analytical tenant uses settings for transactions",
    consequence="Reports take several times as long, or time out.",
    finding="{resource} is for analytical work, but {value} settings differ from the recommended ones: {differing}.",
    remediation=Remediation(
        advice="Set what the documentation recommends for analytical processing, one setting after the other, and "
        "compare the longest reports before and after.",
        no_rollback="Each setting is judged separately; the evidence lists its present value.",
        pre_check="Check whether the tenant also serves transactions: these settings take memory and threads from "
        "them.",
        post_check="SHOW GLOBAL VARIABLES and GV$OB_PARAMETERS show the recommended values.",
        risk="Auto DOP runs reports in parallel and may take most of the CPU; new tables become column-store tables.",
        effort=Effort.TRIAL,
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
    row-store tables. Reports that scan millions of rows therefore take several times as long, or time out."""
    workload = next((profile.workload for profile in profiles if profile.workload), None)
    if workload is None:
        raise NotAssessed(
            "It is not known which kind of workload the tenant is for.",
            "State whether the tenant is for transactions, for analysis or for both.",
        )
    if workload != "OLAP":
        return
    values = {row.name: row.value or "" for row in variables} | {row.name: row.value for row in parameters}
    if not values.keys() & _JUDGED:
        raise NotAssessed("None of these settings is shown: {settings}.", settings=", ".join(sorted(_JUDGED)))
    differing = [f"{name} = {values[name]}" for name in sorted(_list_differing(values, limits))]
    if differing:
        yield Measurement(tenant_name(None), len(differing), {"differing": ", ".join(differing)})


def _list_differing(values: dict[str, str], limits: AnalyticalParams) -> Iterator[str]:
    """Names of the settings that are shown and not as recommended. A setting that the version lacks is passed over."""
    bounds = (
        limits.min_query_timeout_us,
        limits.min_transaction_timeout_us,
        limits.min_work_area_pct,
        limits.min_packet_bytes,
    )
    numbers = {name: int(value) for name, value in values.items() if value.isdecimal()}
    yield from (name for name, low in zip(_LOWEST, bounds, strict=True) if numbers.get(name, low) < low)
    yield from (name for name, word in _WORDS.items() if name in values and values[name].lower() != word)
    if numbers.get(_SCAN, 0) > limits.max_scan_ms:
        yield _SCAN
