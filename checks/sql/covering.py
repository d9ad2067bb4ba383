"""Rows that a scan looks up in the table after an index, and the wider index that would save it the lookups."""

from __future__ import annotations

from dataclasses import dataclass

from agent.facts.definition_text import ColumnShape, find_shape
from agent.facts.plan_tree import Access
from agent.facts.workload import WorkStatement
from checks.sql.paths import is_named, list_blocks, list_conditions

_ADDING = frozenset({"INSERT", "INSERT_UP"})  # what else changes rows does so, or locks them, in the table itself
_NOT_INDEXED = ("text", "blob", "json", "geometry", "vector")


@dataclass(frozen=True, slots=True)
class Lookups:
    """A scan of an index that looks up so many rows in the table in one run, and keeps so many of them."""

    access: Access
    rows: int
    kept: int


def list_lookups(statement: WorkStatement) -> list[Lookups]:
    """Return the scans that look up rows in the table, the most first; none of a plan that changes rows.

    Where a LIMIT ended the scan, the optimizer's figure is that of a scan to the end, and is cut in proportion.
    """
    reading = [plan for plan in statement.plans if plan.changes <= _ADDING]
    found = [_count_lookups(access) for plan in reading for access in plan.accesses if access.index]
    return sorted((one for one in found if one.rows), key=lambda one: one.rows, reverse=True)


def _count_lookups(access: Access) -> Lookups:
    back, kept, expected = access.back_rows or 0, access.rows_kept or 0, access.rows_estimated
    if 0 <= expected < kept and access.rows_real >= expected:
        back = back * expected // kept
    return Lookups(access, max(back, access.rows_real) if back else 0, max(expected, access.rows_real, kept, 1))


def find_covering(
    statement: WorkStatement, access: Access, *, filters: bool, most_columns: int, most_chars: int
) -> list[str] | None:
    """Return the columns of an index without lookups, the present ones first; none if there is no such index.

    It has all that the statement uses of the table; where that is too much, and with ``filters``, what it compares, so
    that only the rows that are kept are looked up. None if the definition was not read, or the columns are not known.
    """
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
