"""SQL002: one statement that takes most of the tenant's time."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import Actor, Measurement, Observes, Params, Remediation, Rows, Scalar, Unit, check, name_shape, params
from agent.facts.resources import SqlTimeSample, sum_growth
from agent.facts.shape_load import ShapeLoad
from agent.facts.sql import CachedPlan, RepositoryShape, SqlTotal
from checks.sql.loads import list_loads
from checks.sql.pages import SQLSTAT
from checks.sql.ring import text_of


@params
class DominanceParams(Params):
    min_total_elapsed_s: float
    min_executions_count: int


@check(
    code="SQL002",
    name="sql.statement_dominates_time",
    unit=Unit.PCT,
    counted="executions_count",
    actor=Actor.CUSTOMER,
    title="One statement takes most of the database time",
    consequence="If its plan or its data changes, the whole tenant becomes slow.",
    finding="{resource} takes {value} of the time of all statements (limit {limit}): "
    "{executions_count} executions of {average_us} on average.",
    remediation=Remediation(
        advice="Tune this statement first, because it gains most. Check its plan and the index for its conditions, "
        "and ask the application whether every execution is needed or the result can be cached.",
        pre_check="EXPLAIN the statement and compare estimated rows with the rows that it returns.",
        post_check="In GV$OB_SQLSTAT the statement's share of ELAPSED_TIME_TOTAL falls.",
        risk="A changed plan may suit other parameters less: test it with several.",
    ),
    sources=(SQLSTAT,),
)
def statement_dominates_time(
    totals: Rows[SqlTotal] | None,
    history: Rows[RepositoryShape] | None,
    samples: Rows[SqlTimeSample] | None,
    plans: Rows[CachedPlan] | None,
    limits: DominanceParams,
) -> Iterator[Measurement]:
    """If one SQL pattern takes most of the database time, its plan determines the whole tenant: if the plan changes or
    the table grows, everything slows down. Tuning it also gains most."""
    for row in list_loads(None, totals, history):
        all_us = _sum_time(row, totals or (), samples or ())
        if all_us < max(1, limits.min_total_elapsed_s * 1_000_000) or row.executions < limits.min_executions_count:
            continue
        evidence: dict[str, Scalar] = {
            "executions_count": row.executions,
            "average_us": row.average_us,
            "total_us": row.elapsed_us,
            "all_statements_us": all_us,
            "database": row.database,
            "statement": text_of(plans, row.sql_id),
        }
        yield Measurement(name_shape(row.sql_id, row.tenant_id), 100 * row.elapsed_us / all_us, evidence, row.record)


def _sum_time(load: ShapeLoad, totals: Rows[SqlTotal], samples: Rows[SqlTimeSample]) -> int:
    """Return what all statements of the load's tenant took in the load's record, in microseconds; 0 if unknown."""
    if load.record is Observes.REPOSITORY:
        return sum_growth([row for row in samples if row.tenant_id == load.tenant_id])
    mine = [row for row in totals if row.tenant_id == load.tenant_id]
    return next((row.tenant_elapsed_us for row in mine if row.tenant_elapsed_us), sum(row.elapsed_us for row in mine))
