"""The facts of the assessments made by hand."""

from __future__ import annotations

from datetime import date

from agent.facts.given import BusinessProfile, CriticalPeriod
from agent.facts.resources import ResourceUnit
from agent.facts.sql import SqlTotal


def facts() -> dict[type, tuple[object, ...]]:
    """What the customer says of the business, one unit per zone, and the statements that take most time."""
    return {
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
