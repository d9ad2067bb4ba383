"""Rows that a scan looks up in the table after an index, and the wider index that would save it the lookups."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.facts.definition_text import ColumnShape, find_shape
from agent.facts.plan_tree import Access, Plan
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import count_rows
from checks.sql.paths import is_named, list_blocks, list_conditions

_ADDING = frozenset({"INSERT", "INSERT_UP"})  # what else changes rows does so, or locks them, in the table itself
_NOT_INDEXED = ("text", "blob", "json", "geometry", "vector")


@dataclass(frozen=True, slots=True)
class Lookups:
    """A scan of an index that looks up so many rows in the table in one run, and keeps so many of them.

    ``share_pct`` is the lookups' part of all rows that the plan goes through. ``filters``: most of the rows are thrown
    away by what the statement compares in the table.
    """

    access: Access
    rows: int
    kept: int
    share_pct: float
    filters: bool = False


def list_lookups(statement: WorkStatement) -> list[Lookups]:
    """Return the scans that look up rows in the table, the most first; none of a plan that changes rows.

    Where a LIMIT ended the scan, the optimizer's figure is that of a scan to the end, and is cut in proportion.
    """
    reading = [plan for plan in statement.plans if plan.changes <= _ADDING]
    found = [_count_lookups(plan, access) for plan in reading for access in plan.accesses if access.index]
    return sorted((one for one in found if one.rows), key=lambda one: one.rows, reverse=True)


def _count_lookups(plan: Plan, access: Access) -> Lookups:
    back, kept, expected = access.back_rows or 0, access.rows_kept or 0, access.rows_estimated
    if 0 <= expected < kept and access.rows_real >= expected:
        back = back * expected // kept
    rows = max(back, access.rows_real) if back else 0
    others = sum(count_rows(other) for other in plan.accesses if other is not access)
    return Lookups(access, rows, max(expected, access.rows_real, kept, 1), 100 * rows / max(rows + others, 1))


def list_costly(statement: WorkStatement, per_kept: int, min_kept: int, min_share_pct: float) -> list[Lookups]:
    """Return the lookups that may make a statement slow: very many, or most of its work and for rows thrown away."""
    found = [replace(one, filters=one.rows >= per_kept * one.kept) for one in list_lookups(statement)]
    return [one for one in found if one.rows >= min_kept or (one.filters and one.share_pct >= min_share_pct)]


def find_covering(statement: WorkStatement, found: Lookups, most_columns: int, most_chars: int) -> list[str] | None:
    """Return the columns of an index without lookups, the present ones first; none if there is no such index.

    It has all that the statement uses of the table; where that is too much, and most rows are thrown away, what it
    compares, so that only the rows that are kept are looked up. None if the definition was not read, or the columns are
    not known.
    """
    access, filters = found.access, found.filters
    shape = find_shape(access.table, statement.shapes)
    if shape is None or not is_named(statement, access):
        return None
    present = next((c for name, c in shape.indexes.items() if name.lower() == access.index.lower()), None)
    if present is None:
        return None
    asked = list_blocks(statement, access)
    used = [name for question in asked for table, name in question.used if table.lower() == access.table.lower()]
    compared = [condition.column for condition in list_conditions(statement, access)]
    has = {name.lower() for name in (*present, *shape.indexes.get("PRIMARY", ()))}
    for names in (used if not any(question.takes_all for question in asked) else (), compared if filters else ()):
        added = [c for c in dict.fromkeys(shape.find_column(name) for name in names) if c and c.name.lower() not in has]
        whole = [*present, *(column.name for column in added)]
        if added and len(whole) <= most_columns and all(_can_be_added(column, most_chars) for column in added):
            return whole
    return []


def _can_be_added(column: ColumnShape, most_chars: int) -> bool:
    return not column.data_type.endswith(_NOT_INDEXED) and (column.length or 0) <= most_chars
