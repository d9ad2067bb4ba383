"""Backups and the archive of the log: a tenant's own, or everybody's for sys. Never a path or a password."""

from __future__ import annotations

from datetime import datetime

from agent.facts import source
from agent.model.terms import DataClass


@source(
    "oceanbase.DBA_OB_BACKUP_JOB_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_BACKUP_JOB_HISTORY",
    order_by="START_TIMESTAMP DESC, JOB_ID DESC",
)
class BackupJob:
    """One backup job that has ended: COMPLETED, FAILED or CANCELED; ``result`` is the error number."""

    tenant_id: int | None = None
    job_id: int
    start_timestamp: datetime
    status: str
    result: int


@source(
    "oceanbase.DBA_OB_BACKUP_JOBS",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_BACKUP_JOBS",
    order_by="START_TIMESTAMP, JOB_ID",
)
class RunningBackup:
    """One backup job at work."""

    tenant_id: int | None = None
    job_id: int
    start_timestamp: datetime
    status: str


@source(
    "oceanbase.DBA_OB_BACKUP_SET_FILES",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_BACKUP_SET_FILES",
    order_by="START_TIMESTAMP DESC, BACKUP_SET_ID DESC",
)
class BackupSet:
    """One backup set: full (D, FULL) or incremental (I, INC); ``file_status`` is AVAILABLE when it is good.

    Sets that were removed stay listed as DELETED.
    """

    tenant_id: int | None = None
    backup_set_id: int
    backup_type: str
    start_timestamp: datetime
    end_timestamp: datetime | None
    file_status: str

    @property
    def is_full(self) -> bool:
        """Whether the set holds all data; the views name the kind by D or FULL."""
        return self.backup_type.upper().startswith(("D", "F"))

    @property
    def is_kept(self) -> bool:
        """Whether the set is still there."""
        return self.file_status not in ("DELETING", "DELETED")


@source(
    "oceanbase.DBA_OB_ARCHIVELOG",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_ARCHIVELOG",
    order_by="DEST_NO, ROUND_ID",
)
class LogArchive:
    """Where the archive of one destination stands; ``checkpoint_scn`` in nanoseconds since 1970."""

    tenant_id: int | None = None
    dest_no: int
    round_id: int
    status: str
    checkpoint_scn: int


@source(
    "oceanbase.DBA_OB_ARCHIVE_DEST",
    DataClass.SETTINGS,
    sys_view="oceanbase.CDB_OB_ARCHIVE_DEST",
    where="NAME = 'binding'",
    order_by="DEST_NO",
)
class ArchiveBinding:
    """What goes first at one destination of the archive: writes (OPTIONAL) or the archive (MANDATORY)."""

    tenant_id: int | None = None
    dest_no: int
    value: str

    @property
    def holds_writes(self) -> bool:
        """Whether log that is not archived yet is never recycled, even if writes have to stop for it."""
        return self.value.upper() == "MANDATORY"


@source(
    "oceanbase.DBA_OB_RESTORE_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_RESTORE_HISTORY",
    sys_where="TENANT_ID = 1",
    order_by="START_TIMESTAMP DESC, JOB_ID DESC",
)
class RestoreJob:
    """One restore into a tenant of this cluster that has ended: SUCCESS or FAILED.

    sys sees all. A tenant sees how it was made itself, in a copy that is left out for sys.
    """

    job_id: int
    restore_tenant_name: str
    backup_tenant_name: str
    start_timestamp: datetime | None
    finish_timestamp: datetime | None
    status: str


@source("oceanbase.DBA_OB_BACKUP_DELETE_POLICY", DataClass.SETTINGS, sys_view="oceanbase.CDB_OB_BACKUP_DELETE_POLICY")
class DeletePolicy:
    """How long backups are kept; a ``recovery_window`` that is empty or 0 keeps them for ever."""

    tenant_id: int | None = None
    policy_name: str
    recovery_window: str

    @property
    def removes(self) -> bool:
        """Whether the policy ever deletes a backup."""
        return any(digit in self.recovery_window for digit in "123456789")


@source(
    "oceanbase.DBA_OB_BACKUP_DELETE_JOB_HISTORY",
    DataClass.STATISTICS,
    sys_view="oceanbase.CDB_OB_BACKUP_DELETE_JOB_HISTORY",
    order_by="START_TIMESTAMP DESC, JOB_ID DESC",
)
class DeleteJob:
    """One ended job that removed backups: COMPLETED, FAILED or CANCELED; ``result`` is the error number."""

    tenant_id: int | None = None
    job_id: int
    start_timestamp: datetime
    status: str
    result: int
