"""Chooses a value for each ``?`` of a masked text, so that the twin estimates as many rows as the tenant did.

Equality takes any value of the column. A range takes the share of the column that the tenant's own estimate for that
scan (CARDINALITY in its plan) leaves to it. No literal of the customer's is needed. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlglot import expressions as exp

from agent.facts.conditions import Asks, Condition
from agent.facts.parsed_sql import parse_statement
from agent.facts.plan_tree import Access, Plan, Way
from agent.facts.workload import WorkStatement
from agent.twin.hints import count_places
from agent.twin.material import Material, Name, TwinTable
from agent.twin.synthetic import DATES, Bounds, count_days

_USUAL_SHARE = 0.1
_USUAL_LIMIT = 10
_MOST_ROWS = 100_000  # that a LIMIT is taken to say
_MIDDLE = 0.4
_MOST_STEPS = 600  # values of a list lie so close together, and still differ
# Numbers of types of values (ob_obj_type.h).
_NUMBER_TYPES = frozenset({*range(1, 17), 50})  # up to NUMBER, and DECIMAL as an integer
_ANY_TEXT = "'2022-01-01'"  # a text, a date, and by its first digits a number
_COMPARISONS = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)
_EXPLAINED = (exp.Query, exp.Insert, exp.Update, exp.Delete)  # behind EXPLAIN another word could run something
_ABOVE, _BELOW = (exp.GT, exp.GTE), (exp.LT, exp.LTE)


class Role(StrEnum):
    """What a value does in its statement."""

    EQUAL = "equal"
    ABOVE = "above"  # column > ?
    BELOW = "below"  # column < ?
    LIKE = "like"
    LIMIT = "limit"
    OFFSET = "offset"
    ORDINAL = "ordinal"  # ORDER BY 2
    SPAN = "span"  # INTERVAL ? DAY
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One ``?``: what it does, and the column that it is compared with. ``rank`` counts the values of a list."""

    role: Role
    table: str = ""
    column: str = ""
    alias: str = ""
    rank: int = 0
    is_upward: bool = True  # a span before which (True: column > now - ?) the rows lie


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known where a statement runs: its tables by their names in the statement's plans."""

    material: Material
    bounds: Mapping[Name, Mapping[str, Bounds]]
    owners: Mapping[str, str]  # table in lower case -> schema

    def find_table(self, table: str) -> TwinTable | None:
        """Return the table of this name that the statement's plans read."""
        owner = self.owners.get(table.lower())
        return self.material.find_table(owner, table) if owner else None

    def find_bounds(self, table: str, column: str) -> Bounds | None:
        """Return the values that the column is taken to have."""
        found = self.find_table(table)
        columns = self.bounds.get((found.schema, found.name), {}) if found else {}
        return next((bounds for name, bounds in columns.items() if name.lower() == column.lower()), None)

    def count_share(self, table: str, column: str) -> float:
        """Return the share of the rows that one value of a column finds."""
        found = self.find_table(table)
        counts = found.find_column(column) if found else None
        if not found or not counts or not found.rows or not counts.num_distinct:
            return _USUAL_SHARE
        return max(found.rows - counts.num_nulls, 1) / found.rows / counts.num_distinct


