"""PAR092: logs are to be compressed on their way, by a function that does not compress."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import (
    Actor,
    DocPage,
    Measurement,
    NotAssessed,
    Remediation,
    Rows,
    TenantKind,
    Unit,
    check,
    parse_switch,
    parse_word,
    tenant_name,
)
from agent.facts.settings import Parameter
from checks.parameters.family import SETTINGS, parse_setting

_SWITCH, _FUNCTION = "log_transport_compress_all", "log_transport_compress_func"
_PAGES = f"{SETTINGS}/100.system-configuration-items/400.tenant-level-configuration-items"


@check(
    code="PAR092",
    name="parameters.log_compression_without_effect",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Log transport compression is on but has no effect",
    consequence="Bandwidth between the servers is wasted.",
    finding="{resource}: log_transport_compress_all is on, but log_transport_compress_func is {value}: log is sent "
    "uncompressed.",
    remediation=Remediation(
        advice="Set a compression function where the network is the bottleneck, as between cities or to a "
        "standby tenant; elsewhere switch log_transport_compress_all off, so that nobody relies on it.",
        sql=("ALTER SYSTEM SET log_transport_compress_func = 'lz4_1.0';",),
        rollback=("ALTER SYSTEM SET log_transport_compress_func = {present!l};",),
        pre_check="Find out why compression was switched on: a busy network, or a distant standby tenant.",
        post_check="GV$OB_PARAMETERS shows the function on every server, and less log traffic leaves the leaders.",
        risk="It takes effect at once, and compressing takes CPU on the leader and on each replica.",
    ),
    sources=(
        DocPage(f"{_PAGES}/5000.log_transport_compress_func.md"),
        DocPage(f"{_PAGES}/4900.log_transport_compress_all.md"),
        DocPage(
            "600.manage/400.high-availability/300.physical-standby-database-disaster-recovery"
            "/300.log-transport-service/800.set-log-synchronization-compression.md"
        ),
    ),
    tenants=(TenantKind.USER,),
    since=(4, 1, 0, 0),
)
def log_compression_without_effect(parameters: Rows[Parameter]) -> Iterator[Measurement]:
    """Compression takes two settings. With the switch on and no function, log between replicas is sent uncompressed,
    and the expected saving of bandwidth does not occur. Not compressing is no fault in itself: compression trades CPU
    for bandwidth."""
    values = {(row.tenant_id, row.name, row.value) for row in parameters if row.name in (_SWITCH, _FUNCTION)}
    if {name for _, name, _ in values} != {_SWITCH, _FUNCTION}:
        raise NotAssessed("This version has no {setting}.", setting=_FUNCTION)
    switched = {
        tenant_id
        for tenant_id, name, value in values
        if name == _SWITCH and parse_setting(parse_switch, _SWITCH, value) == "on"
    }
    for tenant_id, name, value in sorted(values, key=str):
        if name == _FUNCTION and tenant_id in switched and parse_setting(parse_word, _FUNCTION, value) == "none":
            yield Measurement(tenant_name(tenant_id), value, {"present": value}, value)
