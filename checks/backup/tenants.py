"""Functions of the checks on backups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from agent.api import is_meta, tenant_name
from agent.facts.given import Attestation

DAY = timedelta(days=1)
# Folders of the documentation.
MANUAL = "600.manage/600.backup-and-recovery"
ERRORS = "700.reference/900.error-code/600.error-code-of-mysql-mode"
VIEWS = "700.reference/700.system-views/400.system-view-of-mysql-mode/200.dictionary-view-of-mysql-mode"


class Owned(Protocol):
    """A row with its tenant; None if a tenant sees only its own rows."""

    @property
    def tenant_id(self) -> int | None:
        """The tenant's number; None from inside a tenant."""


class Ended(Owned, Protocol):
    """A job that has ended."""

    @property
    def start_timestamp(self) -> datetime:
        """When the job began."""

    @property
    def status(self) -> str:
        """How it ended, as the server spells it."""


O = TypeVar("O", bound=Owned)  # noqa: E741
E = TypeVar("E", bound=Ended)


def by_tenant(rows: Iterable[O]) -> dict[str, list[O]]:
    """Return the rows of each business tenant by its stable name.

    Rows of sys are left out: what sys starts for all is listed for each tenant, too.
    """
    tenants: dict[str, list[O]] = {}
    for row in rows:
        if row.tenant_id != 1 and not is_meta(row.tenant_id):
            tenants.setdefault(tenant_name(row.tenant_id), []).append(row)
    return dict(sorted(tenants.items()))


def failed_since_success(jobs: Iterable[E], since: datetime) -> list[E]:
    """Return the failed jobs after the last completed one, newest first, not older than ``since``, not cancelled."""
    failed: list[E] = []
    for job in sorted(jobs, key=lambda job: job.start_timestamp, reverse=True):
        if job.status == "COMPLETED" or job.start_timestamp < since:
            break
        if job.status == "FAILED":
            failed.append(job)
    return failed


def console_backup(attestations: Iterable[Attestation]) -> Attestation | None:
    """Return the attestation of backups that the platform makes outside SQL, or None."""
    return next((item for item in attestations if item.key == "console_backup_enabled"), None)
