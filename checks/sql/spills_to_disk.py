"""SQL038: statements whose sorts or hash tables do not fit into memory and are written to disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agent.api import (
    Actor,
    KernelCode,
    KernelRun,
    Measurement,
    NotAssessed,
    Observes,
    Params,
    Remediation,
    Rows,
    Scalar,
    Unit,
    check,
    name_shape,
    params,
)
from agent.facts.plans import MOST_WORK_AREAS, WorkArea
from agent.facts.sql import CachedPlan
from checks.sql.pages import WORK_AREA_SHARE, WORK_AREAS
from checks.sql.ring import text_of
from checks.sql.work_areas import count_operators, name_operation


@params
class SpillParams(Params):
    min_spilled_count: int


@check(
    code="SQL038",
    name="sql.spills_to_disk",
    unit=Unit.BYTES,
    actor=Actor.CUSTOMER,
    title="Sorts or hash tables of a statement do not fit into memory",
    consequence="The statement takes many times as long, and slows others down by its disk access.",
    finding="{resource} wrote up to {value} to disk in one execution (limit {limit}), because its {operation} did not "
    "fit into memory: {spilled_count} of {executions_count} executions, {multipass_count} of them in several passes. "
    "{statement}",
    remediation=Remediation(
        advice="First let the statement sort or join fewer and shorter rows: conditions that an index serves, no "
        "columns that nobody reads, an index that returns the rows in the order that is asked for. If it needs them "
        "all, give work areas more of the tenant's memory (ob_sql_work_area_percentage) or the tenant more memory, and "
        "keep such statements from running side by side.",
        no_rollback="What is changed depends on the cause.",
        pre_check="GV$SQL_WORKAREA shows for this SQL_ID the memory that would have been enough "
        "(ESTIMATED_OPTIMAL_SIZE) and what was written (MAX_TEMPSEG_SIZE).",
        post_check="ONEPASS_EXECUTIONS and MULTIPASSES_EXECUTIONS of this SQL_ID stop growing.",
        risk="Memory for work areas is taken from the same tenant as that for rows and plans.",
    ),
    sources=(
        WORK_AREAS,
        WORK_AREA_SHARE,
        KernelCode("src/sql/engine/ob_tenant_sql_memory_manager.cpp", "fill_workarea_stat"),
        KernelRun(
            "4.3.5", "ORDER BY over 400,000 rows of 350 characters, three times: 134,099,948 bytes in one pass each"
        ),
    ),
)
def spills_to_disk(areas: Rows[WorkArea], plans: Rows[CachedPlan], limits: SpillParams) -> Iterator[Measurement]:
    """A sort or a hash join that needs more memory than its share of the tenant's work areas writes its rows to
    temporary files and reads them again, in several passes where even the parts are too large. The statement then takes
    many times as long, and the files take the disk's time from all others. A batch that does it once is no trouble.

    Figures outlive their plan, so only plans that are in the cache count, and only if the last execution wrote, too.
    Where a server keeps as many figures as it can, those of others are gone."""
    if not plans:
        raise NotAssessed("The plan cache shows no statement of the customer.")
    cached = {(plan.tenant_id, plan.sql_id, plan.plan_id) for plan in plans}
    found: defaultdict[tuple[int | None, str], list[WorkArea]] = defaultdict(list)
    for row in areas:
        if (row.tenant_id, row.sql_id, row.plan_id) in cached and row.last_temp_bytes:
            found[row.tenant_id, row.sql_id].append(row)
    for (tenant_id, sql_id), rows in found.items():
        often = [row for row in rows if row.spilled >= limits.min_spilled_count]
        worst = max(often, default=None, key=lambda row: (row.max_temp_bytes, row.operation))
        if worst is not None:
            evidence: dict[str, Scalar] = {
                "operation": name_operation(worst.operation),
                "spilled_count": worst.spilled,
                "executions_count": worst.executions,
                "multipass_count": worst.multipass,
                "optimal_bytes": worst.optimal_bytes,
                "statement": text_of(plans, sql_id),
            }
            yield Measurement(name_shape(sql_id, tenant_id), worst.max_temp_bytes, evidence, Observes.PLAN_CACHE)
    if max(count_operators(areas).values(), default=0) >= MOST_WORK_AREAS:
        raise NotAssessed(
            "A server keeps figures of the last {kept_count} sorts and hash tables only, so those of others are gone.",
            kept_count=MOST_WORK_AREAS,
        )
