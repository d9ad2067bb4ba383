"""What lies below the joins of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from agent.facts.conditions import Asks
from agent.facts.plan_tree import Access, Plan
from agent.facts.plans import PlanStep
from agent.facts.workload import WorkStatement

# What lies below them, but for the first input, runs anew for each row of that: its rows are those of all runs.
_REPEATING = ("NESTED-LOOP", "SUBPLAN FILTER")
_PRODUCTS = frozenset({"NESTED-LOOP JOIN CARTESIAN", "NESTED-LOOP OUTER JOIN CARTESIAN"})


def list_below(plan: Plan, top: PlanStep) -> Iterator[PlanStep]:
    """Yield an operator and all below it, from top to bottom."""
    yield top
    yield from takewhile(lambda step: step.depth > top.depth, plan.steps[plan.steps.index(top) + 1 :])


def is_measured(plan: Plan) -> bool:
    """Whether the view has what the first execution measured."""
    return any(step.real_us or step.rows_real for step in plan.steps)


def list_chosen(plan: Plan) -> list[Access]:
    """Return the scans that run once, where the optimizer had a choice: a join, or lookups from an index."""
    parents = [step for step in plan.steps if step.operator.startswith(_REPEATING)]
    inner = [child for parent in parents for child in plan.list_children(parent)[1:]]
    repeated = {step.id for child in inner for step in list_below(plan, child)}
    joins = len(plan.accesses) > 1
    return [a for a in plan.accesses if a.step.id not in repeated and (joins or a.back_rows)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A join of each row with each that the plan shows: rows of the first side and of the result, tables of both.

    ``measured``: they came in the first execution. Otherwise nothing was measured, and the optimizer expects them.
    ``is_list`` where one side has so few rows of so small a table that it may be a list that was meant.
    """

    measured: bool
    is_list: bool
    first_rows: int
    rows: int
    first: frozenset[str]
    second: frozenset[str]


def list_products(plan: Plan, min_side_count: int, min_table_count: int) -> Iterator[Product]:
    """Yield the joins of each row with each where both sides have more than a row. A side of many rows, or of some rows
    of a large table, is no list.

    The second side is run for each row of the first, so its own rows are those of all its runs.
    """
    measured = is_measured(plan)
    for step in (step for step in plan.steps if step.operator.strip() in _PRODUCTS):
        match plan.list_children(step):
            case [upper, lower]:
                came, rows = (each.rows_real if measured else each.rows_estimated for each in (upper, step))
                below = [_list_accesses(plan, upper), _list_accesses(plan, lower)]
                large = [any(a.table_rows and a.table_rows >= min_table_count for a in side) for side in below]
                counts = (came, rows // max(came, 1))
                if min(counts) > 1:
                    first, second = (frozenset(access.table.lower() for access in side) for side in below)
                    is_list = any(n < min_side_count and not big for n, big in zip(counts, large, strict=True))
                    yield Product(
                        measured=measured, is_list=is_list, first_rows=came, rows=rows, first=first, second=second
                    )


def _list_accesses(plan: Plan, top: PlanStep) -> list[Access]:
    below = {step.id for step in list_below(plan, top)}
    return [access for access in plan.accesses if access.step.id in below]


def folds_apart(statement: WorkStatement, product: Product) -> bool:
    """Whether the pairs are folded again by columns of one side, and no expression needs a column of each.

    Then each figure can be had without the other side, and the pairs are made for nothing: nobody means that.
    """
    first, second = product.first, product.second
    if not product.measured or first & second:
        return False
    for question in statement.asked:
        tables = {table.lower() for table in question.tables}
        if question.folded and question.joins_everything and first and second and first | second <= tables:
            sets = (question.folded.keys, *question.folded.combined)
            return not any(found & first and found & second for found in sets)
    return False


def is_unjoined(statement: WorkStatement, product: Product) -> bool | None:
    """Whether the statement has no condition between the tables of both sides; None if that cannot be told."""
    for condition in (condition for question in statement.asked for condition in question.conditions):
        if condition.asks is Asks.JOINED and condition.other:
            own, other = condition.table.lower(), condition.other[0].lower()
            if (own in product.first and other in product.second) or (own in product.second and other in product.first):
                return False
    asked = [{table.lower() for table in question.tables} for question in statement.asked if question.joins_everything]
    named = product.first and product.second and any(product.first | product.second <= tables for tables in asked)
    return True if named and product.measured else None
