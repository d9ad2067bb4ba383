"""Brings plans into one shape, those of the tenant's cache and those that EXPLAIN prints, and compares them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agent.facts.plan_tree import Plan

_BRANCHES = " │├└─"
_DEPTH_CHARS = 2
_INDEX = re.compile(r"(?P<alias>.+?)\((?P<index>.+?)(?:,Reverse)?\)", re.DOTALL)
_REVERSE = "Reverse"


class Likeness(StrEnum):
    """How one plan is another one."""

    SAME = "same"
    ACCESS = "access"  # a table is read by another index, or in another way
    JOINS = "joins"  # the same accesses, joined in another order or by another method
    OPERATORS = "operators"  # the same accesses and joins among other operators


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: its level, its name, what it reads. Estimates do not make it another one."""

    depth: int
    name: str
    target: str
    rows: int = field(default=0, compare=False)
    cost: int = field(default=0, compare=False)

    @property
    def index(self) -> tuple[str, str] | None:
        """Alias and index of a scan by an index; None for any other operator."""
        found = _INDEX.fullmatch(self.target) if "SCAN" in self.name or "GET" in self.name else None
        return (found["alias"], found["index"]) if found and found["index"] != _REVERSE else None


@dataclass(frozen=True, slots=True)
class PlanShape:
    """The operators of a plan from top to bottom."""

    operators: tuple[Operator, ...]

    @property
    def cost(self) -> int:
        """The optimizer's estimate for the whole plan, in its microseconds; at least 1."""
        return max(self.operators[0].cost, 1) if self.operators else 1

    @property
    def indexes(self) -> frozenset[str]:
        """The names of the indexes that it reads."""
        return frozenset(operator.index[1] for operator in self.operators if operator.index)

    @property
    def accesses(self) -> tuple[tuple[str, str], ...]:
        """How each table is read: operator and target, in their order by name."""
        return tuple(sorted((one.name, one.target) for one in self.operators if _is_access(one)))

    def list_scans(self) -> dict[str, int]:
        """Return the estimated rows of each scan by its alias in lower case; of a table that is scanned twice none."""
        found: dict[str, list[int]] = {}
        for operator in self.operators:
            if _is_access(operator):
                alias = operator.target.partition("(")[0].lower()
                found.setdefault(alias, []).append(operator.rows)
        return {alias: rows[0] for alias, rows in found.items() if len(rows) == 1}

    def write(self) -> str:
        """Return the plan as a tree in plain text, an operator a line."""
        return "\n".join(f"{'  ' * one.depth}{one.name} {one.target}".rstrip() for one in self.operators)


def _is_access(operator: Operator) -> bool:
    return bool(operator.target) and ("SCAN" in operator.name or operator.name.endswith("GET"))


def read_explained(lines: Iterable[str]) -> PlanShape | None:
    """Return the plan in the answer of EXPLAIN, whose rows are lines; None if it has no table of operators."""
    header: list[str] | None = None
    found: list[Operator] = []
    for line in lines:
        if not line.startswith("|"):
            if found:
                break
            continue
        cells = [cell.rstrip() for cell in line.strip("\n").strip("|").split("|")]
        if header is None:
            header = [cell.strip() for cell in cells]
            continue
        operator = _read_line(cells, header)
        if operator is None:
            return None
        found.append(operator)
    return PlanShape(tuple(found)) if found else None


def _read_line(cells: Sequence[str], header: Sequence[str]) -> Operator | None:
    """Read one line. A name may hold the sign between the columns, so those on the right are counted from there."""
    if len(cells) < len(header) or header[:3] != ["ID", "OPERATOR", "NAME"]:
        return None
    figures = [cell.strip() for cell in cells[len(cells) - len(header) + 3 :]]
    name = cells[1].lstrip(_BRANCHES)
    values = [int(figure) if figure.isdecimal() else 0 for figure in figures]
    return Operator(
        depth=(len(cells[1]) - len(name)) // _DEPTH_CHARS,
        name=name.strip(),
        target="|".join(cells[2 : len(cells) - len(header) + 3]).strip(),
        rows=values[0] if values else 0,
        cost=values[1] if len(values) > 1 else 0,
    )


def read_cached(plan: Plan) -> PlanShape:
    """Return the shape of a plan of the tenant's cache."""
    return PlanShape(
        tuple(
            Operator(step.depth, step.operator.strip(), step.object_alias.strip(), step.rows_estimated, step.cost)
            for step in plan.steps
        )
    )


def compare_shapes(one: PlanShape, other: PlanShape) -> Likeness:
    """Say how one plan is another one: the first kind of difference that it has."""
    if one.operators == other.operators:
        return Likeness.SAME
    if one.accesses != other.accesses:
        return Likeness.ACCESS
    joins = [[each.name for each in plan.operators if "JOIN" in each.name or _is_access(each)] for plan in (one, other)]
    orders = [[each.target for each in plan.operators if _is_access(each)] for plan in (one, other)]
    return Likeness.JOINS if joins[0] != joins[1] or orders[0] != orders[1] else Likeness.OPERATORS
