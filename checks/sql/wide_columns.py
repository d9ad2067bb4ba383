"""Which scans of a statement take long columns that it may not need."""

from __future__ import annotations

from collections.abc import Iterator

from agent.facts.definition_text import LONG_TYPES, TableShape
from agent.facts.plan_tree import Access
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import find_plan


def list_wide(statement: WorkStatement) -> Iterator[tuple[Access, list[str] | None]]:
    """Yield the scans with long columns of a statement that takes all columns and groups none; None: not known."""
    questions = [question for question in statement.asked if question.takes_all and not question.grouped]
    tables = {table.lower() for question in questions for table in question.tables}
    plan = find_plan(statement)
    for access in plan.accesses if plan else ():
        columns = _list_long(statement.shapes.get(access.table))
        if access.table.lower() in tables and columns != []:
            yield access, columns


def _list_long(shape: TableShape | None) -> list[str] | None:
    columns = shape.columns.items() if shape and not shape.is_partial else None
    return None if columns is None else [name for name, one in columns if one.data_type in LONG_TYPES]
