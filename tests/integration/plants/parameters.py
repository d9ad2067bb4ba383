"""Faults of the parameter checks on the real kernel; the family's rows have a test of their own."""

from __future__ import annotations

from agent.model.terms import Severity
from tests.harness import Ground, Plant

PLANTS = [
    Plant(
        "PAR081",
        plant=["ALTER SYSTEM SET _enable_newsort = 'False'"],
        cure=["ALTER SYSTEM SET _enable_newsort = 'True'"],
        resource="hidden parameters",
        severity=Severity.LOW,
        always=["ALTER SYSTEM SET _enable_newsort = 'True'"],
    ),
    Plant(
        "PAR083",
        plant=["ALTER SYSTEM SET partition_balance_schedule_interval = '0s'"],
        resource="tenant",
        severity=Severity.LOW,
        always=["ALTER SYSTEM SET partition_balance_schedule_interval = '2h'"],
    ),
    Plant(
        "PAR087",
        plant=["SET GLOBAL ob_query_timeout = 14400000000"],
        ground=Ground("ob_query_timeout of its own"),  # PAR082 sets it, too
        resource="tenant",
        severity=Severity.LOW,
        always=["SET GLOBAL ob_query_timeout = 10000000"],
    ),
    Plant(
        "PAR088",
        plant=["ALTER SYSTEM SET major_freeze_duty_time = '10:30'"],
        resource="tenant",
        severity=Severity.LOW,
        always=["ALTER SYSTEM SET major_freeze_duty_time = '02:00'"],
    ),
    Plant(
        "PAR091",
        plant=["SET GLOBAL time_zone = '+07:30'"],
        cure=["SET GLOBAL time_zone = '+08:00'"],
        resource="tenant",
        severity=Severity.LOW,
        always=["SET GLOBAL time_zone = '+08:00'"],
    ),
    Plant(
        "PAR092",
        plant=[
            "ALTER SYSTEM SET log_transport_compress_all = 'True'",
            "ALTER SYSTEM SET log_transport_compress_func = 'none'",
        ],
        resource="tenant",
        severity=Severity.LOW,
        always=[
            "ALTER SYSTEM SET log_transport_compress_all = 'False'",
            "ALTER SYSTEM SET log_transport_compress_func = 'lz4_1.0'",
        ],
    ),
    Plant(
        "PAR082",
        plant=["SET GLOBAL ob_query_timeout = 60000000", "SET GLOBAL ob_trx_timeout = 30000000"],
        resource="tenant",
        severity=Severity.MEDIUM,
        always=["SET GLOBAL ob_query_timeout = 10000000", "SET GLOBAL ob_trx_timeout = 86400000000"],
    ),
]

UNPLANTABLE = {
    "PAR080": "the embedded kernel is one server",
    "PAR084": "the embedded kernel shows the settings of its sys tenant",
    "PAR085": "the data file of the embedded kernel grows by itself",
    "PAR086": "an engagement says what the tenant is for, not the kernel",
}
