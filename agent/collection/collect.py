"""Reads each needed source once and builds the snapshot. A source that cannot be read becomes Unavailable."""

from __future__ import annotations

import dataclasses
import time
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from agent.collection.busy import BusyWatch
from agent.collection.connect import ReadOnlySession, Row
from agent.collection.definition_reading import (
    LATE,
    LEFT_OUT,
    TIMED_OUT,
    ShownTables,
    list_shown_tables,
    list_tables_of,
    read_definitions,
)
from agent.collection.key_columns import KeyColumns, list_key_columns
from agent.collection.masking import mask_fields
from agent.collection.narrowing import Facts, list_dearest_ids, narrow_statement
from agent.collection.plan_cache_totals import stand_in_for_totals, tell_stand_in
from agent.collection.server_errors import is_shut
from agent.collection.signed_scope import Scopes, compile_covered, covers_key_names
from agent.collection.slices import SlicedAnswer, list_slicing_names, narrow_elsewhere, read_slices
from agent.collection.statements import Statement, find_field_classes
from agent.facts import CostClass, SourceSpec, find_source_spec, require_source_spec
from agent.facts.given import Build, Clock
from agent.model.snapshot import Capabilities, Problem, Snapshot, SourceRecord, Unavailable
from agent.model.terms import DataClass, Scalar, Text, UnavailableKind
from agent.support.errors import JournalError, StatementError

ShowProgress = Callable[[str, int, int], None]
_COST_ORDER = list(CostClass)
_REMEDIES = {
    UnavailableKind.TIMEOUT: Text("Assess in off-peak hours, or allow a longer time for each statement."),
    UnavailableKind.PRIVILEGE: Text(
        "Grant the read-only privileges of the assessment account (the GRANT statements are in the authorization)."
    ),
    UnavailableKind.BUDGET: Text("Allow a larger load budget, and assess again."),
    UnavailableKind.BUSY: Text("Assess in off-peak hours, or allow a longer wait for an idle moment."),
    UnavailableKind.LOST: Text("Assess again when the target and the network between are well."),
}
_PARTIAL = {
    UnavailableKind.BUDGET: Text("The load budget was spent before everything was read. Missing are: {names}.").msgid,
    UnavailableKind.BUSY: Text("The target stayed busy, so reading was stopped. Missing are: {names}.").msgid,
    UnavailableKind.LOST: Text("The connection to the target broke. Missing are: {names}.").msgid,
    UnavailableKind.CLOSED: Text(
        "The signed window closed before everything was read. Missing are: {names}. Assess earlier in the window."
    ).msgid,
}
# No column of a system view that we read is longer.
_MOST_CHARS = 65_536


class _Tables(NamedTuple):
    """By which tables a source is read, and the columns of their keys; no names for one statement."""

    names: Sequence[tuple[str, str]]
    keys: KeyColumns | None


def collect_facts(
    session: ReadOnlySession,
    sources: Iterable[type],
    capabilities: Capabilities,
    data_classes: frozenset[DataClass] | None,
    as_of: datetime,
    *,
    given: Sequence[object] = (),
    progress: ShowProgress = lambda source, done, total: None,
    scopes: Scopes | None = None,
    watch: BusyWatch | None = None,
) -> Snapshot:
    """Read every source once, cheap ones first; ``given`` are fact rows that the engagement and history supply.

    ``data_classes`` and ``scopes`` are what the customer signed; None covers everything. ``watch`` holds costly
    sources back while the target is busy. Raises JournalError when the journal cannot be written.
    """
    facts: dict[type, tuple[Any, ...] | Unavailable] = {}
    records: list[SourceRecord] = []
    wanted = sorted({row for row in sources if find_source_spec(row)}, key=_rank_source)
    for done, row in enumerate(_order_sources(wanted, facts)):
        progress(row.__name__, done, len(wanted))
        statement = _narrow(row, compile_covered(row, capabilities, data_classes, scopes), facts)
        if isinstance(statement, Statement) and _is_known_empty(row, facts, records):
            facts[row] = ()
            records.append(SourceRecord(source=row.__name__, view=statement.view, status="ok"))
            continue
        keys = list_key_columns(row, facts, records) if covers_key_names(row, scopes) else None
        tables = _Tables(_list_names(row, facts), keys)
        facts[row], record = _read_source(session, row, statement, watch, tables)
        records.append(_mark_cut(record, row, records))
    told = stand_in_for_totals(facts, records)
    build = Build(version=capabilities.version, tenant_kind=capabilities.tenant_kind, embedded=capabilities.embedded)
    facts[Build] = (build,)
    facts[Clock] = (Clock(as_of=as_of),)
    for item in given:
        before = facts.get(type(item), ())
        facts[type(item)] = (*(() if isinstance(before, Unavailable) else before), item)
    return Snapshot(
        target=session.endpoint.name,
        tenant_kind=capabilities.tenant_kind,
        version=capabilities.version,
        as_of=as_of,
        facts=facts,
        records=told,
        problems=(*capabilities.problems, *_list_problems(told, watch), *tell_stand_in(told)),
        cost=session.cost,
        embedded=capabilities.embedded,
    )


