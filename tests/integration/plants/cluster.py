"""Faults of the checks on servers, zones, replicas, and what operators left behind."""

from __future__ import annotations

from datetime import timedelta

from agent.model.terms import Severity
from tests.harness import Ground, Plant

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM
_THROTTLED = "CREATE OUTLINE throttled ON SELECT /*+ MAX_CONCURRENT(5) */ * FROM t WHERE b = 1"
PLANTS = [
    Plant(
        "OPS006",
        plant=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(2880, 60)",),
        resource="workload repository",
        ground=Ground("workload repository"),
        severity=MEDIUM,
        cure=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(10080, NULL)",),
        always=("CALL DBMS_WORKLOAD_REPOSITORY.MODIFY_SNAPSHOT_SETTINGS(10080, 60)",),
    ),
    Plant(
        "OPS008",
        plant=(
            "USE {db}",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT)",
            "CREATE OUTLINE refused ON SELECT /*+ MAX_CONCURRENT(0) */ * FROM t WHERE b = 1",
        ),
        resource="{db}.refused",
        severity=LOW,
    ),
    Plant(
        "OPS007",
        plant=("USE {db}", "CREATE TABLE t (a INT PRIMARY KEY, b INT)", _THROTTLED),
        resource="{db}.throttled",
        severity=LOW,
        later=timedelta(days=31),
    ),
    Plant(
        "OPS009",
        plant=(
            "USE {db}",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT)",
            "CREATE OUTLINE bound ON SELECT /*+ FULL(t) */ * FROM t WHERE a = 1",
        ),
        resource="{db}.bound",
        severity=LOW,
        later=timedelta(days=731),
    ),
    Plant(
        "VER005",
        plant=("ALTER SYSTEM SET enable_upgrade_mode = True",),
        resource="enable_upgrade_mode",
        severity=MEDIUM,
        cure=("ALTER SYSTEM SET enable_upgrade_mode = False",),
        always=("ALTER SYSTEM SET enable_upgrade_mode = False",),
        # In upgrade mode no database can be made or dropped: it is planted alone.
        ground=Ground("upgrade mode", restore=("ALTER SYSTEM SET enable_upgrade_mode = False",)),
    ),
]
_SERVERS = "the kernel is one server without DBA_OB_SERVERS and GV$OB_SERVERS"
_SINGLE = "the kernel is a single node without followers and without DBA_OB_LS_LOCATIONS"
_TENANT = "the kernel has no DBA_OB_TENANTS"
_MOVES = "the kernel has one node: nothing is balanced"
UNPLANTABLE = {
    "AVL005": _SERVERS, "AVL006": "the kernel has no DBA_OB_ZONES",
    "AVL007": _SINGLE, "AVL008": _SINGLE, "AVL009": _SINGLE,
    "AVL010": _TENANT, "AVL011": _MOVES, "AVL012": _MOVES, "AVL013": _SERVERS, "AVL014": _SERVERS, "AVL015": _TENANT,
    "AVL016": _SINGLE, "AVL017": _TENANT, "AVL019": "the kernel is no standby", "AVL020": _TENANT,
    "AVL021": _SINGLE, "AVL022": _SINGLE,
    "CAP020": _SERVERS, "CAP021": _SERVERS, "CAP022": _SERVERS, "CAP023": _SERVERS,
    "CAP026": "the kernel is one tenant",
    "VER003": _SERVERS, "VER004": "the kernel's min_observer_version counts its own series",
    "OPS005": "no operation on the tenant can be made to fail and be recorded on the kernel",
}  # fmt: skip
