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
    title="The server reports compactions that fail or do not start",
    finding="{resource}: the server names {value} compactions that failed or were not started (limit {limit}), "
    "{failed_count} of them failed; latest at {latest}.",
    remediation=Remediation(
        advice="Read DIAGNOSE_INFO: it names the cause for each tablet, such as missing memory or disk, a long "
        "transaction, or a log stream that is behind. Remove the cause; the server tries again by itself.",
        sql=(
            "SELECT * FROM oceanbase.GV$OB_COMPACTION_DIAGNOSE_INFO WHERE STATUS IN ('FAILED', 'NOT_SCHEDULE')"
            " ORDER BY CREATE_TIME DESC LIMIT 50;",
        ),
        no_rollback="The statement only reads.",
        pre_check="Query again after some minutes: rows that stay are the ones that matter.",
        post_check="The rows are gone.",
        risk="None by reading.",
        effort=Effort.OPERATION,
    ),
    sources=(DIAGNOSE_PAGE,),
)
def compaction_diagnosed(
    diagnoses: Rows[CompactionDiagnosis], clock: Rows[Clock], limits: DiagnosisParams
) -> Iterator[Measurement]:
    """The server keeps a list of compactions that it could not start or finish. Minor ones that fail stop the memstore
    from being emptied, which throttles writes; major ones keep old versions on disk."""
    oldest = clock[0].as_of - timedelta(hours=limits.window_hours)
    troubled = [row for row in diagnoses if row.status in TROUBLED and row.newest >= oldest]
    for kind in sorted({row.type for row in troubled}):
        here = [row for row in troubled if row.type == kind]
        failed = sum(row.tablets for row in here if row.status == TROUBLED[0])
        evidence: dict[str, Scalar] = {"failed_count": failed, "latest": max(row.newest for row in here)}
        yield Measurement(kind, sum(row.tablets for row in here), evidence)
