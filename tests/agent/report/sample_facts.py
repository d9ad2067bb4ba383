"""The facts of the assessments made by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from agent.facts.cluster import Location
from agent.facts.given import BusinessProfile, CriticalPeriod
from agent.facts.resources import ResourceUnit
from agent.facts.schema import Table
from agent.facts.sessions import SessionCount
from agent.facts.settings import Parameter, Tenant
from agent.facts.sql import AuditReturn, RepositoryText, SqlTotal


def facts() -> dict[type, tuple[object, ...]]:
    """What the customer says of the business, one unit per zone, and the statements that take most time."""
    return {**_instance_facts(), **_load_facts()}


def _instance_facts() -> dict[type, tuple[Any, ...]]:
    return {
        Tenant: (
            Tenant(
                tenant_id=1002,
                tenant_name="shop",
                tenant_type="USER",
                primary_zone="zone1",
                locality="FULL{1}@zone1, FULL{1}@zone2",
                compatible="4.2.5.1",
                tenant_role="PRIMARY",
            ),
        ),
        Location: tuple(
            Location(
                ls_id=1001,
                svr_ip=f"10.0.0.{number}",
                svr_port=2882,
                zone=zone,
                role=role,
                member_list=None,
                replica_type="FULL",
            )
            for number, (zone, role) in enumerate((("zone1", "LEADER"), ("zone2", "FOLLOWER")), start=1)
        ),
        SessionCount: (SessionCount(svr_ip="10.0.0.1", sessions=57),),
        Table: tuple(
            Table(
                table_schema="shop",
                table_name=f"t{number:02}",
                table_rows=1_000_000 // number if number < 12 else 0,
                data_length=2**32 // number if number < 12 else 0,
                table_collation=None,
                create_time=None,
            )
            for number in range(1, 15)
        ),
        Parameter: (
            Parameter(scope="TENANT", name="undo_retention", value="60", default_value="1800", isdefault="NO"),
            Parameter(scope="TENANT", name="writing_throttling_trigger_percentage", value="60", isdefault="YES"),
        ),
    }


def _load_facts() -> dict[type, tuple[Any, ...]]:
    return {
        AuditReturn: (
            AuditReturn(
                ret_code=0,
                records=9_000,
                first_us=0,
                last_us=600_000_000,
                executions=7_500,
                planned=7_000,
                hard_parses=20,
                first_request=1,
                sql_id="",
            ),
        ),
        RepositoryText: (
            RepositoryText(
                sql_id=f"{1:032X}", sql_type=1, statement="SELECT * FROM orders WHERE customer_id = ? AND state = ?"
            ),
        ),
        BusinessProfile: (BusinessProfile(peak_qps=800.0, concurrency=40, growth_pct_per_year=60.0),),
        CriticalPeriod: (CriticalPeriod(name="Singles' Day", start=date(2026, 11, 1), end=date(2026, 11, 12)),),
        ResourceUnit: tuple(
            ResourceUnit(
                zone=zone,
                max_cpu=8.0,
                memory_size=2**35,
                log_disk_size=2**36,
                log_disk_in_use=2**35,
                data_disk_in_use=used,
                data_disk_size=1_073_741_824_000,
            )
            for zone, used in (("zone1", 1_002_438_533_120), ("zone2", 700_000_000_000))
        ),
        SqlTotal: tuple(
            SqlTotal(
                sql_id=f"{number:032X}",
                db_name="shop",
                executions=1000 * number,
                elapsed_us=90_000_000 // number**2,
                rows_processed=10,
            )
            for number in range(1, 31)
        ),
    }
