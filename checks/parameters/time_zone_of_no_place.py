"""PAR091: the global time zone is an offset that is used nowhere in the world."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Effort,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    WebPage,
    check,
    tenant_name,
)
from agent.facts.settings import Variable
from checks.parameters.family import SETTINGS

_NAME = "time_zone"
_OFFSET = re.compile(r"([+-])(\d{1,2}):(\d\d)")
# Hours and minutes from UTC, in summer or in winter, of the zones that IANA lists.
_WHOLE_HOURS = range(-12, 15)
_BROKEN = ("-09:30", "-03:30", "-02:30", "+03:30", "+04:30", "+05:30", "+05:45", "+06:30", "+08:45", "+09:30", "+10:30",
           "+12:45", "+13:45")  # fmt: skip
_USED = frozenset({*_BROKEN, *(f"{hour:+03d}:00" for hour in _WHOLE_HOURS)})


@check(
    code="PAR091",
    name="parameters.time_zone_of_no_place",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Time zone offset that no region uses",
    consequence="Times and days of orders and jobs are wrong.",
    finding="{resource}: time_zone is {value}, an offset that no region uses; NOW() and all TIMESTAMP columns are "
    "shown by it.",
    remediation=Remediation(
        advice="Set the offset or the name of the region by which the business counts its days; the present value is "
        "probably a typing error.",
        rollback=("SET GLOBAL time_zone = {present!l};",),
        pre_check="Look up which values NOW() and CURRENT_DATE have written into DATETIME and DATE columns since.",
        post_check="SELECT NOW() in a new session shows the time of the place.",
        risk="Only new sessions take it, and DATETIME and DATE values that were written by the old offset stay as they "
        "are.",
        effort=Effort.TRIAL,
    ),
    sources=(
        DocPage(f"{SETTINGS}/200.system-variable/300.global-system-variable/13300.time_zone-global.md"),
        WebPage("https://www.iana.org/time-zones"),
    ),
    tenants=(TenantKind.USER,),
)
def time_zone_of_no_place(variables: Rows[Variable]) -> Iterator[Measurement]:
    """Sessions that set no time zone use this one: it decides what NOW() returns, to which day an order belongs, and
    when a job begins. An offset that no region uses shifts all of this by minutes or hours.

    Names and SYSTEM are not checked; which time zone is right only the business knows.
    """
    value = next((row.value or "" for row in variables if row.name == _NAME), "").strip()
    if not value:
        raise NotAssessed("{setting} has no value.", setting=_NAME)
    offset = _OFFSET.fullmatch(value)
    if offset and f"{offset[1]}{int(offset[2]):02d}:{offset[3]}" not in _USED and int(offset[2]) + int(offset[3]):
        yield Measurement(tenant_name(None), value, {"present": value})
