"""OPS001: SQL audit switched off."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Case, Effort, Measurement, NotAssessed, Remediation, Rows, Unit, check, known, unknown
from agent.facts.settings import Parameter, Variable
from checks.operations.pages import AUDIT_OF_ALL, AUDIT_SWITCH

_VARIABLE = "ob_enable_sql_audit"
_SWITCHES = ("enable_sql_audit", _VARIABLE)
_OFF = ("0", "off", "false")


@check(
    code="OPS001",
    name="operations.sql_audit_off",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="SQL audit is switched off",
    consequence="The cause of slow periods and errors cannot be found afterwards.",
    finding="{resource} is {value}: no statement is recorded in GV$OB_SQL_AUDIT.",
    remediation=Remediation(
        advice="Limit the audit's memory with ob_sql_audit_percentage instead of doing without.",
        sql=("SET GLOBAL ob_enable_sql_audit = {wanted};",),
        rollback=("SET GLOBAL ob_enable_sql_audit = {present};",),
        pre_check="Find out why it was switched off: perhaps for a load test, and not switched on again.",
        post_check="SELECT COUNT(*) FROM oceanbase.GV$OB_SQL_AUDIT grows.",
        risk="Recording takes some CPU and the share of memory set in ob_sql_audit_percentage.",
        effort=Effort.ONLINE,
        cases=(
            Case("Switch it on for the tenant.", when=known("wanted")),
            Case(
                "enable_sql_audit is a parameter of the cluster: have the platform switch it on.",
                when=unknown("wanted"),
            ),
        ),
    ),
    sources=(
        AUDIT_SWITCH,
        AUDIT_OF_ALL,
    ),
)
def sql_audit_off(parameters: Rows[Parameter] | None, variables: Rows[Variable] | None) -> Iterator[Measurement]:
    """The SQL audit is the only record of which statement ran when, for how long and with which error. Without it, the
    cause of slowness cannot be found afterwards, and a large part of this assessment lacks data."""
    settings = [(row.name, row.value) for row in parameters or ()] + [(row.name, row.value) for row in variables or ()]
    switches = [(name, value) for name, value in settings if name in _SWITCHES and value]
    if not switches:
        raise NotAssessed("Neither enable_sql_audit nor ob_enable_sql_audit can be read.")
    for name, value in {name: value for name, value in switches if str(value).lower() in _OFF}.items():
        # The parameter belongs to the cluster: a tenant cannot change it.
        wanted, present = ("ON", value) if name == _VARIABLE else (None, None)
        yield Measurement(name, value, {"wanted": wanted, "present": present})
    if parameters is None or variables is None:
        raise NotAssessed("Of enable_sql_audit and ob_enable_sql_audit only one can be read; the other may be off.")
