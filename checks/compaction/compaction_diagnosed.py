"""CMP005: what the server itself says holds compactions up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent.api import Actor, Effort, Measurement, Params, Remediation, Rows, Scalar, Unit, check, params
from agent.facts.given import Clock
from agent.facts.maintenance import CompactionDiagnosis
from checks.compaction.tenants import DIAGNOSE_PAGE

# The others (RUNNING, RS_UNCOMPACTED, FINISH, WARN, SPECIAL) report work under way or count what these rows name.
TROUBLED = ("FAILED", "NOT_SCHEDULE")


@params
class DiagnosisParams(Params):
    window_hours: int


@check(
    code="CMP005",
    name="compaction.compaction_diagnosed",
    unit=Unit.COUNT,
    actor=Actor.PLATFORM,
    title="Compactions fail or do not start",
    consequence="Writes may be slowed down, and disk space is not released.",
    finding="{resource}: {value} compactions failed or were not scheduled (limit {limit}), {failed_count} of them "
    "failed; the latest at {latest}.",
    remediation=Remediation(
        advice="Check DIAGNOSE_INFO: it gives the cause for each tablet, such as missing memory or disk, a long "
        "transaction, or a log stream that lags. Remove the cause; the compaction is retried automatically.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_COMPACTION_DIAGNOSE_INFO WHERE STATUS IN ('FAILED', 'NOT_SCHEDULE')"
            " ORDER BY CREATE_TIME DESC LIMIT 50;",
        ),
        no_rollback="The statement only reads; no rollback is needed.",
        pre_check="Query again after some minutes: only rows that remain need attention.",
        post_check="The rows have disappeared.",
        risk="Reading has no risk.",
        effort=Effort.OPERATION,
    ),
    sources=(DIAGNOSE_PAGE,),
)
def compaction_diagnosed(
    diagnoses: Rows[CompactionDiagnosis], clock: Rows[Clock], limits: DiagnosisParams
) -> Iterator[Measurement]:
    """OceanBase records compactions that could not start or finish. If minor compactions fail, the memstore is not
    released and writes are throttled; if major compactions fail, old versions keep their disk space."""
    oldest = clock[0].as_of - timedelta(hours=limits.window_hours)
    troubled = [row for row in diagnoses if row.status in TROUBLED and row.newest >= oldest]
    for kind in sorted({row.type for row in troubled}):
        here = [row for row in troubled if row.type == kind]
        failed = sum(row.tablets for row in here if row.status == TROUBLED[0])
        evidence: dict[str, Scalar] = {"failed_count": failed, "latest": max(row.newest for row in here)}
        yield Measurement(kind, sum(row.tablets for row in here), evidence)
