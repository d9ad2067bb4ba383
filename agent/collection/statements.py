"""Compiles declared sources into statements, for the columns that exist and that our account may read.

SQLAlchemy Core builds and renders the SELECT; it never holds a connection.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlalchemy import Column, MetaData, Select, Table, literal_column, select, text
from sqlalchemy.dialects import mysql
from sqlglot import expressions as exp

from agent.collection.privileges import quote_account
from agent.facts import SourceSpec, find_source_spec
from agent.model.labels import DATA_CLASSES
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import DataClass, Scalar, TenantKind, Text, UnavailableKind

# "named" leaves % in literals alone; nothing is ever bound.
_DIALECT = mysql.dialect(paramstyle="named")
_MOST_KEPT = 512


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled SELECT. ``fields`` are the row type's fields that it returns, in order; ``limit`` its row bound.

    ``sql`` is "" where each table has a statement of its own.
    """

    source: str
    view: str
    sql: str
    fields: tuple[str, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    sql: str
    columns: frozenset[str]
    optional: bool
    sys_only: bool
    data_class: DataClass | None

    def is_granted(self, data_classes: frozenset[DataClass] | None) -> bool:
        """Whether the classes (None: all) cover this field, of those that cover its source."""
        return self.data_class is None or data_classes is None or self.data_class in data_classes


@cache
def _list_fields(row: type) -> tuple[_Field, ...]:
    found = []
    for item in dataclasses.fields(row):
        sql = item.metadata.get("expr") or _quote_name(item.name.upper())
        columns = find_columns(sql) if "expr" in item.metadata else frozenset({item.name.upper()})
        sys_only = item.metadata.get("sys_only", False)
        data_class = item.metadata.get("data_class")
        found.append(_Field(item.name, sql, columns, item.default is None, sys_only, data_class))
    return tuple(found)


@cache
def find_field_classes(row: type) -> Mapping[str, DataClass]:
    """Return the fields that have a data class of their own, beside that of their source."""
    return MappingProxyType({field.name: field.data_class for field in _list_fields(row) if field.data_class})


def _quote_name(name: str) -> str:
    return f"`{name}`"


@cache
def find_columns(sql: str) -> frozenset[str]:
    """Return upper-case names of the columns that an SQL fragment reads."""
    tree = sqlglot.parse_one(f"SELECT 1 WHERE {sql}" if sql else "SELECT 1", read="mysql")
    return frozenset(column.name.upper() for column in tree.find_all(exp.Column))


@cache
def list_columns_read(row: type, data_classes: frozenset[DataClass] | None = None) -> Mapping[str, frozenset[str]]:
    """Return view (schema.NAME) -> every column that the source may ever read from it; for grants and requests.

    A column of a join is named under every view of it that the declaration lists. ``data_classes`` None grants all.
    """
    spec = _require_spec(row)
    if spec.shown_for:
        return MappingProxyType(dict.fromkeys(spec.views, frozenset[str]()))
    columns = frozenset[str]().union(*(f.columns for f in _list_fields(row) if f.is_granted(data_classes)))
    columns |= (
        find_columns(spec.where) | _list_ordering_columns(spec, row) | find_columns(spec.from_sql.partition(" ON ")[2])
    )
    return MappingProxyType(dict.fromkeys(spec.views, columns))


@cache
def list_optional_columns(row: type) -> frozenset[str]:
    """Return the columns that only optional fields read: some versions lack them. No condition asks for one."""
    fields = _list_fields(row)
    required = find_columns(_require_spec(row).where).union(*(f.columns for f in fields if not f.optional))
    return frozenset[str]().union(*(field.columns for field in fields if field.optional)) - required


def _list_ordering_columns(spec: SourceSpec, row: type) -> frozenset[str]:
    names = {field.name for field in dataclasses.fields(row)}
    parts = [part.split()[0] for part in f"{spec.order_by},{spec.group_by}".split(",") if part.strip()]
    return frozenset(part.upper().rpartition(".")[2] for part in parts if part not in names)


def _require_spec(row: type) -> SourceSpec:
    spec = find_source_spec(row)
    if spec is None:
        raise TypeError(f"{row.__name__} is not read from the database")
    return spec


def compile_source(
    row: type, capabilities: Capabilities, data_classes: frozenset[DataClass] | None = None
) -> Statement | Unavailable:
    """Return the statement of a source on this target, or why there is none. ``data_classes`` None grants all."""
    spec = _require_spec(row).seen_from(capabilities.tenant_kind)
    refused = (
        _explain_not_granted(spec, data_classes)
        or _explain_no_view(spec, capabilities)
        or _explain_no_privilege(spec, capabilities)
    )
    if refused:
        return refused
    if spec.shown_for:
        return Statement(spec.name, spec.view, "", tuple(field.name for field in _list_fields(row)), spec.limit)
    present = frozenset[str]().union(*(_list_visible_columns(view, capabilities) for view in spec.views))
    asked = (
        field
        for field in _list_fields(row)
        if (capabilities.tenant_kind is TenantKind.SYS or not field.sys_only) and field.is_granted(data_classes)
    )
    fields = tuple(field for field in asked if field.columns <= present or not field.optional)
    missing = sorted(frozenset[str]().union(*(field.columns for field in fields)) - present)
    if missing:
        return _explain_missing_columns(spec, missing, capabilities)
    sql = _render_select(row, spec, fields, capabilities.system_schema)
    return Statement(spec.name, spec.view, sql, tuple(f.name for f in fields), spec.limit)


@lru_cache(maxsize=_MOST_KEPT)
def _render_select(row: type, spec: SourceSpec, fields: tuple[_Field, ...], system_schema: str) -> str:
    """Return the text of a SELECT. It is kept: targets of one version, under the same grants, have the same texts."""
    query: Select[*tuple[Any, ...]] = select(*(literal_column(field.sql).label(field.name) for field in fields))
    if spec.from_sql:
        tables = {view.partition(".")[2]: _qualify_view(view, system_schema) for view in spec.views}
        query = query.select_from(text(spec.from_sql.format_map(tables)))
    else:
        schema, _, name = spec.view.partition(".")
        query = query.select_from(Table(name, MetaData(), Column("x"), schema=_choose_schema(schema, system_schema)))
    if spec.where:
        query = query.where(text(spec.where))
    group_by, order_by = (_keep_present_columns(columns, row, fields) for columns in (spec.group_by, spec.order_by))
    if group_by:
        query = query.group_by(text(group_by))
    if order_by:
        query = query.order_by(text(order_by))
    compiled = query.limit(spec.limit + 1).compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})
    return re.sub(r"\s+", " ", str(compiled)).strip()


