"""The overview of the instance: what the snapshot holds, and unknown for what it does not."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from agent.facts.cluster import Location
from agent.facts.given import Build
from agent.facts.resources import ResourceUnit
from agent.facts.schema import Table
from agent.facts.sessions import SessionCount
from agent.facts.settings import OF_THE_SERVER, Parameter, Tenant
from agent.facts.sql import AuditReturn
from agent.judgement.instance import SETTINGS, TABLES, describe_instance
from agent.model.instance import ChangedSetting, Instance, TableSize, ZoneReplicas
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version

GIB = 2**30
DENIED = Unavailable(UnavailableKind.PRIVILEGE, Text("not granted"))


def snapshot(*rows: Any, kind: TenantKind = TenantKind.USER, denied: tuple[type, ...] = ()) -> Snapshot:
    facts: dict[type, Any] = dict.fromkeys(denied, DENIED)
    for row in rows:
        facts[type(row)] = (*facts.get(type(row), ()), row)
    as_of = datetime(2026, 10, 1, tzinfo=UTC)
    return Snapshot(target="t", tenant_kind=kind, version=Version(4, 2, 5), as_of=as_of, facts=facts)


def unit(zone: str | None = "z1", cores: float | None = 4.0, used: int | None = GIB) -> ResourceUnit:
    return ResourceUnit(
        zone=zone,
        max_cpu=cores,
        memory_size=8 * GIB,
        log_disk_size=24 * GIB,
        log_disk_in_use=GIB,
        data_disk_in_use=used,
    )


def ring(executions: int, span_s: float, server: str | None = None, code: int = 0) -> AuditReturn:
    return AuditReturn(
        svr_ip=server,
        ret_code=code,
        records=executions,
        first_us=5_000_000,
        last_us=5_000_000 + int(span_s * 1_000_000),
        executions=executions,
        planned=0,
        hard_parses=0,
        first_request=1,
        sql_id="",
    )


def table(name: str, size: int | None, rows: int | None = None) -> Table:
    return Table(
        table_schema="shop", table_name=name, table_rows=rows, data_length=size, table_collation=None, create_time=None
    )


def parameter(name: str, value: str, *, default: str | None = None, told: str | None = None) -> Parameter:
    return Parameter(scope="TENANT", name=name, value=value, default_value=default, isdefault=told)


def test_nothing_read_is_unknown_and_not_nothing() -> None:
    assert describe_instance(snapshot(denied=(Table, Parameter, SessionCount))) == Instance()
    empty = describe_instance(snapshot())
    assert (empty.sessions, empty.table_count, empty.setting_count, empty.data_bytes) == (None, None, None, None)


def test_units_of_a_zone_are_one_row_and_the_size_may_be_bought() -> None:
    facts = snapshot(unit(), unit(used=3 * GIB), unit("z2", used=None), unit(cores=None))
    one, two = describe_instance(facts).units
    assert (one.zone, one.units, one.cores, one.memory_bytes) == ("z1", 2, 8.0, 16 * GIB)
    assert (one.data_disk_bytes, one.data_used_bytes) == (None, 4 * GIB)
    assert (two.zone, two.data_used_bytes) == ("z2", None)
    assert describe_instance(facts).data_bytes == 4 * GIB
    assert [row.data_disk_bytes for row in describe_instance(facts, 100 * GIB).units] == [200 * GIB, 100 * GIB]


def test_the_rate_is_that_of_each_server_by_its_own_ring() -> None:
    both = snapshot(ring(100, 10, "a"), ring(50, 5, "b"), ring(20, 10, "a", code=-4012), ring(9, 0.1, "c"))
    found = describe_instance(both)
    assert (found.statements_per_s, found.observed_s) == (12.0 + 10.0, 5.0)
    for span_s, rate in ((0.5, None), (1.0, 9.0), (1.5, 6.0)):
        assert describe_instance(snapshot(ring(9, span_s))).statements_per_s == rate


def test_sessions_of_all_servers() -> None:
    rows = (SessionCount(svr_ip="a", sessions=3), SessionCount(svr_ip="b", sessions=4))
    assert describe_instance(snapshot(*rows)).sessions == 7


def test_the_largest_tables_come_first_and_an_unknown_size_is_not_zero() -> None:
    rows = [table(f"t{number:02}", number * GIB, 5) for number in range(1, 15)]
    found = describe_instance(snapshot(*rows, table("no_statistics", 0, 0)))
    assert found.table_count == 15 and len(found.tables) == TABLES == 10
    assert found.tables[0] == TableSize("shop", "t14", 5, 14 * GIB)
    (alone,) = describe_instance(snapshot(table("a", 0, 7))).tables
    assert alone == TableSize("shop", "a", 7, None)
    (alone,) = describe_instance(snapshot(table("none", None), table("a", GIB, 7), table("zero", 0, 0))).tables
    assert alone == TableSize("shop", "a", 7, GIB), "one without statistics is not listed where there is room either"


def test_parameters_off_their_default_by_the_servers_word_or_by_comparing() -> None:
    found = describe_instance(
        snapshot(
            parameter("b", "2", default="1", told="NO"),
            parameter("_hidden", "x", default="y"),
            parameter("same", "1", default="1"),
            parameter("told_same", "1", default="2", told="YES"),
            parameter("b", "3", default="1", told="NO"),
            parameter("untold", "1"),
        )
    )
    assert found.settings == (ChangedSetting("b", "2 / 3", "1"), ChangedSetting("_hidden", "x", "y"))
    assert found.setting_count == 2
    assert describe_instance(snapshot(parameter("untold", "1"))).setting_count is None
    many = describe_instance(snapshot(*(parameter(f"p{n:03}", "1", default="0") for n in range(SETTINGS + 5))))
    assert (many.setting_count, len(many.settings)) == (65, 60)


def test_replicas_by_zone_without_those_of_meta_tenants() -> None:
    def location(zone: str, role: str, tenant: int | None = None) -> Location:
        return Location(
            tenant_id=tenant,
            ls_id=1,
            svr_ip="a",
            svr_port=1,
            zone=zone,
            role=role,
            member_list=None,
            replica_type="FULL",
        )

    rows = (location("z1", "LEADER"), location("z1", "FOLLOWER"), location("z2", "FOLLOWER"))
    found = describe_instance(snapshot(*rows, location("z2", "LEADER", tenant=1001)))
    assert found.replicas == (ZoneReplicas("z1", "FULL", 1, 1), ZoneReplicas("z2", "FULL", 0, 1))


def test_sys_describes_itself_among_all_tenants() -> None:
    rows = (
        Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", primary_zone="z2"),
        Tenant(tenant_id=1, tenant_name="sys", tenant_type="SYS", primary_zone="RANDOM"),
    )
    assert describe_instance(snapshot(*rows)).primary_zone == "z2"
    assert describe_instance(snapshot(*rows, kind=TenantKind.SYS)).primary_zone == "RANDOM"


def test_a_size_that_one_unit_of_a_zone_lacks_is_unknown_and_the_largest_copy_of_the_data_counts() -> None:
    known = dataclasses.replace(unit(cores=0.0), data_disk_size=9 * GIB)
    found = describe_instance(snapshot(known, unit(), unit("z2", used=3 * GIB), unit("z3", used=0)))
    assert [(one.zone, one.cores, one.data_disk_bytes) for one in found.units] == [
        ("z1", 4.0, None),
        ("z2", 4.0, None),
        ("z3", 4.0, None),
    ]
    assert [one.data_used_bytes for one in found.units] == [2 * GIB, 3 * GIB, None], (
        "0 is what the kernel does not know"
    )
    assert (found.data_bytes, found.units[0].log_disk_bytes) == (3 * GIB, 48 * GIB)


def test_where_the_size_of_one_table_is_unknown_all_are_ordered_by_rows() -> None:
    rows = (table("a", 9 * GIB, 1), table("b", None, 7), table("c", GIB, 3), table("d", GIB, None))
    assert [one.table for one in describe_instance(snapshot(*rows)).tables] == ["b", "c", "a", "d"]
    assert [one.table for one in describe_instance(snapshot(*rows[2:], rows[0])).tables] == ["a", "c", "d"]
    assert describe_instance(snapshot(rows[3])).tables == (TableSize("shop", "d", None, GIB),)


def test_what_the_server_sets_itself_is_no_changed_setting() -> None:
    own = (parameter("_parallel_ddl_control", "1", default="0"), parameter("_bloom_filter_ratio", "1", default="0"))
    told = describe_instance(snapshot(*own, parameter("a", "1", told="NO")))
    assert told.settings == (ChangedSetting("a", "1", ""), ChangedSetting("_bloom_filter_ratio", "1", "0"))
    build = Build(tenant_kind=TenantKind.USER, version=Version(4, 3, 5), embedded=True)
    assert describe_instance(snapshot(*own, build)).setting_count == 0


def test_what_says_which_server_it_is_was_changed_by_nobody() -> None:
    told = [parameter(name, "x", default="") for name in sorted(OF_THE_SERVER)]
    assert describe_instance(snapshot(*told, parameter("log_disk_size", "8G", default="0M"))).settings == (
        ChangedSetting("log_disk_size", "8G", "0M"),
    )


def test_a_long_value_of_a_setting_is_cut() -> None:
    (setting,) = describe_instance(snapshot(parameter("a", "x" * 200, default="0"))).settings
    assert setting.value == "x" * 120


def test_what_the_tenant_is_stands_as_the_server_says_it() -> None:
    tenant = Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER", compatible="4.2.5.0",
                    tenant_role="PRIMARY", primary_zone="z1", locality="FULL@z1")  # fmt: skip
    found = describe_instance(snapshot(tenant))
    assert (found.compatible, found.role, found.primary_zone, found.locality) == (
        "4.2.5.0",
        "PRIMARY",
        "z1",
        "FULL@z1",
    )
    bare = describe_instance(snapshot(Tenant(tenant_id=1002, tenant_name="shop", tenant_type="USER")))
    assert (bare.compatible, bare.role, bare.primary_zone, bare.locality) == ("", "", "", "")


def test_units_and_zones_that_the_server_does_not_name_are_the_tenants() -> None:
    (one,) = describe_instance(snapshot(unit(None), unit(None))).units
    assert (one.zone, one.units) == ("tenant", 2)
