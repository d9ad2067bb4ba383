"""Says of each statement how well the twin stands for the tenant: whether it chooses the plan that the tenant has.

The candidates for indexes stand on the twin already and are hidden, so that its plans are those without them.
A plan that the twin does not choose is forced by the outline that the tenant keeps of it, so that it can be costed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from agent.facts.plan_tree import Access, Plan
from agent.facts.workload import WorkStatement
from agent.model.labels import N_
from agent.support.errors import KernelError
from agent.twin.candidates import list_hidden
from agent.twin.hints import fill_places, force_plan, hide_indexes
from agent.twin.literals import Surroundings, choose_literals
from agent.twin.matched import Match, Matched
from agent.twin.material import Material, choose_plan
from agent.twin.plan_shape import Likeness, PlanShape, compare_shapes, read_cached
from agent.twin.twin import ShowProgress, Twin, TwinRefused

COMPARING = N_("statements compared")
_CLOSE = 1.3
_ORDER = (Likeness.SAME, Likeness.OPERATORS, Likeness.JOINS, Likeness.ACCESS)  # the most alike first


def match_statements(
    twin: Twin, material: Material, progress: ShowProgress = lambda what, done, total: None
) -> tuple[Matched, ...]:
    """Explain every statement on the twin and compare its plan with the tenant's. A kernel that dies ends no run."""
    found: list[Matched] = []
    dead = ""
    for done, statement in enumerate(material.statements):
        progress(COMPARING, done, len(material.statements))
        plan = choose_plan(statement)
        try:
            found.append(_refuse(statement, plan, material, dead) if dead else _match(twin, material, statement, plan))
        except TwinRefused as refused:
            found.append(_refuse(statement, plan, material, refused.reason))
        except KernelError as error:
            dead = error.text.msgid
            found.append(_refuse(statement, plan, material, dead))
    progress(COMPARING, len(material.statements), len(material.statements))
    return tuple(found)


def count_matches(matched: Sequence[Matched]) -> Counter[Match]:
    """Count the statements by how their plans match."""
    return Counter(one.match for one in matched)


def _refuse(statement: WorkStatement, plan: Plan | None, material: Material, reason: str) -> Matched:
    return Matched(
        statement=statement,
        database=statement.load.database or "",
        match=Match.REFUSED,
        cause=reason,
        tables=material.find_aliases(plan),
        off=measure_misestimate(plan),
    )


def _match(twin: Twin, material: Material, statement: WorkStatement, plan: Plan | None) -> Matched:
    owners = {access.table.lower(): access.owner for access in plan.accesses} if plan else {}
    around = Surroundings(material, twin.bounds, owners)
    known = Matched(
        statement=statement,
        database=statement.load.database or next(iter(owners.values()), ""),
        match=Match.NOT_PARSED,
        tables=material.find_aliases(plan),
        off=measure_misestimate(plan),
    )
    if statement.text is None:
        return replace(known, match=Match.NOT_IN_CACHE)
    literals = choose_literals(statement, plan, around)
    if literals is None:
        return known
    if plan is None:
        return replace(known, match=Match.NOT_IN_CACHE)
    tenant = read_cached(plan)
    sql, base = _explain_like(twin, known, plan, around, literals)
    outline = statement.outlines.get(plan.plan_hash, "")
    found = replace(known, match=Match.SAME, sql=sql, base=base, tenant=tenant, outline=outline)
    likeness = compare_shapes(base, tenant)
    if likeness is Likeness.SAME:
        return found
    forced = _force(twin, sql, outline, known.database)
    if forced is not None and compare_shapes(forced, tenant) is Likeness.SAME:
        return replace(found, match=Match.FORCED, cause=likeness.value, base=forced)
    return replace(found, match=Match.OTHER, cause=likeness.value)


def _explain_like(
    twin: Twin, known: Matched, plan: Plan, around: Surroundings, literals: Sequence[str]
) -> tuple[str, PlanShape]:
    """Return text and plan with these values, or with corrected ones if the plan is more like the tenant's by them."""
    statement, tenant = known.statement, read_cached(plan)
    assert statement.text is not None
    sql = fill_places(statement.text, literals)
    base = _explain_plain(twin, known, sql)
    factors = _find_factors(base, plan) if base.operators != tenant.operators else {}
    corrected = choose_literals(statement, plan, around, factors) if factors else None
    if corrected is None or tuple(corrected) == tuple(literals):
        return sql, base
    again = fill_places(statement.text, corrected)
    other = _explain_plain(twin, known, again)
    better = _ORDER.index(compare_shapes(other, tenant)) < _ORDER.index(compare_shapes(base, tenant))
    return (again, other) if better else (sql, base)


def _explain_plain(twin: Twin, known: Matched, sql: str) -> PlanShape:
    """Explain a statement as if the tables had no candidates: these stand on the twin already, and are hidden."""
    return twin.explain(hide_indexes(sql, list_hidden(known.tables, twin.candidates)), known.database)


def _force(twin: Twin, sql: str, outline: str, database: str) -> PlanShape | None:
    if not outline:
        return None
    try:
        return twin.explain(force_plan(sql, outline), database)
    except TwinRefused:
        return None


def _find_factors(base: PlanShape, plan: Plan) -> dict[str, float]:
    """Return by how much the twin's estimate of a scan is too small or too large, where it is not near the tenant's."""
    own = base.list_scans()
    factors = {}
    for access in plan.accesses:
        wanted, found = max(access.rows_estimated, 1), max(own.get(access.alias, 0), 1)
        if access.alias in own and not 1 / _CLOSE < wanted / found < _CLOSE:
            factors[access.alias] = wanted / found
    return factors


def measure_misestimate(plan: Plan | None) -> float | None:
    """Return the largest factor between estimated and measured rows of the plan's scans; None if nothing was measured.

    The inner side of a nested loop is estimated for one pass and measured for all. A scan that sums its rows up itself
    returns one (COUNT, SUM and MAX are pushed down into it), and no measure tells how many it found.
    """
    factors = []
    for access in plan.accesses if plan else ():
        if access.rows_real > 0 and plan and not _is_inner(plan, access) and not _is_summed(plan, access):
            one, other = max(access.rows_estimated, 1), access.rows_real
            factors.append(max(one / other, other / one))
    return max(factors, default=None)


def _is_summed(plan: Plan, access: Access) -> bool:
    """Whether all rows of a scan become one, in the operator right above it or in the scan itself."""
    above = [step for step in plan.steps[: plan.steps.index(access.step)] if step.depth < access.step.depth]
    return bool(above) and above[-1].depth == access.step.depth - 1 and "SCALAR GROUP BY" in above[-1].operator


def _is_inner(plan: Plan, access: Access) -> bool:
    """Whether a scan is made again for each row of what stands before it in the plan."""
    found = plan.find_join(access)
    return (
        found is not None
        and "NESTED-LOOP" in found[0].operator
        and plan.steps.index(found[1]) < plan.steps.index(access.step)
    )
