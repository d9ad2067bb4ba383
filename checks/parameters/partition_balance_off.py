"""PAR083: neither the interval nor the job balances partitions."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    Case,
    DocPage,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    WebPage,
    check,
    known,
    parse_duration,
    tenant_name,
    unknown,
)
from agent.facts.maintenance import Job
from agent.facts.settings import Parameter
from checks.parameters.family import SETTINGS, parse_setting

_SETTING = "partition_balance_schedule_interval"
_JOB = "SCHEDULED_TRIGGER_PARTITION_BALANCE"


@check(
    code="PAR083",
    name="parameters.partition_balance_off",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    tenants=(TenantKind.USER,),
    title="Partition balancing has stopped",
    consequence="Servers that hold most of the data become overloaded and slow.",
    finding="{resource}: partition_balance_schedule_interval is {value}, and no enabled job balances the partitions.",
    remediation=Remediation(
        advice="Let the server balance partitions again.",
        sql=(
            "ALTER SYSTEM SET partition_balance_schedule_interval = {interval!l};",
            "CALL DBMS_SCHEDULER.ENABLE({job!l});",
        ),
        rollback=(
            "ALTER SYSTEM SET partition_balance_schedule_interval = {interval_is!l};",
            "CALL DBMS_SCHEDULER.DISABLE({job!l});",
        ),
        pre_check="enable_rebalance and enable_transfer are True, and DBA_OB_BALANCE_JOBS shows no job at work.",
        post_check="DBA_OB_BALANCE_JOB_HISTORY shows a job PARTITION_BALANCE after the interval, or after midnight.",
        risk="Partitions move soon after and take network and disk; start it outside the peak.",
        cases=(
            Case(
                "Enable the job SCHEDULED_TRIGGER_PARTITION_BALANCE, and leave the interval at 0s.", when=known("job")
            ),
            Case("Set the interval: this version has no job that does it.", when=unknown("job")),
        ),
    ),
    sources=(
        DocPage(
            f"{SETTINGS}/100.system-configuration-items/400.tenant-level-configuration-items/"
            "6400.partition_balance_schedule_interval.md"
        ),
        WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000001888278"),
        WebPage("https://en.oceanbase.com/docs/common-oceanbase-database-10000000003450828"),
    ),
    since=(4, 2, 0, 0),
)
def partition_balance_off(parameters: Rows[Parameter], jobs: Rows[Job] | None) -> Iterator[Measurement]:
    """New partitions are spread when they are created and grow independently. Without balancing, some servers end up
    with most of the data and most of the load."""
    values = {
        row.value: parse_setting(parse_duration, row.name, row.value) for row in parameters if row.name == _SETTING
    }
    if not values:
        raise NotAssessed("This version has no {setting}.", setting=_SETTING)
    stopped = next((word for word, seconds in values.items() if seconds == 0), None)
    if stopped is None:
        return
    if jobs is None:
        raise NotAssessed("It cannot be seen whether a job balances the partitions instead.")
    listed = [row for row in jobs if row.job_name.upper() == _JOB]
    if any(row.is_enabled for row in listed):
        return
    evidence = {
        "interval": None if listed else "2h",
        "interval_is": None if listed else stopped,
        "job": _JOB if listed else None,
    }
    yield Measurement(tenant_name(None), stopped, evidence)
