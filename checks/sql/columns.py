"""Which columns of a scan an index could serve, and which it could not: those that are converted to be compared."""

from __future__ import annotations

from agent.facts.conditions import Asks, Condition
from agent.facts.definition_text import LONG_TYPES, TEXT_TYPES, ColumnShape
from agent.facts.parsed_sql import find_column
from agent.facts.plan_tree import Access, Plan
from agent.facts.workload import WorkStatement
from checks.sql.paths import EXACT, Waste, list_conditions

_NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"})
_NOT_INDEXED = LONG_TYPES | {"tinytext"}
_COMPARED = EXACT | {Asks.RANGE}
# The server's numbers of types in PARAM_INFOS: integers, floating point, decimals, dates and times.
_CONVERTING = frozenset({*range(1, 21), 39, 41, 42})
_WIDEST = frozenset({"utf8mb4", "utf8"})
_MOST_EXACT = 3


def list_candidate(statement: WorkStatement, waste: Waste) -> tuple[list[str], list[str]]:
    """Return the columns of an index that would find the rows of a scan, and those of them that it may begin with.

    Compared for equality come first, then one by range; where the join throws the rows away, its columns lead. A column
    that is converted is left out, as no index would serve it.
    """
    access = waste.access
    asked = [c for c in list_conditions(statement, access) if is_indexable(statement, access, c)]
    joined = [c.column for c in asked if c.asks is Asks.JOINED]
    exact = [c.column for c in asked if c.asks in EXACT]
    ranges = [c.column for c in asked if c.asks is Asks.RANGE]
    leading = joined if waste.by_join else [*exact, *(joined if _is_looked_up(statement, access) else [])]
    if not leading:
        leading, exact, ranges = ([], [], []) if waste.by_join else (ranges[:1], [], [])
    columns = list(dict.fromkeys([*leading, *exact]))[:_MOST_EXACT]
    return [*columns, *[name for name in ranges if name not in columns][:1]], leading


def _is_looked_up(statement: WorkStatement, access: Access) -> bool:
    """Whether a scan is repeated for each row of another table, and what joins the two narrows what it returns."""
    for plan in statement.plans:
        if access.step in plan.steps:
            found = plan.find_join(access)
            nested = found is not None and "NESTED" in found[0].operator and found[1].id < access.step.id
            return nested or _is_in_subquery(plan, access)
    return False


def _is_in_subquery(plan: Plan, access: Access) -> bool:
    """Whether a scan is in a subquery that is run for each row of the query around it."""
    below = access.step
    for step in reversed(plan.steps[: plan.steps.index(below)]):
        if step.depth < below.depth:
            if "SUBPLAN FILTER" in step.operator and below is not plan.list_children(step)[0]:
                return True
            below = step
    return False


def is_indexable(statement: WorkStatement, access: Access, condition: Condition) -> bool:
    """Whether an index on the column of a condition would serve it: it is not converted, and may be in an index."""
    column = find_column(access.table, condition.column, statement.shapes)
    if column is not None and column.data_type in _NOT_INDEXED:
        return False
    return _is_unconverted(statement, access, condition)


def is_type_known(statement: WorkStatement, access: Access, condition: Condition) -> bool:
    """Whether it is known for sure if the column of a condition is converted to be compared."""
    ways = meets_number, meets_other_collation
    return all(way(statement, access, condition) is not None for way in ways)


def list_converted(statement: WorkStatement, waste: Waste) -> list[str]:
    """Return the columns by which an index would find the rows of a scan if they were not converted to be compared."""
    return [
        condition.column
        for condition in list_narrowing(statement, waste)
        if condition.asks in EXACT | {Asks.JOINED} and not _is_unconverted(statement, waste.access, condition)
    ]


def list_narrowing(statement: WorkStatement, waste: Waste) -> list[Condition]:
    """Return the conditions on a scan by which an index could find its rows: no join with nearly as many."""
    asked = list_conditions(statement, waste.access)
    return [condition for condition in asked if condition.asks is not Asks.JOINED or waste.joins_few]


def _is_unconverted(statement: WorkStatement, access: Access, condition: Condition) -> bool:
    return not (meets_number(statement, access, condition) or meets_other_collation(statement, access, condition))


def meets_number(statement: WorkStatement, access: Access, condition: Condition) -> bool | None:
    """Return whether a text column is compared with a number, a date or a time; None if that is not known."""
    if condition.asks is Asks.JOINED:
        own, other = _find_columns(statement, access, condition)
        if own is None or other is None:
            return None if condition.other else False
        return own.data_type in TEXT_TYPES and other.data_type in _NUMBERS
    if condition.asks not in _COMPARED or not condition.parameters:
        return False
    types = statement.parameters.get(access.step.plan_hash, ())
    column = find_column(access.table, condition.column, statement.shapes)
    if column is not None and column.data_type not in TEXT_TYPES:
        return False
    if len(types) != (statement.text or "").count("?"):
        return None  # a list that is cut, or a value without an entry: which belongs to which is not known
    converting = any(types[place] in _CONVERTING for place in condition.parameters)
    return None if converting and column is None else converting


def meets_other_collation(statement: WorkStatement, access: Access, condition: Condition) -> bool | None:
    """Return whether a text column is converted to be joined with another text; None if a definition is not known.

    Of two character sets utf8mb4 stays as it is. Within one the binary collation does, and an index in one that folds
    by more than the case is not used then (seen on 4.3.5).
    """
    if condition.asks is not Asks.JOINED or condition.other is None:
        return False
    own, other = _find_columns(statement, access, condition)
    if own is None or other is None:
        return None
    if own.data_type not in TEXT_TYPES or other.data_type not in TEXT_TYPES:
        return False
    if own.character_set != other.character_set:
        return other.character_set in _WIDEST and own.character_set not in {"", "binary", *_WIDEST}
    folds = own.collation != "" and not own.collation.endswith(("_bin", "_general_ci"))
    return folds and other.collation.endswith("_bin")


def _find_columns(
    statement: WorkStatement, access: Access, condition: Condition
) -> tuple[ColumnShape | None, ColumnShape | None]:
    own = find_column(access.table, condition.column, statement.shapes)
    table, name = condition.other or ("", "")
    return own, find_column(table, name, statement.shapes)
