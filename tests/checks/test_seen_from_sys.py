"""What sys sees of another tenant is advised upon so that the statement acts on that tenant, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.facts.backup import BackupSet
from agent.facts.maintenance import MajorCompaction
from agent.facts.resources import Memstore, ResourceUnit
from agent.facts.settings import Tenant, Variable
from agent.facts.sql import PlanCache
from agent.judgement.assessed import was_judged
from agent.model.terms import Outcome, TenantKind
from tests.checks.cases import sql
from tests.harness import NOW, run_check, snapshot_of

GIB = 1 << 30
THEN = NOW - timedelta(days=20)
TENANTS = tuple(
    Tenant(tenant_id=number, tenant_name=name, tenant_type=kind)
    for number, name, kind in ((1, "sys", "SYS"), (1001, "META$1002", "META"), (1002, "shop", "USER"))
)


def facts(tenant_id: int | None) -> list[object]:
    """A tenant with everything wrong; None is one that sees only itself."""
    return [
        Memstore(tenant_id=tenant_id, memstore_used=95, memstore_limit=100),
        ResourceUnit(
            tenant_id=tenant_id,
            max_cpu=4,
            memory_size=GIB,
            log_disk_size=100,
            log_disk_in_use=95,
            data_disk_in_use=0,
        ),
        PlanCache(
            tenant_id=tenant_id,
            access_count=1,
            hit_count=1,
            plan_num=1,
            mem_used=GIB,
            mem_hold=GIB,
            mem_limit=GIB,
        ),
        Variable(name="ob_plan_cache_percentage", value="5"),
        BackupSet(
            tenant_id=tenant_id,
            backup_set_id=1,
            backup_type="FULL",
            start_timestamp=THEN,
            end_timestamp=THEN,
            file_status="AVAILABLE",
        ),
        BackupSet(
            tenant_id=tenant_id,
            backup_set_id=2,
            backup_type="FULL",
            start_timestamp=NOW - timedelta(days=90),
            end_timestamp=THEN,
            file_status="AVAILABLE",
        ),
        MajorCompaction(
            tenant_id=tenant_id,
            frozen_time=THEN,
            last_finish_time=THEN,
            start_time=THEN,
            status="IDLE",
            is_error="YES",
            is_suspended="YES",
            info="",
        ),
    ]


def advised(code: str, kind: TenantKind, tenant_id: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    (finding,) = run_check(code, snapshot_of([*facts(tenant_id), *TENANTS], kind=kind)).findings
    return finding.sql, finding.rollback


STATEMENTS = {
    "CAP001": ("ALTER SYSTEM MINOR FREEZE", ""),
    "CAP003": ("ALTER SYSTEM MINOR FREEZE", ""),
    "BAK006": (
        "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW <window>",
        "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'",
    ),
    "BAK007": ("ALTER SYSTEM ARCHIVELOG", "ALTER SYSTEM NOARCHIVELOG"),
    "CMP001": ("ALTER SYSTEM MAJOR FREEZE", ""),
    "CMP002": ("ALTER SYSTEM CLEAR MERGE ERROR", ""),
    "CMP003": ("ALTER SYSTEM RESUME MERGE", "ALTER SYSTEM SUSPEND MERGE"),
}


@pytest.mark.parametrize("code", STATEMENTS)
def test_the_statement_names_the_tenant_from_sys_only(code: str) -> None:
    def ended(end: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        sql, rollback = STATEMENTS[code]
        return (sql + end,), (rollback + end,) if rollback else ()

    assert advised(code, TenantKind.USER, None) == ended(";")
    assert advised(code, TenantKind.USER, 1002) == ended(";")
    assert advised(code, TenantKind.SYS, 1002) == ended(" TENANT = `shop`;")
    assert advised(code, TenantKind.SYS, 1004) == ((), ()), "nobody knows its name"


def test_variables_of_another_tenant_are_not_known_to_sys() -> None:
    assert advised("CAP008", TenantKind.SYS, 1002) == ((), ())
    own = (("SET GLOBAL ob_plan_cache_percentage = 10;",), ("SET GLOBAL ob_plan_cache_percentage = 5;",))
    assert advised("CAP008", TenantKind.SYS, 1) == advised("CAP008", TenantKind.USER, 1002) == own


BUSY, IDLE = 1002, 1004
ON_BOTH = {BUSY: 10**6, IDLE: 9}


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("SQL001", [sql._ret(count, tenant_id=tenant) for tenant, count in ON_BOTH.items()]),
        ("SQL005", [sql._cache(count, count, tenant) for tenant, count in ON_BOTH.items()]),
        ("SQL010", [sql._shape(executions=count, tenant_id=tenant) for tenant, count in ON_BOTH.items()]),
        ("SQL015", [sql._ret(count, tenant_id=tenant) for tenant, count in ON_BOTH.items()]),
    ],
)
def test_a_tenant_with_too_little_to_judge_is_not_called_well(code: str, rows: list[object]) -> None:
    result = run_check(code, snapshot_of(rows, kind=TenantKind.SYS))
    assert (result.outcome, list(result.unjudged)) == (Outcome.NOT_ASSESSED, [f"tenant {IDLE}"])
    assert was_judged(result, f"tenant {BUSY}") and not was_judged(result, f"tenant {IDLE}")