def _narrow(row: type, statement: Statement | Unavailable, facts: Facts) -> Statement | Unavailable:
    """Return the statement for the dearest statements of the tenant, where the source is read for those alone."""
    spec = require_source_spec(row)
    if isinstance(statement, Unavailable):
        return statement
    if spec.shown_for:
        tables = list_shown_tables(row, facts)
        return tables if isinstance(tables, Unavailable) else statement
    if spec.tables_of:
        return narrow_elsewhere(statement, list_tables_of(row, facts), spec.elsewhere)
    if not spec.narrowed_by:
        return statement
    sql_ids = list_dearest_ids(row, facts)
    if isinstance(sql_ids, Unavailable):
        return sql_ids
    return narrow_statement(statement, sql_ids) if sql_ids else statement


def _list_names(row: type, facts: Facts) -> Sequence[tuple[str, str]]:
    """Return the tables by whose names the source is read, in slices or one by one; none for one statement."""
    if not require_source_spec(row).shown_for:
        return list_slicing_names(row, facts)
    tables = list_shown_tables(row, facts)
    return () if isinstance(tables, Unavailable) else tables


def _rank_source(row: type) -> tuple[int, int, str]:
    """Sort cheap sources first, and short answers before long lists of objects.

    When the load budget runs out, the facts on the cost of statements have then been read.
    """
    spec = require_source_spec(row)
    return _COST_ORDER.index(spec.cost), spec.limit, spec.name


def _is_known_empty(row: type, facts: Facts, records: Iterable[SourceRecord]) -> bool:
    """Whether the source that this one goes with was read whole and has no row: then no statement is sent."""
    spec = require_source_spec(row)
    if spec.narrowed_by:
        return list_dearest_ids(row, facts) == ()
    if spec.shown_for:
        return list_shown_tables(row, facts) == ()
    other = spec.only_with
    cut = any(record.source == other.__name__ and record.truncated for record in records) if other else False
    return other is not None and facts.get(other) == () and not cut


def _order_sources(wanted: Iterable[type], facts: Facts) -> Iterator[type]:
    """Yield what is read for the dearest statements after all records of the load, and what is read in slices last.

    Slices may take all that is left of the load budget. Whether a source is read so, is known from the facts that were
    read before.
    """
    narrowed, sliced = [], []
    for row in wanted:
        spec = require_source_spec(row)
        if list_slicing_names(row, facts):
            sliced.append(row)
        elif spec.narrowed_by or spec.shown_for or spec.tables_of:
            narrowed.append(row)
        else:
            yield row
    yield from sorted(narrowed, key=_rank_shown)
    yield from sliced


def _rank_shown(row: type) -> bool:
    """Sort the tables' definitions behind the plans that name the tables."""
    return require_source_spec(row).shown_for is not None


def _mark_cut(record: SourceRecord, row: type, records: Iterable[SourceRecord]) -> SourceRecord:
    """Mark a source as cut where the list of tables that it was read by is."""
    sliced_by = require_source_spec(row).sliced_by
    by = sliced_by.__name__ if sliced_by else ""
    cut = any(other.source == by and other.truncated for other in records)
    return dataclasses.replace(record, truncated=True) if cut and record.status == "ok" else record


