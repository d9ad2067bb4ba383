"""Which joins of partitioned tables send rows around although each partition could be joined with its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.facts.conditions import Asks
from agent.facts.definition_text import find_shape
from agent.facts.plan_tree import Access, Plan
from agent.facts.plans import PlanStep
from agent.facts.schema import PartitionedTable
from agent.facts.workload import WorkStatement
from checks.sql.diagnosis import count_rows
from checks.sql.joins import list_below

Tables = Mapping[tuple[str, str], PartitionedTable]
# What spreads rows over the partitions of the other side, by a hash, or to all. Without a word in brackets rows are
# only gathered.
_SPREADS = re.compile(r"EXCHANGE OUT DISTR \((?:PKEY|HASH|BROADCAST|BC2HOST|RANGE)")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scans of partitioned tables that a join brings together. ``rows`` are those that are sent for it."""

    first: Access
    second: Access
    rows: int


def list_pairs(plan: Plan) -> Iterator[Pair]:
    """Yield the joins of two scans, at least one of which sends its rows around."""
    for join in (step for step in plan.steps if "JOIN" in step.operator and "FILTER" not in step.operator):
        match [_read_side(plan, child) for child in plan.list_children(join)]:
            case [(first, sent), (second, sent_too)] if sent or sent_too:
                yield Pair(first, second, sent + sent_too)


def _read_side(plan: Plan, top: PlanStep) -> tuple[Access, int] | None:
    """Return the only scan below one side of a join and the rows that it sends around; None for another side."""
    below = list(list_below(plan, top))
    accesses = [access for access in plan.accesses if access.step in below]
    if len(accesses) != 1 or any("JOIN" in step.operator or "GROUP" in step.operator for step in below):
        return None
    spreads = any(_SPREADS.match(step.operator.strip()) for step in below)
    kept = max(accesses[0].rows_estimated, accesses[0].rows_real)
    return accesses[0], min(kept, count_rows(accesses[0])) if spreads else 0


def joins_by_partition(statement: WorkStatement, pair: Pair, tables: Tables) -> bool | None:
    """Whether two partitioned tables are joined by all columns by which one of them is partitioned.

    Not where the other one is partitioned by ranges or lists of something else: that is how old rows are dropped, and
    partitioning it by the joined column would end it. None if a definition or the partitions read are not known.
    """
    both = pair.first, pair.second
    if any(access.pieces == 1 or _key(access) not in tables for access in both):
        return False
    shapes = [find_shape(access.table, statement.shapes) for access in both]
    if statement.questions is None or None in shapes or not all(access.pieces for access in both):
        return None
    joined = [_is_partition_joined(statement, *sides) for sides in (both, both[::-1])]
    kept = [not own and _is_by_value(tables[_key(access)]) for own, access in zip(joined, both, strict=True)]
    return any(joined) and not any(kept)


def _is_partition_joined(statement: WorkStatement, access: Access, other: Access) -> bool:
    """Whether a scan is joined with the other by all columns by which its table is partitioned."""
    shape = find_shape(access.table, statement.shapes)
    own = {name.lower() for name in shape.partitioned_by} if shape else set()
    return bool(own) and own <= _list_joined(statement, access, other)


def _is_by_value(table: PartitionedTable) -> bool:
    return table.method.upper().startswith(("RANGE", "LIST"))


def _list_joined(statement: WorkStatement, access: Access, other: Access) -> set[str]:
    """Return the columns of a scan that equal one of the other."""
    return {
        condition.column.lower()
        for question in statement.asked
        for condition in question.conditions
        if condition.asks is Asks.JOINED
        and condition.table.lower() == access.table.lower()
        and condition.other is not None
        and condition.other[0].lower() == other.table.lower()
    }


def describe_partitions(statement: WorkStatement, access: Access, tables: Tables) -> str:
    """Return how a table is partitioned, in words of SQL: ``HASH (id) 8``."""
    table, shape = tables[_key(access)], find_shape(access.table, statement.shapes)
    return f"{access.table}: {table.method} ({', '.join(shape.partitioned_by if shape else ())}) {table.pieces}"


def _key(access: Access) -> tuple[str, str]:
    return access.owner, access.table
