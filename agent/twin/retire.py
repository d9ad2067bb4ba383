"""Finds indexes that can go together: no top statement's plan gets worse without them. Unique ones always stay.

Redundant is an index whose columns another one has in front; unused is one that no plan of the cache reads. An index
that a foreign key needs, or that the statements could not be compared by, stays too, and so does one that others rely
on: it has the columns of an index in front that goes with this set, or was to go by earlier advice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from agent.facts.definition_text import TableShape, read_definition
from agent.facts.schema import IndexColumn
from agent.model.naming import name_object
from agent.twin.hints import quote
from agent.twin.matched import Matched
from agent.twin.material import Material, Name
from agent.twin.result import RetireAdvice
from agent.twin.twin import TwinRefused
from agent.twin.what_if import Hidden, OutOfPlans, WhatIf

_MOST_WORSE = 1.05  # of the cost: below it two estimates are one
# The name of an index that went or is to go, as findings name it, and the index that has its columns in front.
Replaced = tuple[str, str]


def list_retirable(
    what_if: WhatIf, material: Material, matched: Sequence[Matched], replaced: Collection[Replaced] = ()
) -> Iterator[RetireAdvice]:
    """Yield the indexes that can go as one set. What a statement reads that cannot be compared stays."""
    shapes = {place: read_definition(table.definition) for place, table in material.tables.items()}
    safe: set[tuple[str, str, str]] = set()
    serving: set[tuple[str, str, str]] = set()
    for schema, table, index, served_by in _list_removable(material, shapes, matched):
        place, shape = (schema, table), shapes[schema, table]
        hidden = {name for *there, name in safe if tuple(there) == place}
        if (*place, index) in serving or served_by in hidden or _is_relied_on(place, index, replaced):
            continue
        if _is_last_asked(shape, index, hidden, place, matched):
            continue
        wanted = frozenset({*safe, (schema, table, index)})
        if _is_safe(what_if, matched, place, wanted):
            safe = set(wanted)
            if served_by:
                serving.add((*place, served_by))
            yield _describe(schema, table, index, shape.indexes[index], served_by)


def has_removable(material: Material, matched: Sequence[Matched]) -> bool:
    """Whether any index is redundant or unused by what the plans show, before it is tried what its absence costs."""
    shapes = {place: read_definition(table.definition) for place, table in material.tables.items()}
    return any(True for _ in _list_removable(material, shapes, matched))


def _is_relied_on(place: Name, index: str, replaced: Collection[Replaced]) -> bool:
    """Whether another index of the table went, or is to go, because this one has its columns in front."""
    table = f"{name_object(*place)}."
    return any(covering == index and gone.startswith(table) for gone, covering in replaced)


def _is_last_asked(
    shape: TableShape, index: str, hidden: Collection[str], place: Name, matched: Sequence[Matched]
) -> bool:
    """Whether no other index begins with its first column, and a statement names that column whose plan is unknown.

    Nothing can be told of that statement on the twin, and its next plan may need the index.
    """
    first = shape.indexes[index][0].lower()
    others = (columns for name, columns in shape.indexes.items() if name != index and name not in hidden)
    if any(columns and columns[0].lower() == first for columns in others):
        return False
    unknown = (one.statement for one in matched if not one.is_comparable and place in one.tables.values())
    return any(
        statement.questions is None
        or any(
            question.unresolved or any(column.lower() == first for _, column in question.used)
            for question in statement.questions
        )
        for statement in unknown
    )


def _list_removable(
    material: Material, shapes: dict[Name, TableShape], matched: Sequence[Matched]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield schema, table, index and the one that serves in its place ("" if it is only unused)."""
    kinds = {(row.table_schema, row.table_name, row.index_name): row for row in material.indexes}
    # An index of the beginning of a text serves no other one, nor is it served.
    partial = {(row.table_schema, row.table_name, row.index_name) for row in material.indexes if row.sub_part}
    read = _list_read(matched)
    for (schema, table), shape in shapes.items():
        if _has_foreign_key(material.tables[schema, table].definition):
            continue
        gone: set[str] = set()
        for name, columns in shape.indexes.items():
            row = kinds.get((schema, table, name))
            if row is None or not _is_plain(row) or "" in columns or (schema, table, name) in partial:
                continue
            unfit = gone | {index for place_schema, place, index in partial if (place_schema, place) == (schema, table)}
            served_by = _find_longer(name, columns, shape, unfit)
            if served_by or name not in read[schema, table]:
                gone.add(name)
                yield schema, table, name, served_by


def _is_plain(row: IndexColumn) -> bool:
    """Whether an index is an ordinary one that may be hidden: not unique, and not hidden already."""
    return row.non_unique and row.index_type == "BTREE" and row.is_visible.upper() != "NO"


def _has_foreign_key(definition: str) -> bool:
    return "FOREIGN KEY" in definition.upper()


def _list_read(matched: Sequence[Matched]) -> defaultdict[Name, set[str]]:
    """Return the indexes that the tenant's plans read, by table."""
    found: defaultdict[Name, set[str]] = defaultdict(set)
    for one in matched:
        for plan in one.statement.plans:
            for access in plan.accesses:
                if access.index:
                    found[access.owner, access.table].add(access.index)
    return found


def _find_longer(name: str, columns: Sequence[str], shape: TableShape, gone: set[str]) -> str:
    """Return another index that begins with all these columns; "" if there is none."""
    for other, longer in shape.indexes.items():
        if other != name and other not in gone and tuple(longer[: len(columns)]) == tuple(columns):
            return other
    return ""


def _is_safe(what_if: WhatIf, matched: Sequence[Matched], place: Name, hidden: Hidden) -> bool:
    """Whether every statement on the table keeps a plan as cheap as before; what cannot be compared speaks against."""
    for one in matched:
        if place not in one.tables.values():
            continue
        if not one.is_comparable or one.base is None:
            if {index for schema, table, index in hidden if (schema, table) == place} & _read_by(one, place):
                return False
            continue
        try:
            after = what_if.find_plan(one, (), hidden)
        except (TwinRefused, OutOfPlans):
            return False
        if after.cost > _MOST_WORSE * one.base.cost:
            return False
    return True


def _read_by(one: Matched, place: Name) -> set[str]:
    return _list_read([one])[place]


def _describe(schema: str, table: str, index: str, columns: tuple[str, ...], served_by: str) -> RetireAdvice:
    where = f"ALTER TABLE {quote(schema)}.{quote(table)} ALTER INDEX {quote(index)}"
    return RetireAdvice(
        schema=schema,
        table=table,
        name=index,
        columns=columns,
        served_by=served_by,
        sql=f"{where} INVISIBLE;",
        rollback=f"{where} VISIBLE;",
    )