def _list_problems(records: Sequence[SourceRecord], watch: BusyWatch | None) -> Iterator[Problem]:
    """Yield each reason for which reading stopped early, once for all its sources, and the problem of the watch."""
    for kind, msgid in _PARTIAL.items():
        names = [record.source for record in records if record.status == kind.value]
        if names:
            yield Problem(Text(msgid, {"names": ", ".join(names)}), _REMEDIES.get(kind))
    for record in records:
        # Definitions beyond the limits are named among the sources: no budget and no grant would bring them.
        if record.status == "ok" and record.reason and record.reason.msgid not in (LEFT_OUT, LATE):
            is_slow = record.reason.msgid == TIMED_OUT
            yield Problem(record.reason, _REMEDIES[UnavailableKind.TIMEOUT if is_slow else UnavailableKind.BUDGET])
    shut = [record.source for record in records if is_shut(record.reason)]
    if shut:
        args: dict[str, Scalar] = {"shut_count": len(shut), "names": ", ".join(shut)}
        text = "{shut_count} statements went on after their time limit, so the connection was shut on them: {names}."
        yield Problem(Text(text, args), _REMEDIES[UnavailableKind.TIMEOUT])
    if watch and watch.problem:
        yield watch.problem


def _read_source(
    session: ReadOnlySession,
    row: type,
    statement: Statement | Unavailable,
    watch: BusyWatch | None,
    tables: _Tables,
) -> tuple[tuple[Any, ...] | Unavailable, SourceRecord]:
    """Read one source, in slices of ``tables`` if there are any."""
    spec = require_source_spec(row)
    if watch and isinstance(statement, Statement):
        statement = watch.before(CostClass.HEAVY if tables.names else spec.cost, spec.name) or statement
    if isinstance(statement, Unavailable):
        return statement, SourceRecord(
            source=spec.name, view=spec.view, status=statement.kind.value, reason=statement.reason
        )
    started = time.perf_counter()
    try:
        answer = _ask(session, spec, statement, tables)
        if answer.fatal:
            raise answer.fatal
        rows = tuple(_build_row(row, statement, values, spec.data_class) for values in answer.rows[: statement.limit])
    except StatementError as error:
        missing = Unavailable(error.kind, error.text, _REMEDIES.get(error.kind))
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001 - a bad row becomes data here
        # The error's own words are left out: they repeat the value.
        args = {"source": spec.name, "reason": type(error).__name__}
        missing = Unavailable(UnavailableKind.ERROR, Text("{source}: a row could not be read: {reason}", args))
    else:
        return rows, SourceRecord(
            source=spec.name,
            view=spec.view,
            status="ok",
            rows=len(rows),
            duration_ms=_measure_ms_since(started),
            truncated=answer.is_cut(statement.limit),
            reason=answer.explain(spec.name, len(tables.names)),
        )
    return missing, SourceRecord(
        source=spec.name,
        view=spec.view,
        status=missing.kind.value,
        reason=missing.reason,
        duration_ms=_measure_ms_since(started),
    )


def _ask(
    session: ReadOnlySession, spec: SourceSpec, statement: Statement, tables: _Tables
) -> SlicedAnswer | ShownTables:
    if spec.shown_for:
        return read_definitions(session, statement, tables.names)
    return read_slices(session, statement, tables.names, tables.keys)


def _measure_ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _build_row(row: type, statement: Statement, values: Row, data_class: DataClass) -> Any:
    converters = _list_converters(row)
    fields = {name: converters[name](value) for name, value in zip(statement.fields, values, strict=True)}
    return row(**mask_fields(row.__name__, fields, data_class, find_field_classes(row)))


@cache
def _list_converters(row: type) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(row)
    return {field.name: _choose_converter(hints[field.name]) for field in dataclasses.fields(row)}


def _choose_converter(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, types.UnionType):
        inner = _choose_converter(next(arm for arm in typing.get_args(hint) if arm is not type(None)))
        empty = (None, "") if inner is _convert_to_time else (None,)
        return lambda value: None if value in empty else inner(value)
    known: dict[Any, Callable[[Any], Any]] = {
        datetime: _convert_to_time,
        bool: _convert_to_bool,
        int: int,
        float: float,
        str: _convert_to_string,
    }
    return known[hint]


def _convert_to_string(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text[:_MOST_CHARS]


def _convert_to_bool(value: Any) -> bool:
    return value.upper() in ("YES", "TRUE", "1") if isinstance(value, str) else bool(value)


def _convert_to_time(value: Any) -> datetime:
    """Return the time in UTC, the session's time zone.

    Some views give a text, some views of the embedded kernel give microseconds since 1970.
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str) and "-" in value:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return datetime.fromtimestamp(int(value) / 1_000_000, UTC)
