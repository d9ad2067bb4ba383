"""SCH024: columns of one name, by which tables are joined, of different types or collations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from agent.api import Actor, DocPage, Measurement, NotAssessed, Remediation, Rows, Unit, check, name_object
from agent.facts.definition_text import TEXT_TYPES
from agent.facts.schema import IndexColumn, NotableColumn, Table
from checks.schema.column_kinds import BITS, GENERIC_NAMES, NUMBER_TYPES
from checks.schema.counted import list_stored
from checks.schema.indexes import group_indexes, is_whole
from checks.schema.pages import BASICS, TABLE_DESIGN


@check(
    code="SCH024",
    name="schema.columns_of_one_name_differ",
    unit=Unit.TEXT,
    actor=Actor.CUSTOMER,
    title="Columns of the same name differ in type or collation",
    consequence="Joins over these columns are slow, or inserts fail once a number no longer fits.",
    finding="{resource} is {value}, but {parent} is {parent_type}: joins over the two convert one side row by row, or "
    "values of one do not fit into the other.",
    remediation=Remediation(
        advice="Give both columns the same type, character set and collation: change the referring one, or the one in "
        "the smaller table. If the two are never joined and mean different things, record the reason and request an "
        "exemption.",
        no_rollback="Which type both should have is decided by the business.",
        pre_check="SHOW CREATE TABLE of both tables; every value of the changed column must fit into the new type.",
        post_check="EXPLAIN of a join over the two columns shows no conversion in the filter, and uses the index.",
        risk="The change of an indexed column rewrites the table; programs bind parameters of the new type.",
        window=True,
    ),
    sources=(
        DocPage(f"{BASICS}/300.character-set-and-collation-of-mysql-mode/300.collation-of-mysql-mode.md"),
        TABLE_DESIGN,
    ),
)
def columns_of_one_name_differ(
    tables: Rows[Table], columns: Rows[NotableColumn], indexes: Rows[IndexColumn]
) -> Iterator[Measurement]:
    """Tables are joined over columns of the same name: the column of the parent row and its copies in other tables. If
    one is a number and the other text, or two texts have different collations, one side is converted row by row
    without its index. An integer narrower than the key that it refers to is exhausted earlier.

    Columns that are part of a key are compared, with the one that is unique by itself if there is one; ambiguous
    names such as code or status are excluded.
    """
    stored = list_stored(tables)
    unique = _list_unique(indexes)
    named: defaultdict[tuple[str, str], list[NotableColumn]] = defaultdict(list)
    for column in columns:
        name = column.column_name.casefold()
        if column.column_key and name not in GENERIC_NAMES and (column.table_schema, column.table_name) in stored:
            named[column.table_schema, name].append(column)
    for alike in named.values():
        owners = [column for column in alike if _place(column) in unique]
        usual = Counter(map(_family, alike))
        parent = min(owners or alike, key=lambda column: (-usual[_family(column)], column.table_name))
        yield from _compare(parent, alike, is_owner=bool(owners))
    if columns and all(column.collation_name is None for column in columns):
        raise NotAssessed("The collations of columns cannot be read.")


def _compare(parent: NotableColumn, alike: Iterable[NotableColumn], *, is_owner: bool) -> Iterator[Measurement]:
    for column in alike:
        if column is not parent and "auto_increment" in column.extra.lower():
            continue  # it numbers rows of its own
        mixed = {_family(column), _family(parent)} == {"number", "text"}
        if mixed or (is_owner and (_compares_otherwise(column, parent) or _is_narrower(column, parent))):
            names = {"parent": name_object(*_place(parent)), "parent_type": _spell(parent)}
            yield Measurement(name_object(*_place(column)), _spell(column), names)


def _list_unique(indexes: Iterable[IndexColumn]) -> set[tuple[str, str, str]]:
    """Return schema, table and column of those that are unique by themselves."""
    found: Mapping[tuple[str, str], Mapping[str, dict[int, IndexColumn]]] = group_indexes(indexes)
    return {
        (*table, index[1].column_name)
        for table, made in found.items()
        for index in made.values()
        if is_whole(index) and len(index) == 1 and not index[1].non_unique
    }


def _place(column: NotableColumn) -> tuple[str, str, str]:
    return column.table_schema, column.table_name, column.column_name


def _family(column: NotableColumn) -> str:
    kind = column.data_type.lower()
    return "number" if kind in NUMBER_TYPES else "text" if kind in TEXT_TYPES else kind


def _compares_otherwise(column: NotableColumn, parent: NotableColumn) -> bool:
    collations = column.collation_name, parent.collation_name
    return _family(column) == _family(parent) == "text" and all(collations) and collations[0] != collations[1]


def _is_narrower(column: NotableColumn, parent: NotableColumn) -> bool:
    mine, other = BITS.get(column.data_type.lower()), BITS.get(parent.data_type.lower())
    return mine is not None and other is not None and mine < other


def _spell(column: NotableColumn) -> str:
    return f"{column.column_type} {column.collation_name or ''}".strip()