def _keep_present_columns(columns: str, row: type, fields: Sequence[_Field]) -> str:
    """Return what to group or order by, without the columns of omitted fields: one group holds all their values."""
    gone = {field.sql.strip("`") for field in _list_fields(row) if field not in fields}
    parts = [part.strip() for part in columns.split(",")]
    return ", ".join(part for part in parts if part.removesuffix(" DESC") not in gone)


def _choose_schema(schema: str, system_schema: str) -> str:
    """Return the schema to read. A cluster held as data keeps the views of both schemas in one of another name."""
    return schema if system_schema == "oceanbase" else system_schema


def _qualify_view(view: str, system_schema: str) -> str:
    schema, _, name = view.partition(".")
    return f"{_quote_name(_choose_schema(schema, system_schema))}.{_quote_name(name)}"


def _shorten_view(view: str) -> str:
    return view.partition(".")[2].upper()


def _explain_not_granted(spec: SourceSpec, data_classes: frozenset[DataClass] | None) -> Unavailable | None:
    if data_classes is None or spec.data_class in data_classes:
        return None
    args: dict[str, Scalar | Text] = {"source": spec.name, "data_class": Text(DATA_CLASSES[spec.data_class])}
    return Unavailable(
        UnavailableKind.NOT_GRANTED,
        Text("The authorization does not grant the data class {data_class}.", args),
        Text("Sign an authorization that covers the data class {data_class}.", args),
    )


def _explain_no_view(spec: SourceSpec, capabilities: Capabilities) -> Unavailable | None:
    for view in spec.views:
        if _shorten_view(view) not in capabilities.columns:
            told = "The view {view} does not exist in OceanBase {version}."
            if capabilities.embedded:
                told = "The embedded kernel of {version} has no view {view}."
            args = {"view": view, "version": str(capabilities.version)}
            return Unavailable(UnavailableKind.NO_VIEW, Text(told, args))
    return None


def _explain_no_privilege(spec: SourceSpec, capabilities: Capabilities) -> Unavailable | None:
    if spec.requires and spec.requires.value not in capabilities.privileges:
        args = {"view": spec.view, "privilege": spec.requires.value}
        return Unavailable(
            UnavailableKind.PRIVILEGE,
            Text("Without the privilege {privilege} the view {view} answers empty, which proves nothing.", args),
            _write_grant(f"{spec.requires.value} ON *.*", capabilities),
        )
    for view in spec.views:
        if view.startswith("oceanbase.") and _find_granted_columns(view, capabilities) is None:
            return Unavailable(
                UnavailableKind.PRIVILEGE,
                Text("The account may not read {view}.", {"view": view}),
                _write_grant(f"SELECT ON {view.replace('.', '.`')}`", capabilities),
            )
    return None


def _write_grant(what: str, capabilities: Capabilities) -> Text:
    return Text("GRANT {what} TO {account};", {"what": what, "account": quote_account(capabilities.account)})


def _find_granted_columns(view: str, capabilities: Capabilities) -> frozenset[str] | None:
    """Return the granted columns of a system view (empty: all), or None when nothing is granted."""
    if "SELECT" in capabilities.privileges or "*" in capabilities.grants:
        return frozenset()
    return capabilities.grants.get(_shorten_view(view))


def list_readable_columns(view: str, capabilities: Capabilities) -> frozenset[str]:
    """Return the columns of a system view that exist and that our account may read; empty if it may not read it."""
    if _shorten_view(view) not in capabilities.columns or _find_granted_columns(view, capabilities) is None:
        return frozenset()
    return _list_visible_columns(view, capabilities)


def _list_visible_columns(view: str, capabilities: Capabilities) -> frozenset[str]:
    exists = capabilities.columns[_shorten_view(view)]
    if not view.startswith("oceanbase."):
        return exists
    granted = _find_granted_columns(view, capabilities)
    return exists & granted if granted else exists


def _explain_missing_columns(spec: SourceSpec, missing: list[str], capabilities: Capabilities) -> Unavailable:
    exists = frozenset[str]().union(*(capabilities.columns[_shorten_view(view)] for view in spec.views))
    args = {"view": spec.view, "columns": ", ".join(missing)}
    if exists >= set(missing):
        return Unavailable(
            UnavailableKind.PRIVILEGE,
            Text("The account may not read {columns} of {view}.", args),
            _write_grant(f"SELECT ({args['columns']}) ON {spec.view.replace('.', '.`')}`", capabilities),
        )
    return Unavailable(UnavailableKind.NO_COLUMN, Text("{view} has no column {columns} in this version.", args))
