"""Cases of the checks on backups and the archive of the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from agent.facts.backup import (
    ArchiveBinding,
    BackupJob,
    BackupSet,
    DeleteJob,
    DeletePolicy,
    LogArchive,
    RestoreJob,
    RunningBackup,
)
from agent.facts.given import Attestation
from agent.facts.settings import Tenant
from agent.model.snapshot import Unavailable
from agent.model.terms import Severity, TenantKind, Text, UnavailableKind
from tests.harness import NOW, Case

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
DAY = timedelta(days=1)


def _set(
    days: float, state: str = "AVAILABLE", kind: str = "FULL", tenant_id: int | None = None, number: int = 1
) -> BackupSet:
    return BackupSet(
        tenant_id=tenant_id,
        backup_set_id=number,
        backup_type=kind,
        start_timestamp=NOW - days * DAY,
        end_timestamp=NOW - days * DAY,
        file_status=state,
    )


def _job(days: float, status: str = "FAILED", tenant_id: int | None = None) -> BackupJob:
    return BackupJob(tenant_id=tenant_id, job_id=1, start_timestamp=NOW - days * DAY, status=status, result=-9000)


def _deleted(hours: float, status: str = "FAILED") -> DeleteJob:
    start = NOW - timedelta(hours=hours)
    return DeleteJob(tenant_id=1002, job_id=1, start_timestamp=start, status=status, result=-9000)


def _running(hours: float, tenant_id: int | None = None) -> RunningBackup:
    return RunningBackup(tenant_id=tenant_id, job_id=1, start_timestamp=NOW - timedelta(hours=hours), status="DOING")


def _archive(status: str = "DOING", lag_s: float = 60, tenant_id: int | None = None) -> LogArchive:
    scn = int((NOW.timestamp() - lag_s) * 10**9)
    return LogArchive(tenant_id=tenant_id, dest_no=0, round_id=1, status=status, checkpoint_scn=scn)


def _attested(key: str, value: str | bool, days_ago: int = 10) -> Attestation:
    on = (NOW - days_ago * DAY).date()
    return Attestation(key=key, value=value, by="the DBA", on=on, valid_until=date(2099, 1, 1))


def _tenant(tenant_id: int, kind: str = "USER", *, role: str | None = None, days: float | None = None) -> Tenant:
    return Tenant(
        tenant_id=tenant_id,
        tenant_name=f"t{tenant_id}",
        tenant_type=kind,
        tenant_role=role,
        create_time=None if days is None else NOW - days * DAY,
    )


def _drill(days_ago: int) -> Attestation:
    return _attested("last_restore_drill", (NOW - days_ago * DAY).date().isoformat())


def _restore(days: float, status: str = "SUCCESS", of: str = "shop") -> RestoreJob:
    return RestoreJob(
        job_id=1,
        restore_tenant_name="drill",
        backup_tenant_name=of,
        start_timestamp=NOW - days * DAY,
        finish_timestamp=NOW - days * DAY,
        status=status,
    )


def _binding(value: str, tenant_id: int | None = None, dest_no: int = 0) -> ArchiveBinding:
    return ArchiveBinding(tenant_id=tenant_id, dest_no=dest_no, value=value)


_CONSOLE = _attested("console_backup_enabled", True)
_NO_CONSOLE = _attested("console_backup_enabled", False)
_UNSEEN = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
_POLICY = DeletePolicy(policy_name="default", recovery_window="7d")
_FOR_EVER = DeletePolicy(policy_name="default", recovery_window="0")
_SYS = TenantKind.SYS
CASES = [
    Case("BAK001", [_set(1), _set(40)]),
    Case("BAK001", [_set(7.9)], label="boundary"),
    Case("BAK001", [_set(8), _set(1, "INCOMPLETE")], [("tenant", LOW)]),
    Case("BAK001", [_set(15)], [("tenant", MEDIUM)]),
    Case("BAK001", [_set(31)], [("tenant", HIGH)]),
    Case("BAK001", [_set(1, "INCOMPLETE"), _set(40, "BROKEN")], [("tenant", HIGH)], label="never-a-good-one"),
    Case("BAK001", [_set(1, tenant_id=1002), _set(20, tenant_id=1004), _set(99, tenant_id=1)],
         [("tenant 1004", MEDIUM)], tenant_kind=_SYS, label="seen-from-sys"),
    Case("BAK001", not_assessed=True),
    Case("BAK001", [_NO_CONSOLE], not_assessed=True, label="attested-not"),
    Case("BAK001", [_CONSOLE], label="platform-backs-up"),
    Case("BAK001", [_CONSOLE, _set(60)], label="platform-took-over"),
    Case("BAK001", [_attested("console_backup_enabled", True, 99), _set(60)], [("tenant", HIGH)],
         label="stopped-since"),
    Case("BAK002", [_job(1, "COMPLETED"), _job(2), _job(3)]),
    Case("BAK002", [_job(1), _job(2, "COMPLETED"), _job(3)], [("tenant", LOW)]),
    Case("BAK002", [_job(1), _job(2, "CANCELED"), _job(3)], [("tenant", MEDIUM)], label="cancelled-between"),
    Case("BAK002", [_job(day) for day in range(1, 6)], [("tenant", HIGH)]),
    Case("BAK002", [_job(31)], label="long-ago"),
    Case("BAK002", [_job(1, tenant_id=1), _job(1, tenant_id=1001), _job(1, tenant_id=1002)], [("tenant 1002", LOW)],
         tenant_kind=_SYS, label="seen-from-sys"),
    Case("BAK003", [_running(11.9)]),
    Case("BAK003", [_running(12)], [("tenant", LOW)]),
    Case("BAK003", [_running(24), _running(1)], [("tenant", MEDIUM)]),
    Case("BAK003", [_running(72, 1002)], [("tenant 1002", HIGH)], tenant_kind=_SYS),
    Case("BAK003", label="none-running"),
    Case("BAK004", [_archive(), _archive("STOP")]),
    Case("BAK004", [_archive("INTERRUPTED", 7200)], [("tenant", HIGH)]),
    Case("BAK004", [_archive("INTERRUPTED", tenant_id=1004), _archive(tenant_id=1002)], [("tenant 1004", HIGH)],
         tenant_kind=_SYS, label="seen-from-sys"),
    Case("BAK005", [_archive(lag_s=899)]),
    Case("BAK005", [_archive(lag_s=900)], [("tenant", LOW)]),
    Case("BAK005", [_archive(lag_s=3600)], [("tenant", MEDIUM)]),
    Case("BAK005", [_archive(lag_s=21600)], [("tenant", HIGH)]),
    Case("BAK005", [_archive("INTERRUPTED", 99999), _archive("STOP", 99999)], label="not-at-work"),
    Case("BAK006", [_POLICY, _set(1), _set(99)]),
    Case("BAK006", [_set(1), _set(59)], label="young"),
    Case("BAK006", [_set(1), _set(60)], [("tenant", LOW)]),
    Case("BAK006", [_set(365)], [("tenant", MEDIUM)]),
    Case("BAK006", [_CONSOLE, _set(365)], label="platform-removes"),
    Case("BAK006", [_FOR_EVER, _set(60)], [("tenant", LOW)], label="policy-that-removes-nothing"),
    Case("BAK006", [replace(_FOR_EVER, recovery_window=""), _set(60)], [("tenant", LOW)], label="without-window"),
    Case("BAK006", [_set(1), _set(60, "DELETED"), _set(61, "DELETING")], label="removed-otherwise"),
    Case("BAK007", [_set(1), _archive()]),
    Case("BAK007", [_set(1), _archive("STOP")], [("tenant", HIGH)]),
    Case("BAK007", [_set(1), _archive("SUSPEND")], [("tenant", HIGH)], label="suspended"),
    Case("BAK007", [_set(1, tenant_id=1002), _set(1, tenant_id=1004), _archive(tenant_id=1004)],
         [("tenant 1002", HIGH)], tenant_kind=_SYS, label="never-on"),
    Case("BAK007", [_set(1), _archive("INTERRUPTED")], label="told-elsewhere"),
    Case("BAK007", [_set(31)], label="no-longer-backed-up"),
    Case("BAK008", [_deleted(1), _deleted(2), _deleted(3, "COMPLETED")]),
    Case("BAK008", [_deleted(1), _deleted(2), _deleted(3)], [("tenant 1002", LOW)]),
    Case("BAK008", [_deleted(hour) for hour in range(1, 25)], [("tenant 1002", MEDIUM)]),
    Case("BAK008", [_deleted(400 + hour) for hour in range(24)], label="long-ago"),
    Case("BAK009", [_drill(199)]),
    Case("BAK009", [_drill(200)], [("restore rehearsal", LOW)]),
    Case("BAK009", [_drill(400)], [("restore rehearsal", MEDIUM)]),
    Case("BAK009", not_assessed=True),
    Case("BAK009", [_restore(9), _drill(400)], tenant_kind=_SYS, label="a restore that is newer"),
    Case("BAK009", [_restore(200), _restore(1, "FAILED")], [("restore rehearsal", LOW)], tenant_kind=_SYS,
         label="seen-from-sys"),
    Case("BAK009", [_restore(1, "FAILED")], not_assessed=True, tenant_kind=_SYS, label="only failed ones"),
    Case("BAK009", [_restore(1)], not_assessed=True, label="how the tenant was made"),
    Case("BAK009", [(RestoreJob, _UNSEEN)], not_assessed=True, tenant_kind=_SYS, label="history-unseen"),
    Case("BAK010", [_set(99)]),
    Case("BAK010", [_CONSOLE], label="platform-backs-up"),
    Case("BAK010", [(BackupSet, _UNSEEN), _CONSOLE], label="attested-only"),
    Case("BAK010", [_NO_CONSOLE], [("tenant", HIGH)]),
    Case("BAK010", [(BackupSet, _UNSEEN)], not_assessed=True),
    Case("BAK010", not_assessed=True, label="nothing-known"),
    Case("BAK010", [_tenant(1, "SYS"), _tenant(1001, "META"), _tenant(1002), _tenant(1004), _set(1, tenant_id=1002)],
         [("tenant 1004", HIGH)], tenant_kind=_SYS, label="seen-from-sys"),
    Case("BAK010", [_tenant(1002)], not_assessed=True, tenant_kind=_SYS, label="sys-without-any"),
    Case("BAK010", [(BackupSet, _UNSEEN), _NO_CONSOLE], not_assessed=True, label="unseen-and-none-attested"),
    Case("BAK010", [(Tenant, _UNSEEN), _NO_CONSOLE], not_assessed=True, tenant_kind=_SYS, label="tenants-unseen"),
    Case("BAK010", [(Tenant, _UNSEEN), _NO_CONSOLE], [("tenant", HIGH)], label="own-tenant-unseen"),
    Case("BAK010", [_tenant(1002, role="PRIMARY", days=7.9), _NO_CONSOLE], label="young"),
    Case("BAK010", [_tenant(1002, role="PRIMARY", days=8), _NO_CONSOLE], [("tenant", HIGH)], label="old-enough"),
    Case("BAK010", [_tenant(1002, role="STANDBY", days=99), _NO_CONSOLE], label="standby"),
    Case("BAK010", [_tenant(1002), _tenant(1004, role="STANDBY"), _tenant(1006, role="RESTORE"), _tenant(1008, days=7),
                    _tenant(1010, role="PRIMARY", days=8), _set(1, tenant_id=1002)],
         [("tenant 1010", HIGH)], tenant_kind=_SYS, label="only-primaries-of-some-age"),
    Case("BAK011", [_set(1), _set(2, "COPYING"), _set(91, "BROKEN")]),
    Case("BAK011", [_set(1), _set(2, "BROKEN")], [("tenant", LOW)]),
    Case("BAK011", [_set(1), _set(2, "INCOMPLETE")], [("tenant", LOW)], label="incomplete"),
    Case("BAK011", [_set(day, "BROKEN") for day in range(5)], [("tenant", MEDIUM)]),
    Case("BAK012", [_set(34.9, kind="D"), _set(1, kind="I")]),
    Case("BAK012", [_set(35), _set(1, kind="INC")], [("tenant", LOW)]),
    Case("BAK012", [_set(100), _set(1, "BROKEN")], [("tenant", MEDIUM)], label="newer-one-is-broken"),
    Case("BAK012", [_set(1, kind="INC")], label="full-one-not-listed"),
    Case("BAK013", [_restore(1), _restore(2, "FAILED")], tenant_kind=_SYS),
    Case("BAK013", [_restore(2), _restore(1, "FAILED")], [("restore of shop", LOW)], tenant_kind=_SYS),
    Case("BAK013", [_restore(3), _restore(1, "FAILED"), _restore(2, "FAILED"), _restore(1, of="other")],
         [("restore of shop", MEDIUM)], tenant_kind=_SYS, label="in a row"),
    Case("BAK013", [_restore(401, "FAILED")], tenant_kind=_SYS, label="long-ago"),
    Case("BAK013", [_restore(400, "FAILED")], [("restore of shop", LOW)], tenant_kind=_SYS, label="boundary"),
    Case("BAK014", [_binding("OPTIONAL"), _archive(lag_s=99_999)]),
    Case("BAK014", [_binding("MANDATORY"), _archive("STOP", 99_999)], label="archive is off"),
    Case("BAK014", [_binding("Mandatory", dest_no=1), _archive(lag_s=99_999)], label="another destination"),
    Case("BAK014", [_binding("Mandatory"), _archive(lag_s=60)], [("tenant", LOW)]),
    Case("BAK014", [_binding("MANDATORY"), _archive(lag_s=900)], [("tenant", MEDIUM)]),
    Case("BAK014", [_binding("MANDATORY"), _archive("INTERRUPTED", 3600)], [("tenant", HIGH)], label="interrupted"),
    Case("BAK014", [_binding("MANDATORY", 1002), _archive(tenant_id=1002), _archive(tenant_id=1004)],
         [("tenant 1002", LOW)], tenant_kind=_SYS, label="seen-from-sys"),
]  # fmt: skip
