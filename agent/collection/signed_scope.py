"""Keeps sources within the signed authorization: a source is read within what was signed for it, or not at all.

So a signature stays valid for another version of the agent, and nothing beyond it can be sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache

from agent.collection.statements import Statement, compile_source, list_columns_read, list_optional_columns
from agent.facts import SourceSpec, definitions, find_source_spec, require_source_spec
from agent.facts.schema import name_key_columns
from agent.model.authorization import Authorization, SourceScope
from agent.model.snapshot import Capabilities, Unavailable
from agent.model.terms import DataClass, TenantKind, Text, UnavailableKind

Scopes = Mapping[str, SourceScope]


def compile_covered(
    row: type, capabilities: Capabilities, data_classes: frozenset[DataClass] | None, scopes: Scopes | None
) -> Statement | Unavailable:
    """Return the statement of a source within what was signed, or why there is none. ``scopes`` None covers all."""
    spec = find_source_spec(row)
    if spec is None or scopes is None or (data_classes is not None and spec.data_class not in data_classes):
        return compile_source(row, capabilities, data_classes)
    beyond = find_beyond_scope(row, scopes, capabilities.tenant_kind)
    if beyond:
        args = {"source": spec.name, "what": beyond}
        return Unavailable(
            UnavailableKind.NOT_GRANTED,
            Text("The signed authorization does not cover the source {source}: {what}.", args),
            Text("Sign a new authorization that covers {source}.", args),
        )
    return compile_source(row, _narrow_capabilities(capabilities, spec, scopes[spec.name]), data_classes)


def list_covered(rows: Iterable[type], authorization: Authorization) -> list[type]:
    """Return the sources that may be read at least in part."""
    return [
        row
        for row in rows
        if (spec := find_source_spec(row))
        and spec.data_class in authorization.data_classes
        and not find_beyond_scope(row, authorization.sources, authorization.tenant_kind)
    ]


@cache
def describe_scope(
    row: type, kinds: tuple[TenantKind, ...] = tuple(TenantKind), data_classes: frozenset[DataClass] | None = None
) -> SourceScope:
    """Return the most that the source reads on tenants of these kinds, as a request for these classes asks for it."""
    spec = require_source_spec(row)
    views = {view for kind in kinds for view in spec.seen_from(kind).views}
    columns = frozenset[str]().union(*list_columns_read(row, data_classes).values())
    joined = spec.from_sql.format_map({view.partition(".")[2]: view for view in spec.views})
    if spec.shown_for:
        joined = definitions.SHOW
    return SourceScope(
        data_class=spec.data_class,
        views=frozenset(views),
        columns=columns,
        filter=_tell_filter(spec),
        grouped_by=_collapse_spaces(spec.group_by),
        joined=_collapse_spaces(joined),
        rows=spec.limit,
    )


def covers_key_names(row: type, scopes: Scopes | None) -> bool:
    """Whether slices may ask for the columns of keys by their names. An earlier request did not tell of that."""
    spec = require_source_spec(row)
    return scopes is None or (spec.name in scopes and scopes[spec.name].filter == _tell_filter(spec))


def find_beyond_scope(row: type, scopes: Scopes, kind: TenantKind | None = None) -> str:
    """Return the first thing beyond what was signed, or "". Optional columns do not count: they are left out.

    ``kind`` is that of the tenant; None stands for every kind.
    """
    spec, wanted = require_source_spec(row), describe_scope(row, (kind,) if kind else tuple(TenantKind))
    signed = scopes.get(spec.name)
    if signed is None:
        return "not listed"
    return next(
        (
            what
            for what, too_much in (
                (f"data class {wanted.data_class}", wanted.data_class is not signed.data_class),
                (", ".join(sorted(wanted.views - signed.views)), wanted.views - signed.views),
                (
                    ", ".join(sorted(_list_required_columns(row, wanted) - signed.columns)),
                    _list_required_columns(row, wanted) - signed.columns,
                ),
                (f"WHERE {wanted.filter}", signed.filter not in (wanted.filter, _collapse_spaces(spec.where))),
                (f"GROUP BY {wanted.grouped_by}", wanted.grouped_by != signed.grouped_by),
                (f"FROM {wanted.joined}", wanted.joined != signed.joined),
                (f"LIMIT {wanted.rows}", wanted.rows > signed.rows),
            )
            if too_much
        ),
        "",
    )


def _tell_filter(spec: SourceSpec) -> str:
    """Return the condition, and that of slices where they ask for the columns of keys by their names."""
    plain = _collapse_spaces(spec.where)
    return f"{plain}; or in slices of tables: {name_key_columns(plain, '...')}" if spec.keyed_by else plain


def _list_required_columns(row: type, wanted: SourceScope) -> frozenset[str]:
    return wanted.columns - list_optional_columns(row)


def _narrow_capabilities(capabilities: Capabilities, spec: SourceSpec, signed: SourceScope) -> Capabilities:
    """Return the capabilities as if the views had only the signed columns."""
    names = {view.partition(".")[2].upper() for view in spec.views}
    columns = {
        view: present & signed.columns if view in names else present for view, present in capabilities.columns.items()
    }
    return dataclasses.replace(capabilities, columns=columns)


def _collapse_spaces(sql: str) -> str:
    return " ".join(sql.split())
