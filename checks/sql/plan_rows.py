"""Rows that a statement goes through by its plan: SQLSTAT and the repository leave out what a scan reads by block."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from agent.api import Observes, Rows
from agent.facts.plan_tree import read_plans
from agent.facts.plans import PlanStep
from agent.facts.shape_load import ShapeLoad
from checks.sql.diagnosis import count_rows


def add_planned_rows(loads: Iterable[ShapeLoad], steps: Rows[PlanStep] | None) -> list[ShapeLoad]:
    """Return the loads, each with the rows that its plan goes through where its record has fewer.

    The audit ring counts rows itself. Of several cached plans the one counts that goes through the fewest.
    """
    planned = {
        sql_id: min(sum(map(count_rows, plan.accesses)) for plan in plans)
        for sql_id, plans in read_plans(steps or ()).items()
    }
    return [
        dataclasses.replace(load, rows_read=max(load.rows_read or 0, planned[load.sql_id] * load.executions))
        if load.record is not Observes.AUDIT_RING and load.sql_id in planned
        else load
        for load in loads
    ]
