"""Cases of the version checks."""

from __future__ import annotations

from agent.facts.settings import Tenant
from agent.model.terms import Severity, TenantKind, Version
from tests.harness import Case

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM


def _tenant(compatible: str | None, tenant_id: int = 1002, name: str = "shop", kind: str = "USER") -> Tenant:
    return Tenant(tenant_id=tenant_id, tenant_name=name, tenant_type=kind, compatible=compatible)


CASES = [
    Case("VER001", version=Version(4, 2, 5, 0)),
    Case("VER001", version=Version(4, 3, 5, 3)),
    Case("VER001", version=Version(4, 4, 1, 0), label="newer-than-all"),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 2, 1, 10)),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 3, 4, 9), label="4.3.4"),
    Case("VER001", [], [("OceanBase", LOW)], version=Version(4, 1, 0, 2), label="4.1"),
    Case("VER002", [_tenant("4.2.5.0")], label="patch-only"),
    Case("VER002", [_tenant("4.2.1.8")], [("tenant shop", MEDIUM)]),
    Case("VER002", [_tenant("4.2.5.1"), _tenant("4.2.1.0", 1001, "META", "META"), _tenant("4.2.4.0", 1, "sys", "SYS")],
         [("tenant sys", MEDIUM)], tenant_kind=TenantKind.SYS, label="seen-from-sys"),
    Case("VER002", [_tenant(None)], not_assessed=True),
    Case("VER002", not_assessed=True, label="no-tenant-view"),
]  # fmt: skip