def choose_literals(
    statement: WorkStatement, plan: Plan | None, around: Surroundings, factors: Mapping[str, float] | None = None
) -> tuple[str, ...] | None:
    """Return a literal for each value of the text; None if the text cannot be parsed or its values not be counted.

    ``factors`` correct the shares of ranges by alias, where a first try was off.
    """
    text = statement.text
    tree = parse_statement(text) if text else None
    places = count_places(text) if text else None
    if not isinstance(tree, _EXPLAINED) or places is None or statement.questions is None:
        return None
    shares = {
        alias: min(share * (factors or {}).get(alias, 1.0), 1.0)
        for alias, share in _calibrate(statement, plan, around).items()
    }
    types = statement.parameters.get(plan.plan_hash, ()) if plan else ()
    found = dict(_list_places(tree, statement))
    types = types if len(types) == places else ()
    paired = _find_paired(found)
    return tuple(
        _write_literal(
            found.get(number, Place(role=Role.OTHER)),
            types[number] if types else None,
            around,
            _Choice(shares, paired, plan),
        )
        for number in range(places)
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """What decides on ranges: the share left to those of each alias, and the columns with a range on both sides."""

    shares: Mapping[str, float]
    paired: frozenset[tuple[str, str]]
    plan: Plan | None


def _find_paired(places: Mapping[int, Place]) -> frozenset[tuple[str, str]]:
    roles: defaultdict[tuple[str, str], set[Role]] = defaultdict(set)
    for place in places.values():
        roles[place.alias, place.column.lower()].add(place.role)
    return frozenset(column for column, found in roles.items() if {Role.ABOVE, Role.BELOW} <= found)


def _list_places(tree: exp.Expr, statement: WorkStatement) -> Iterator[tuple[int, Place]]:
    """Yield number and place of each value that stands in the tree."""
    known: dict[int, Condition] = {
        number: condition
        for question in statement.asked
        for condition in question.conditions
        for number in condition.parameters
    }
    for node in tree.find_all(exp.Placeholder):
        if node.name.isdecimal():
            number = int(node.name)
            yield number, _read_place(node, known.get(number), statement)


def _read_place(node: exp.Expr, condition: Condition | None, statement: WorkStatement) -> Place:
    comparison, is_span = _find_comparison(node)
    if isinstance(node.parent, exp.Ordered | exp.Group):
        block = node.find_ancestor(exp.Select)
        return Place(role=Role.ORDINAL, rank=len(block.expressions) if block else 1)
    if isinstance(comparison, exp.Limit | exp.Fetch):
        return Place(role=Role.LIMIT)
    if isinstance(comparison, exp.Offset):
        return Place(role=Role.OFFSET)
    if comparison is None:
        return Place(role=Role.SPAN if is_span else Role.OTHER)
    column = next(iter(comparison.find_all(exp.Column)), None)
    table = condition.table if condition else _guess_table(column, statement)
    is_flipped = bool(column) and any(part is node for part in comparison.this.walk())
    role = _read_role(comparison, node, is_flipped=is_flipped)
    listed = comparison.expressions if isinstance(comparison, exp.In) else []
    return Place(
        role=Role.SPAN if is_span else role,
        table=table,
        column=condition.column if condition else (column.name if column else ""),
        alias=condition.alias if condition else (column.table.lower() if column and column.table else table.lower()),
        rank=next((rank for rank, one in enumerate(listed) if any(part is node for part in one.walk())), 0),
        is_upward=role is Role.ABOVE,
    )


def _find_comparison(node: exp.Expr) -> tuple[exp.Expr | None, bool]:
    """Return what a value stands in: a comparison, LIMIT or OFFSET; and whether it is the length of an interval."""
    is_span, parent = False, node.parent
    while parent is not None and not isinstance(parent, exp.Select | exp.Subquery):
        is_span = is_span or isinstance(parent, exp.Interval | exp.DateAdd | exp.DateSub)
        if isinstance(parent, (*_COMPARISONS, exp.Limit, exp.Fetch, exp.Offset)):
            return parent, is_span
        parent = parent.parent
    return None, is_span


def _read_role(comparison: exp.Expr, node: exp.Expr, *, is_flipped: bool) -> Role:
    if isinstance(comparison, exp.Between):
        return Role.ABOVE if any(part is node for part in comparison.args["low"].walk()) else Role.BELOW
    if isinstance(comparison, exp.Like):
        return Role.LIKE
    if isinstance(comparison, (*_ABOVE, *_BELOW)):
        return Role.ABOVE if isinstance(comparison, _ABOVE) != is_flipped else Role.BELOW
    return Role.EQUAL


def _guess_table(column: exp.Column | None, statement: WorkStatement) -> str:
    """Return the table of a column by its alias in the plans, or the only one that has such a column."""
    if column is None:
        return ""
    if column.table:
        aliases = {access.alias: access.table for plan in statement.plans for access in plan.accesses}
        return aliases.get(column.table.lower(), column.table)
    owners = [name for name, shape in statement.shapes.items() if shape.find_column(column.name)]
    return owners[0] if len(owners) == 1 else ""


def _calibrate(statement: WorkStatement, plan: Plan | None, around: Surroundings) -> dict[str, float]:
    """Return the share of a column that each range on an alias takes, by the tenant's own estimate for its scan."""
    accesses: defaultdict[str, list[Access]] = defaultdict(list)
    for access in plan.accesses if plan else ():
        accesses[access.alias].append(access)
    conditions: defaultdict[str, list[Condition]] = defaultdict(list)
    for question in statement.asked:
        for condition in question.conditions:
            conditions[condition.alias].append(condition)
    shares: dict[str, float] = {}
    for alias, asked in conditions.items():
        ranges = {condition.column.lower() for condition in asked if condition.asks is Asks.RANGE}
        if ranges and len(accesses[alias]) == 1 and plan:
            left = _find_left_share(plan, accesses[alias][0], asked, around)
            if left is not None:
                shares[alias] = min(max(left, 0.0), 1.0) ** (1 / len(ranges))
    return shares


def _find_left_share(plan: Plan, access: Access, asked: Sequence[Condition], around: Surroundings) -> float | None:
    """Return what the tenant's estimate leaves to ranges, after the conditions of equality have taken their share."""
    table = around.find_table(access.table)
    rows = access.table_rows or (table.rows if table else None)
    if not rows:
        return None
    share = 1.0
    is_probed = _is_probed(plan, access)
    for condition in asked:
        one = around.count_share(condition.table, condition.column)
        if condition.asks is Asks.EQUAL or (condition.asks is Asks.JOINED and is_probed):
            share *= one
        elif condition.asks is Asks.AMONG:
            share *= min(one * max(len(condition.parameters), 1), 1.0)
    kept = access.rows_kept if access.rows_kept is not None and not is_probed else access.rows_estimated
    return kept / (rows * share)


def _is_probed(plan: Plan, access: Access) -> bool:
    """Whether a scan is made again for each row of another one, which gives it the values of the join."""
    found = plan.find_join(access)
    if found is None or "NESTED-LOOP" not in found[0].operator:
        return False
    return plan.steps.index(found[1]) < plan.steps.index(access.step) and access.way is not Way.FULL


def _write_literal(place: Place, kind: int | None, around: Surroundings, choice: _Choice) -> str:
    share = choice.shares.get(place.alias, _USUAL_SHARE)
    if place.role in (Role.LIMIT, Role.OFFSET, Role.ORDINAL, Role.SPAN):
        return _write_number(place, share, choice.plan)
    bounds = around.find_bounds(place.table, place.column) if place.column else None
    if bounds is None:
        return "1" if kind in _NUMBER_TYPES else _ANY_TEXT
    is_text = bounds.column.data_type not in DATES and bounds.low.startswith("'")
    if is_text and kind in _NUMBER_TYPES:  # the conversion decides on the plan
        return "7"
    if place.role is Role.LIKE:
        return f"'{_find_prefix(place, choice.plan)}'"
    if place.role is Role.EQUAL:
        return bounds.write((_MIDDLE + place.rank / max(min(bounds.most, _MOST_STEPS), 2)) % 1.0)
    return bounds.write(_place_range(place, share, choice.paired))


def _write_number(place: Place, share: float, plan: Plan | None) -> str:
    """Return a value that is compared with no column: how many rows, which column of the list, how many days."""
    if place.role is Role.LIMIT:
        estimated = plan.steps[0].rows_estimated if plan and plan.steps else 0
        return str(estimated if 0 < estimated < _MOST_ROWS else _USUAL_LIMIT)
    if place.role is Role.ORDINAL:  # which one is not known; the last one is often what is counted
        return str(place.rank)
    if place.role is Role.SPAN:
        return str(count_days(share if place.is_upward else 1 - share))
    return "0"


def _place_range(place: Place, share: float, paired: frozenset[tuple[str, str]]) -> float:
    """Return where in the column the value lies: an open range reaches to the end, a closed one lies in the middle."""
    if (place.alias, place.column.lower()) in paired:
        start = min(0.3, 1 - share)
        return start if place.role is Role.ABOVE else start + share
    return 1 - share if place.role is Role.ABOVE else share


def _find_prefix(place: Place, plan: Plan | None) -> str:
    """Return a pattern: with a beginning where the tenant's plan finds a range by an index, else without."""
    ways = [access.way for access in plan.accesses if access.alias == place.alias] if plan else []
    return "mm%" if ways == [Way.RANGE] else "%mm%"
