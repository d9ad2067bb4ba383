"""The rows of the parameter and variable family as tests need them, with one wrong value for each."""

from __future__ import annotations

from collections.abc import Mapping

from agent.facts.settings import Parameter, Tenant, Variable
from agent.model.terms import Version
from checks.parameters import cluster_parameter_rules, tenant_parameter_rules, variable_rules
from checks.parameters.family import Level, Row

ROWS: Mapping[str, tuple[Level, Row]] = {
    row.code: (level, row)
    for level, rows in (
        (Level.TENANT, tenant_parameter_rules.ROWS),
        (Level.CLUSTER, cluster_parameter_rules.ROWS),
        (Level.VARIABLE, variable_rules.ROWS),
    )
    for row in rows
}

# What nobody should set, as the server spells it in its views.
WRONG: Mapping[str, str] = {
    "PAR001": "False", "PAR002": "False", "PAR003": "0", "PAR004": "70", "PAR005": "100", "PAR006": "1m",
    "PAR007": "95", "PAR008": "100", "PAR009": "100", "PAR010": "1", "PAR011": "16", "PAR012": "1", "PAR013": "disable",
    "PAR014": "10m", "PAR015": "0", "PAR016": "7200s", "PAR017": "80", "PAR018": "500", "PAR019": "1m",
    "PAR020": "False", "PAR021": "85", "PAR022": "95",
    "PAR023": "10ms", "PAR024": "90", "PAR025": "10ms", "PAR026": "DEBUG", "PAR027": "False", "PAR028": "0",
    "PAR029": "1K", "PAR030": "False", "PAR031": "False", "PAR032": "60s", "PAR033": "5s", "PAR034": "none",
    "PAR035": "1h", "PAR036": "True", "PAR037": "0", "PAR038": "False", "PAR039": "100", "PAR040": "300s",
    "PAR041": "300s", "PAR042": "1m", "PAR043": "1024", "PAR044": "100ms", "PAR045": "2h",
    "PAR046": "False", "PAR047": "0", "PAR048": "10G", "PAR049": "85",
    "VAR001": "3216672000000000", "VAR002": "1000000", "VAR003": "604800000000", "VAR004": "0", "VAR005": "31536000",
    "VAR006": "31536000", "VAR007": "1048576", "VAR008": "", "VAR009": "SERIALIZABLE", "VAR010": "OFF",
    "VAR011": "gbk_chinese_ci", "VAR012": "1", "VAR013": "60", "VAR014": "60", "VAR015": "OFF", "VAR016": "WEAK",
    "VAR017": "OFF", "VAR018": "1", "VAR019": "OFF", "VAR020": "OFF", "VAR021": "trace", "VAR022": "EXACT",
    "VAR023": "50", "VAR024": "100", "VAR025": "ON", "VAR026": "MINIMAL", "VAR027": "ON", "PAR090": "16",
}  # fmt: skip


def fact(code: str, value: str, **more: object) -> Parameter | Variable:
    """The setting of a row with this value, as the view of its kind shows it."""
    level, row = ROWS[code]
    if level is Level.VARIABLE:
        return Variable(name=row.setting, value=value)
    return parameter(row.setting, value, tenant_id=1002 if level is Level.TENANT else None, **more)


def parameter(name: str, value: str, **more: object) -> Parameter:
    shared: dict[str, object] = {"scope": "TENANT" if more.get("tenant_id") else "CLUSTER", "svr_port": 2882}
    return Parameter(**{**shared, "svr_ip": "10.0.0.1", "name": name, "value": value, **more})  # type: ignore[arg-type]


# A rule that differs by role needs the tenant's own row.
PRIMARY = Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", tenant_role="PRIMARY")


def version_of(code: str) -> Version:
    """A version that has the setting: that of most cases, or the first."""
    return max(Version(4, 2, 5, 1), Version(*ROWS[code][1].since))


def resource(code: str) -> str:
    """What a finding of the row is about, where tenant 1002 is asked."""
    level, row = ROWS[code]
    return {Level.TENANT: "tenant 1002", Level.CLUSTER: row.setting, Level.VARIABLE: "tenant"}[level]
