"""Cases of the compaction checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.facts.maintenance import CompactionDiagnosis, MajorCompaction, UnsettledTables
from agent.facts.resources import ResourceUnit
from agent.model.terms import Severity, TenantKind
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
SYS = TenantKind.SYS
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(hours_ago: float | None) -> datetime:
    return NEVER if hours_ago is None else NOW - timedelta(hours=hours_ago)


def _compaction(
    *,
    finished: float | None = 5,
    frozen: float | None = 6,
    started: float | None = 6,
    status: str = "IDLE",
    error: bool = False,
    suspended: bool = False,
    info: str | None = "",
    tenant_id: int | None = None,
) -> MajorCompaction:
    """Hours ago; None is what the server writes as 1970."""
    return MajorCompaction(
        tenant_id=tenant_id,
        frozen_time=_moment(frozen),
        last_finish_time=_moment(finished),
        start_time=_moment(started),
        status=status,
        is_error="YES" if error else "NO",
        is_suspended="YES" if suspended else "NO",
        info=info,
    )


def _unit(hours_ago: float | None, tenant_id: int | None = None) -> ResourceUnit:
    return ResourceUnit(
        tenant_id=tenant_id,
        max_cpu=2,
        memory_size=1,
        log_disk_size=1,
        log_disk_in_use=0,
        data_disk_in_use=0,
        create_time=None if hours_ago is None else _moment(hours_ago),
    )


def _unsettled(days: float, tenant_id: int | None = None) -> UnsettledTables:
    oldest = NOW - timedelta(days=days)
    return UnsettledTables(tenant_id=tenant_id, tables=40, size=7 << 30, oldest_scn=int(oldest.timestamp()) * 10**9)


def _diagnosis(
    tablets: int, *, kind: str = "MAJOR_MERGE", status: str = "FAILED", hours: float = 1
) -> CompactionDiagnosis:
    return CompactionDiagnosis(type=kind, status=status, tablets=tablets, newest=_moment(hours))


CASES = [
    Case("CMP001", [_compaction(finished=29.9), _unit(9000)]),
    Case("CMP001", [_compaction(finished=30)], [("tenant", LOW)]),
    Case("CMP001", [_compaction(finished=54)], [("tenant", MEDIUM)]),
    Case("CMP001", [_compaction(finished=120)], [("tenant", HIGH)]),
    Case("CMP001", [_compaction(finished=None, frozen=None), _unit(1)], label="a fresh tenant"),
    Case("CMP001", [_compaction(finished=None, frozen=2), _unit(20)], label="its first one runs"),
    Case("CMP001", [_compaction(finished=None, frozen=20), _unit(80)], [("tenant", MEDIUM)], label="never in 80 hours"),
    Case("CMP001", [_compaction(finished=None, frozen=40)], [("tenant", LOW)], label="never since the freeze"),
    Case("CMP001", [_compaction(finished=None, frozen=None), _unit(None)], not_assessed=True),
    Case(
        "CMP001",
        [_compaction(tenant_id=1), _compaction(tenant_id=1002, finished=72), _compaction(tenant_id=1001, finished=999)],
        [("tenant 1002", MEDIUM)],
        tenant_kind=SYS,
        label="another tenant, seen from sys",
    ),
    Case(
        "CMP001",
        [
            _compaction(tenant_id=1),
            _compaction(tenant_id=1002, finished=None, frozen=None),
            _unit(9000, 1),
            _unit(80, 1002),
        ],
        [("tenant 1002", MEDIUM)],
        tenant_kind=SYS,
        label="the age of its own units",
    ),
    Case(
        "CMP001",
        [_compaction(tenant_id=1004, finished=None, frozen=None), _compaction(tenant_id=1002, finished=72)],
        [("tenant 1002", MEDIUM)],
        tenant_kind=SYS,
        label="the age of one is unknown",
    ),
    Case(
        "CMP001",
        [_compaction(tenant_id=1004, finished=None, frozen=None), _compaction(tenant_id=1002)],
        not_assessed=True,
        tenant_kind=SYS,
        label="the age of one is unknown, the other is well",
    ),
    Case("CMP002", [_compaction()]),
    Case(
        "CMP002",
        [_compaction(tenant_id=1), _compaction(tenant_id=1002, error=True), _compaction(tenant_id=1001, error=True)],
        [("tenant 1002", HIGH)],
        tenant_kind=SYS,
        label="another tenant, seen from sys",
    ),
    Case("CMP002", [_compaction(error=True, status="CHECKSUM", info="CHECKSUM_ERROR")], [("tenant", HIGH)]),
    Case("CMP002", [_compaction(error=True, info=None)], [("tenant", HIGH)], label="without a reason"),
    Case("CMP003", [_compaction()]),
    Case("CMP003", [_compaction(suspended=True)], [("tenant", MEDIUM)]),
    Case(
        "CMP003",
        [
            _compaction(tenant_id=1, suspended=True),
            _compaction(tenant_id=1002, suspended=True),
            _compaction(tenant_id=1001, suspended=True),
        ],
        [("tenant 1", MEDIUM), ("tenant 1002", MEDIUM)],
        tenant_kind=SYS,
        label="seen from sys",
    ),
    Case("CMP004", [_compaction(started=99)], label="idle"),
    Case(
        "CMP004",
        [
            _compaction(tenant_id=1),
            _compaction(tenant_id=1002, started=36, status="COMPACTING"),
            _compaction(tenant_id=1001, started=36, status="COMPACTING"),
        ],
        [("tenant 1002", HIGH)],
        tenant_kind=SYS,
        label="another tenant, seen from sys",
    ),
    Case("CMP004", [_compaction(started=None, status="COMPACTING")], label="start unknown"),
    Case("CMP004", [_compaction(started=3.9, status="COMPACTING")], label="young"),
    Case("CMP004", [_compaction(started=4, status="COMPACTING")], [("tenant", LOW)]),
    Case("CMP004", [_compaction(started=12, status="CHECKSUM")], [("tenant", MEDIUM)]),
    Case("CMP004", [_compaction(started=36, status="COMPACTING")], [("tenant", HIGH)]),
    Case("CMP005", [_diagnosis(500, status="RUNNING"), _diagnosis(9, status="RS_UNCOMPACTED")], label="harmless"),
    Case("CMP005", [_diagnosis(500, hours=24.1)], label="old"),
    Case("CMP005", [_diagnosis(1)], [("MAJOR_MERGE", LOW)]),
    Case(
        "CMP005",
        [_diagnosis(60), _diagnosis(40, status="NOT_SCHEDULE"), _diagnosis(2, kind="MINI_MERGE")],
        [("MAJOR_MERGE", MEDIUM), ("MINI_MERGE", LOW)],
        label="by kind",
    ),
    Case("CMP006", label="none"),
    Case("CMP006", [_unsettled(1.9), _unsettled(99, 1001)]),
    Case("CMP006", [_unsettled(2)], [("tenant", MEDIUM)]),
    Case(
        "CMP006",
        [_unsettled(7, 1002), _unsettled(0.1, 1004)],
        [("tenant 1002", HIGH)],
        tenant_kind=SYS,
        label="seen from sys",
    ),
]
