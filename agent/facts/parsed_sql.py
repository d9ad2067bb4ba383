"""A statement's tree, the tables of each of its blocks, and what each row of a block must meet. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import expressions as exp

from agent.facts.definition_text import ColumnShape, TableShape, find_shape
from agent.facts.dialect import parse_shared
from agent.facts.sql import CUT

_MOST_CHARS = 40_000
_OPTIONAL_SIDES = frozenset({"LEFT", "FULL"})  # the joined table may have no row
_OPTIONAL_BEFORE = frozenset({"RIGHT", "FULL"})  # the tables before it may have none


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """A base table of a block. ``alias`` is its name there, in lower case.

    ``is_optional``: an outer join makes rows without it, whose columns are all NULL.
    """

    table: str
    alias: str
    is_optional: bool


def parse_statement(statement: str) -> exp.Expr | None:
    """Return the statement's tree; None if it was cut, is too long or cannot be parsed, or if it is several.

    Others read the same tree: nobody changes it.
    """
    trees = parse_statements(statement)
    return trees[0] if trees and len(trees) == 1 else None


def parse_statements(text: str) -> list[exp.Expr] | None:
    """Return the tree of each statement of a text; None if it was cut, is too long or cannot be parsed.

    A ``?`` is a placeholder named by its order in the text, from 0. Others read the same trees: nobody changes them.
    """
    return None if text.endswith(CUT) or len(text) > _MOST_CHARS else parse_shared(text, numbered=True)


def list_table_sources(block: exp.Expr, tree: exp.Expr) -> list[TableSource] | None:
    """Return the base tables of a SELECT; None where it reads anything else, such as a derived table."""
    named = {part.alias.lower() for part in tree.find_all(exp.CTE)}
    from_ = block.args.get("from_")
    joins = block.args.get("joins") or []
    parts: list[tuple[exp.Expr, bool]] = [(from_.this, False)] if from_ else []
    for join in joins:
        side = join.side.upper()
        if side in _OPTIONAL_BEFORE:
            parts = [(part, True) for part, _ in parts]
        parts.append((join.this, side in _OPTIONAL_SIDES))
    found = []
    for part, is_optional in parts:
        is_plain = isinstance(part, exp.Table) and isinstance(part.this, exp.Identifier) and not part.args.get("joins")
        if not is_plain or (not part.args.get("db") and part.name.lower() in named):
            return None
        found.append(TableSource(table=part.name, alias=part.alias_or_name.lower(), is_optional=is_optional))
    return found


def find_source(column: exp.Column, sources: list[TableSource], shapes: Mapping[str, TableShape]) -> TableSource | None:
    """Return the table that a column is of; None where that is not known for sure."""
    if column.table:
        return next((source for source in sources if source.alias == column.table.lower()), None)
    owners = [source for source in sources if find_column(source.table, column.name, shapes)]
    known = {name.lower() for name in shapes}
    return owners[0] if len(owners) == 1 and all(source.table.lower() in known for source in sources) else None


def find_column(table: str, column: str, shapes: Mapping[str, TableShape]) -> ColumnShape | None:
    """Return a column of a table by their names; None where the definition is not known or has no such column."""
    shape = find_shape(table, shapes)
    return shape.find_column(column) if shape else None


def list_musts(block: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the conditions that every row of a block meets: those of WHERE, and ON of inner joins."""
    where = block.args.get("where")
    if where:
        yield from flatten(where.this, exp.And)
    for join in block.args.get("joins") or ():
        if join.args.get("on") and not join.side:
            yield from flatten(join.args["on"], exp.And)


def flatten(condition: exp.Expr, kind: type[exp.And | exp.Or]) -> list[exp.Expr]:
    """Return what AND or OR connects. Hundreds of them are nested as deeply as they are many."""
    found, left = [], [condition]
    while left:
        plain = left.pop().unnest()
        if isinstance(plain, kind):
            left += (plain.expression, plain.this)
        else:
            found.append(plain)
    return found
