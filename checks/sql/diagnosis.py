"""What the checks on plans and conditions share: which statements are worth asking about, and what a finding says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from agent.api import NotAssessed, Scalar, Unjudged, name_shape
from agent.facts.plan_tree import Access, Plan
from agent.facts.workload import WorkloadFacts, WorkStatement, read_workload
from checks.sql.loads import list_doubtful, list_frequent

_TEXT_CHARS = 400


def list_slow(facts: WorkloadFacts, min_executions: int, min_average_ms: int) -> list[WorkStatement]:
    """Return the statements that some record shows often and slow enough, the dearest first.

    One that may be slow, for nobody counted its executions, is among them without its plans: whatever its plan shows,
    it is not known to be slow. Raises NotAssessed if no record holds a statement.
    """
    workload = read_workload(facts)
    if not workload:
        raise NotAssessed(
            "Neither the SQL audit, the plan cache nor the WR holds a business statement.",
            "Assess again after a day of business with the SQL audit and the WR switched on.",
        )
    found = []
    for statement in workload:
        loads = list(statement.loads)
        if any(True for _ in list_frequent(loads, min_executions, min_average_ms)):
            found.append(statement)
        elif any(True for _ in list_doubtful(loads, min_executions, min_average_ms)):
            found.append(dataclasses.replace(statement, plans=()))
    return found


def list_repeated(facts: WorkloadFacts, min_executions: int) -> list[WorkStatement]:
    """Return the statements that some record shows often enough, however quick they are, the dearest first.

    Raises NotAssessed if no record holds a statement.
    """
    return list_slow(facts, min_executions, 0)


def list_unread(statements: list[WorkStatement]) -> Iterator[Unjudged]:
    """Yield the statements without a text that parses, or without a plan: nothing can be said of them."""
    for statement in statements:
        if statement.questions is None or not statement.plans:
            yield Unjudged(name_statement(statement))


def name_statement(statement: WorkStatement) -> str:
    """Return the stable name of a statement as a resource."""
    return name_shape(statement.sql_id, statement.tenant_id)


def list_evidence(statement: WorkStatement, access: Access | None = None) -> dict[str, Scalar]:
    """Return what every finding on a statement says: load, table and way of access, and the masked text."""
    evidence: dict[str, Scalar] = {
        "database": statement.load.database,
        "executions_count": statement.load.executions,
        "average_us": statement.load.average_us,
        "statement": (statement.text or "")[:_TEXT_CHARS] or None,
    }
    if access is not None:
        evidence |= {"table": f"{access.owner}.{access.table}", "index": access.index or "PRIMARY"}
    return evidence


def find_plan(statement: WorkStatement) -> Plan | None:
    """Return the plan that goes through the most rows in all its executions: the one to mend."""
    return max(statement.plans, key=lambda plan: _count_rows(plan) * _count_executions(statement, plan), default=None)


def _count_executions(statement: WorkStatement, plan: Plan) -> int:
    return statement.executions.get(plan.plan_hash) or 1


def _count_rows(plan: Plan) -> int:
    return sum(count_rows(access) for access in plan.accesses)


def count_rows(access: Access) -> int:
    """Rows that a scan goes through in one execution: what the optimizer expected, or what the scan returned.

    Where a LIMIT ends the scan, it expects to return fewer rows than its conditions keep, and goes less far.
    """
    expected = access.range_rows or 0
    if access.rows_kept and access.rows_estimated < access.rows_kept and access.rows_real >= access.rows_estimated:
        expected = expected * access.rows_estimated // access.rows_kept
    return max(expected, access.rows_real)
