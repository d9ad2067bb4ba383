"""Which present index would have served a scan better than the one that its plan uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agent.api import Observes, Scalar
from agent.facts.conditions import Asks
from agent.facts.plan_tree import Access, Way
from agent.facts.shape_load import ShapeLoad
from agent.facts.workload import WorkStatement
from checks.sql.columns import is_indexable, is_type_known
from checks.sql.diagnosis import find_plan
from checks.sql.paths import EXACT, Indexes, Waste, is_named, list_blocks, list_conditions, list_waste

_PRIMARY = "PRIMARY"


def list_misread(statement: WorkStatement, min_rows: int, min_read_ratio: int) -> Iterator[Waste]:
    """Yield the scans that throw away what they read themselves, by the plan or, of an only scan, by the audit.

    The plan shows few rows where a LIMIT was to end the scan, and many kept ones where more were expected than came.
    """
    found = [waste for waste in list_waste(statement, min_rows, min_read_ratio) if not waste.by_join]
    yield from found
    plan = find_plan(statement)
    if found or plan is None or len(plan.accesses) != 1 or any("GROUP BY" in step.operator for step in plan.steps):
        return
    access = plan.accesses[0]
    for load in statement.loads:
        if load.record is Observes.AUDIT_RING and load.rows_read is not None:
            read, used = load.rows_read // load.executions, load.rows_used // load.executions
            kept = max(used, access.rows_kept or 0, access.rows_estimated) if _has_limit(statement) else used
            if read >= max(min_rows, min_read_ratio * max(kept, 1)):
                yield Waste(access, read, by_join=False)


def hides_misread(statement: WorkStatement, known: Indexes, min_rows: int) -> bool:
    """Whether an only scan may go through many rows for few although a better index is there, and nobody counted."""
    plan = find_plan(statement)
    if plan is None or len(plan.accesses) != 1 or any(map(_is_counted, statement.loads)) or statement.forced:
        return False
    access = plan.accesses[0]
    indexes = known.list_indexes(statement, access) if (access.range_rows or 0) >= min_rows else None
    return indexes is not None and bool(find_better(statement, access, indexes))


def _is_counted(load: ShapeLoad) -> bool:
    return load.record is Observes.AUDIT_RING and load.rows_read is not None


def _has_limit(statement: WorkStatement) -> bool:
    return re.search(r"\bLIMIT\b", statement.text or "", re.IGNORECASE) is not None


def tell_better(statement: WorkStatement, waste: Waste, known: Indexes) -> dict[str, Scalar] | None:
    """Return a present index that finds just the rows that a scan keeps; nothing if there is none or a hint decides.

    None if hints, indexes, the conditions or the types of what they compare are not known well enough.
    """
    if statement.forced:
        return {}
    indexes = known.list_indexes(statement, waste.access)
    if indexes is None:
        return None
    better = find_better(statement, waste.access, indexes)
    if not better:
        return {}
    typed = all(is_type_known(statement, waste.access, c) for c in list_conditions(statement, waste.access))
    known_well = typed and statement.forced is not None and is_named(statement, waste.access)
    return {"better_index": better} if known_well else None


def find_better(statement: WorkStatement, access: Access, indexes: Mapping[str, Sequence[str]]) -> str:
    """Return an index by which all conditions on the table of a scan narrow, and more of them than by its own; else "".

    All must: where another condition throws the rows away, as many might be found by that index.
    """
    asked = list_conditions(statement, access)
    if not asked or _asks_otherwise(statement, access) or not all(is_indexable(statement, access, c) for c in asked):
        return ""
    exact = {c.column.lower() for c in asked if c.asks in EXACT}
    ranges = {c.column.lower() for c in asked if c.asks is Asks.RANGE} - exact
    if exact | ranges != {c.column.lower() for c in asked} or not exact:
        return ""
    used = None if access.way is Way.FULL else access.index or _PRIMARY
    present = _count_served(indexes.get(used, ()), exact) if used else 0
    for name, columns in indexes.items():
        served = _count_served(columns, exact)
        follows = ranges <= set(columns[served : served + 1])
        if name != used and served == len(exact) > present and follows:
            return name
    return ""


def _count_served(columns: Sequence[str], exact: set[str]) -> int:
    """Count the columns, from the first on, that equality compares."""
    count = 0
    while count < len(columns) and columns[count] in exact:
        count += 1
    return count


def _asks_otherwise(statement: WorkStatement, access: Access) -> bool:
    """Whether rows of the table are also picked by what is no plain condition: an OR, a comparison of columns."""
    return any(block.unread for block in list_blocks(statement, access))
