"""Brings together what is known of each statement that a finding is about: text, load, sender, plans, a trace. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from agent.facts import Observes
from agent.facts.lexed_sql import MASKED
from agent.facts.plan_tree import Access, Plan, read_plans
from agent.facts.plans import PlanStep
from agent.facts.shape_load import LONGEST_FIRST, ShapeLoad, collect_loads
from agent.facts.sql import CachedPlan, RepositoryShape, RepositoryText, SqlShape, SqlTotal
from agent.facts.statement_texts import collect_texts
from agent.facts.time_split import split_time
from agent.model.naming import name_shape
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.statement import StatementFacts, StatementPlan, TableAccess
from agent.model.terms import Category, Text

_MOST = 200
EXAMPLE = "sql_id"  # the evidence that names a statement, where the finding is about an error code or a tenant
_MOST_PLANS = 3
_EVICTED = Text(
    "Its plan had left the plan cache when the assessment read it, and texts of the workload repository, which hold "
    "literals, are read only where the authorization grants full SQL text."
)
_GONE = Text(
    "Its plan had left the plan cache when the assessment read it, and no other record of texts could be read."
)
_NOWHERE = Text("Neither the plan cache nor the workload repository held its text when the assessment read them.")
_UNREADABLE = Text("Its text could not be parsed, so its literals could not be masked, and it was not kept.")


def describe_statements(results: Iterable[CheckResult], snapshot: Snapshot) -> tuple[StatementFacts, ...]:
    """Return each statement that a finding is about or names as an example, the dearest first."""
    told = [
        found
        for result in results
        if result.category is Category.SQL
        for finding in result.findings
        for found in (finding, *(sign.finding for sign in finding.signs))
    ]
    wanted = {found.resource for found in told}
    examples = {found.evidence[EXAMPLE] for found in told if found.evidence.get(EXAMPLE)}
    if not wanted:
        return ()
    plans, kept = snapshot.list_rows(CachedPlan), snapshot.list_rows(RepositoryText)
    texts, trees = collect_texts(plans, kept), read_plans(snapshot.list_rows(PlanStep))
    by_name: defaultdict[str, list[ShapeLoad]] = defaultdict(list)
    for load in collect_loads(
        snapshot.list_rows(SqlShape), snapshot.list_rows(SqlTotal), snapshot.list_rows(RepositoryShape), plans
    ):
        resource = str(name_shape(load.sql_id, load.tenant_id))
        if resource in wanted or load.sql_id in examples:
            by_name[resource].append(load)
    found = [
        _describe(resource, loads, texts.get(loads[0].sql_id, ""), trees.get(loads[0].sql_id, ()), snapshot)
        for resource, loads in by_name.items()
    ]
    return tuple(sorted(found, key=lambda told: (-told.total_us, told.resource))[:_MOST])


def _describe(
    resource: str, loads: Sequence[ShapeLoad], text: str, plans: Sequence[Plan], snapshot: Snapshot
) -> StatementFacts:
    load = min(loads, key=lambda load: (LONGEST_FIRST.index(load.record), -load.elapsed_us))
    ring = next((other for other in loads if other.record is Observes.AUDIT_RING), None)
    return StatementFacts(
        resource=resource,
        sql_id=load.sql_id,
        text=text,
        no_text=None if text else _explain_no_text(load.sql_id, snapshot),
        record=load.record.value,
        database=load.database or (ring.database if ring else None),
        executions=load.executions,
        average_us=load.average_us,
        total_us=load.elapsed_us,
        user=ring.user if ring else None,
        users=ring.users if ring else None,
        longest_us=ring.longest_us if ring else None,
        first=_read_moment(ring.first_us) if ring else None,
        last=_read_moment(ring.last_us) if ring else None,
        trace_id=ring.trace_id if ring else None,
        plans=tuple(map(_describe_plan, plans[:_MOST_PLANS])),
        times=split_time(loads),
    )


def _read_moment(microseconds: int | None) -> datetime | None:
    return None if not microseconds else datetime.fromtimestamp(microseconds // 1_000_000, UTC)


def _describe_plan(plan: Plan) -> StatementPlan:
    return StatementPlan(str(plan.plan_hash), tuple(map(_describe_access, plan.accesses)))


def _describe_access(access: Access) -> TableAccess:
    rows = max(access.range_rows or 0, access.rows_real) or None
    return TableAccess(f"{access.owner}.{access.table}", access.step.operator.strip(), access.index, rows)


def _explain_no_text(sql_id: str, snapshot: Snapshot) -> Text:
    """Say why nobody knows a statement's text: not granted, not kept any more, or not to be masked."""
    plans = snapshot.facts.get(CachedPlan)
    if isinstance(plans, Unavailable):
        return plans.reason
    kept: Sequence[CachedPlan | RepositoryText] = (
        *snapshot.list_rows(CachedPlan),
        *snapshot.list_rows(RepositoryText),
    )
    if any(row.sql_id == sql_id and row.statement == MASKED for row in kept):
        return _UNREADABLE
    texts = snapshot.list_rows(RepositoryText)
    if not texts:
        return _GONE
    return _NOWHERE if any(row.statement is not None for row in texts) else _EVICTED
