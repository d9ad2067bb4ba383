"""BAK006: backups that nothing removes."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, DocPage, Measurement, Remediation, Rows, Unit, check
from agent.facts.backup import BackupSet, DeletePolicy
from agent.facts.given import Attestation, Clock
from checks.backup.tenants import DAY, MANUAL, VIEWS, by_tenant, console_backup


@check(
    code="BAK006",
    name="backup.no_retention_policy",
    unit=Unit.DAYS,
    actor=Actor.BOTH,
    title="No policy removes old backups",
    consequence="One day the destination is full, and backups and log archiving stop.",
    finding="{resource} has no backup cleanup policy: {sets_count} backups exist, the oldest is {value} old (limit "
    "{limit}).",
    remediation=Remediation(
        advice="Set a recovery window that meets the requirements of the business and the law. Backups needed for a "
        "restore within the window are kept.",
        sql=("ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW <window>{of_tenant};",),
        rollback=("ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'{of_tenant};",),
        pre_check="Find out how far back a restore must be possible, and put that in place of <window>, as quoted "
        "days. Check whether OCP or a script already removes backups. First drop a policy whose RECOVERY_WINDOW is "
        "empty or 0.",
        post_check="DBA_OB_BACKUP_DELETE_POLICY shows the policy, and DBA_OB_BACKUP_DELETE_JOB_HISTORY a COMPLETED "
        "job an hour later.",
        risk="Backups older than the window are deleted within an hour: dropping the policy does not bring them back.",
    ),
    sources=(
        DocPage(f"{MANUAL}/500.clear-backup-data/100.cleaning-up-backed-up-data-automatically.md"),
        DocPage(f"{VIEWS}/6600.o-dba_ob_backup_delete_policy-of-mysql-mode.md"),
    ),
)
def no_retention_policy(
    sets: Rows[BackupSet], policies: Rows[DeletePolicy], attestations: Rows[Attestation], clock: Rows[Clock]
) -> Iterator[Measurement]:
    """Without a policy, backups and archived log grow until the destination is full; then new backups fail and
    archiving is interrupted. Cleaning up by hand easily deletes the full backup that later backups depend on."""
    attested, governed = console_backup(attestations), by_tenant(policy for policy in policies if policy.removes)
    if attested and attested.value is True:
        return  # the platform keeps and removes what it makes
    for name, rows in by_tenant(row for row in sets if row.is_kept).items():
        if name not in governed:
            oldest = min(row.start_timestamp for row in rows)
            yield Measurement(name, (clock[0].as_of - oldest) / DAY, {"sets_count": len(rows)})
