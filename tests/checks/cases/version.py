"""Cases of the version checks."""

from __future__ import annotations

from agent.facts.settings import Tenant, Variable
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind, Version
from tests.checks.settings_family import parameter
from tests.harness import Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


def _tenant(
    compatible: str | None, tenant_id: int = 1002, name: str = "shop", kind: str = "USER", role: str | None = "PRIMARY"
) -> Tenant:
    return Tenant(tenant_id=tenant_id, tenant_name=name, tenant_type=kind, compatible=compatible, tenant_role=role)


def _release(text: str) -> Variable:
    return Variable(name="version_comment", value=f"OceanBase_CE {text}-73d0496) (Built Feb  3 2024 20:30:00)")


_PLAIN = Variable(name="version_comment", value="OceanBase")
_PATCHED = _release("4.2.1.3 (r103000052024011916")
_COMPACTION = ("Major compaction of a standby tenant stands still after a backup met a medium compaction", MEDIUM)
_OF_4_2_1_3 = [
    ("Inaccurate values from UNION ALL on TIMESTAMP columns", MEDIUM),
    ("Crash when LOB columns are used while an upgrade runs old and new servers side by side", MEDIUM),
    ("Crash when columns are dropped in parallel", MEDIUM),
    ("Crash on hosts with glibc 2.34 or later", LOW),
    ("Error 4016 for joins that are sent as prepared statements", LOW),
    ("Illegal mix of collations on information_schema after SET collation_connection", LOW),
    ("Tenant with several accounts root", LOW),
]
_UNSEEN = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
_SLOW_GC = (
    "SSTables that can never be released, because upper_trans_version is not computed: more disk and slower queries"
)
_GLIBC = "Crash on hosts with glibc 2.34 or later"
_SKIP_SCAN = "Wrong results of parallel queries whose plan has an INDEX SKIP SCAN"
_REPLACE = "Table and index differ after REPLACE INTO"
_COSTING = "Wrong results, errors or crashes after a restart with _optimizer_better_inlist_costing on"
_INLIST = "_optimizer_better_inlist_costing"


CASES = [
    Case("VER001", version=Version(4, 2, 5, 0)),
    Case("VER001", version=Version(4, 3, 5, 3)),
    Case("VER001", version=Version(4, 4, 2, 0), label="4.4.2"),
    Case("VER001", version=Version(4, 5, 0, 0), label="newer-than-all"),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 2, 1, 10)),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 3, 4, 9), label="4.3.4"),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 4, 1, 0), label="4.4.1"),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 1, 0, 2), label="4.1"),
    Case("VER002", [_tenant("4.2.5.1")], label="the-same"),
    Case("VER002", [_tenant("4.2.5.0")], [("tenant shop", MEDIUM)], label="a-patch-behind"),
    Case("VER002", [_tenant("4.2.1.8")], [("tenant shop", MEDIUM)]),
    Case("VER002", [_tenant("4.2.5.1"), _tenant("4.2.1.0", 1001, "META", "META"), _tenant("4.2.4.0", 1, "sys", "SYS")],
         [("tenant sys", MEDIUM)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("VER002", [_tenant("4.2.1.0", role="STANDBY"), _tenant("4.2.5.1", 1, "sys", "SYS")],
         tenant_kind=TenantKind.SYS, label="standby-from-sys"),
    Case("VER002", [_tenant("4.2.1.0", role="STANDBY")], not_assessed=True, label="standby"),
    Case("VER002", [_tenant("4.2.1.0", role="RESTORE")], not_assessed=True, label="restoring"),
    Case("VER002", [_tenant(None)], not_assessed=True),
    Case("VER002", not_assessed=True, label="no-tenant-view"),
    Case("VER006", [_PLAIN], version=Version(4, 2, 5, 3), label="mended"),
    Case("VER006", [_PLAIN], version=Version(4, 2, 1, 10), label="mended-all"),
    Case("VER006", [_PLAIN], [(_SLOW_GC, MEDIUM)], version=Version(4, 2, 5, 2), label="the-last-that-has-it"),
    Case("VER006", [_PLAIN], [(_GLIBC, LOW)], version=Version(4, 2, 1, 9), label="low"),
    Case("VER006", [_PLAIN], not_assessed=True, version=Version(4, 5, 0, 0), label="unknown-series"),
    Case("VER006", [_PLAIN], not_assessed=True, version=Version(4, 4, 1, 0), label="hotfix-unknown"),
    Case("VER006", [_release("4.4.1.0 (r100010012025120515")], version=Version(4, 4, 1, 0), label="hotfix"),
    Case("VER006", [_release("4.2.0.0 (r101000032023091319")], version=Version(4, 2, 0, 0), label="patch"),
    Case("VER006", [_release("4.2.0.0 (r100000032023081319"), parameter(_INLIST, "False")],
         [(_REPLACE, MEDIUM), (_SKIP_SCAN, MEDIUM)], version=Version(4, 2, 0, 0), label="condition-not-met"),
    Case("VER006", [_release("4.2.0.0 (r100000032023081319"), parameter(_INLIST, "True")],
         [(_COSTING, HIGH), (_REPLACE, MEDIUM), (_SKIP_SCAN, MEDIUM)],
         version=Version(4, 2, 0, 0), label="condition-met"),
    Case("VER006", [], version=Version(4, 2, 5, 3), label="numbers-decide"),
    *(Case("VER006", [_PATCHED, _tenant(None), _tenant(None, kind=kind, role=role)],
           [*_OF_4_2_1_3[:3], *stands_still, *_OF_4_2_1_3[3:]], version=Version(4, 2, 1, 3), label=label)
      for kind, role, stands_still, label in (
          ("USER", "STANDBY", [_COMPACTION], "a-standby-beside-a-primary"), ("USER", None, [], "its-role-unknown"),
          ("META", "STANDBY", [], "no-user-tenant"))),
    Case("VER006", [_PATCHED], _OF_4_2_1_3, version=Version(4, 2, 1, 3), label="no-tenant-seen"),
    Case("VER006", [_PATCHED, (Tenant, _UNSEEN)], _OF_4_2_1_3, version=Version(4, 2, 1, 3), label="tenants-unseen"),
    Case("VER006", [(Variable, _UNSEEN)], not_assessed=True, version=Version(4, 2, 5, 3), label="variables-unseen"),
]  # fmt: skip
