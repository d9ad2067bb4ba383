"""Reads the statements of a snapshot with what the checks say of them, for ``ob-health sql``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from agent.archive.folder import EARLIER
from agent.archive.snapshot import load_snapshot
from agent.catalogue import registry, rules
from agent.facts.definitions import TableDefinition
from agent.facts.plans import StatementHour, StatementWait
from agent.facts.schema import IndexColumn, NotableColumn
from agent.facts.statement_families import StatementFamily, join_statements
from agent.facts.workload import WorkStatement, read_snapshot_workload
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.plan_history import PastPlan, list_past_plans
from agent.judgement.statement_trend import Seen, Trend, list_trends
from agent.model.naming import name_shape
from agent.model.result import CheckResult, Finding
from agent.model.snapshot import Snapshot
from agent.model.terms import Category, Outcome, Text
from agent.support.errors import ConfigError, SnapshotError

T = TypeVar("T", NotableColumn, IndexColumn)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTable:
    """What the dictionary tells of a table whose definition was not read: some of its columns, and all its indexes."""

    table_schema: str
    table_name: str
    columns: tuple[NotableColumn, ...]
    indexes: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStatement:
    """One statement with what the checks found on it: (code, finding). ``unjudged`` are checks that knew too little.

    ``sql_ids`` are all ids under which it is sent, ``trend`` is None without an earlier snapshot.
    """

    statement: WorkStatement
    sql_ids: tuple[str, ...]
    causes: tuple[tuple[str, Finding], ...]
    unjudged: tuple[str, ...]
    waits: tuple[StatementWait, ...]
    hours: tuple[StatementHour, ...]
    definitions: tuple[TableDefinition, ...]
    known_tables: tuple[KnownTable, ...]
    past_plans: tuple[PastPlan, ...]
    trend: Trend | None = None


def read_told(path: Path, before: Path | None = None) -> list[ToldStatement]:
    """Return the statements of a snapshot, the dearest first, with the trend against an earlier one if there is any.

    Without ``before`` that is the newest that was set aside beside the snapshot. Raises SnapshotError, and ConfigError
    for a ``before`` that is no earlier one of this target.
    """
    found = registry.load_registry()
    rows = {row for spec in found.checks.values() for row in spec.facts.values()}
    snapshot = load_snapshot(path, rows)
    earlier = _load_before(path, snapshot, before, rows)
    specs = [spec for spec in found.checks.values() if spec.category is Category.SQL]
    results = evaluate_checks(specs, rules.load_rules(found.checks), snapshot, found.translations)
    families = _list_families(snapshot)
    trends = list_trends(Seen(snapshot, families), Seen(earlier, _list_families(earlier))) if earlier else {}
    senders: defaultdict[str, set[int | None]] = defaultdict(set)
    for family in families:
        for sql_id in family.sql_ids:
            senders[sql_id].add(family.statement.tenant_id)
    shared = frozenset(sql_id for sql_id, tenants in senders.items() if len(tenants) > 1)
    return [
        _tell(family, snapshot, results, trends.get((family.statement.tenant_id, family.sql_ids[0])), shared)
        for family in families
    ]


def _load_before(path: Path, snapshot: Snapshot, before: Path | None, rows: Iterable[type]) -> Snapshot | None:
    if before is not None:
        earlier = load_snapshot(before, rows)
        if not _is_before(earlier, snapshot):
            args = {"path": str(before), "other": str(path)}
            raise ConfigError(Text("{path} is no earlier snapshot of the target of {other}.", args))
        return earlier
    aside = sorted((path.parent / EARLIER).glob(f"*/{path.name}"), key=lambda one: one.stat().st_mtime, reverse=True)
    for candidate in aside:
        try:
            earlier = load_snapshot(candidate, rows)
        except SnapshotError:
            continue  # of an agent that kept facts in another way: an older one may be readable
        if _is_before(earlier, snapshot):
            return earlier
    return None


def _is_before(earlier: Snapshot, snapshot: Snapshot) -> bool:
    return earlier.target == snapshot.target and earlier.as_of < snapshot.as_of


def _list_families(snapshot: Snapshot) -> tuple[StatementFamily, ...]:
    return join_statements(read_snapshot_workload(snapshot))


def _tell(
    family: StatementFamily,
    snapshot: Snapshot,
    results: Iterable[CheckResult],
    trend: Trend | None,
    shared: frozenset[str],
) -> ToldStatement:
    """Tell one statement. Samples of sessions name no tenant: those of ids that several tenants share are nobody's."""
    own = frozenset(family.sql_ids) - shared
    names = {name_shape(sql_id, family.statement.tenant_id) for sql_id in family.sql_ids}
    names |= {name_shape(sql_id, None) for sql_id in own}
    tables = _list_tables(family.statement)
    definitions = tuple(
        row for row in snapshot.list_rows(TableDefinition) if (row.table_schema, row.table_name) in tables
    )
    shown = {(row.table_schema, row.table_name) for row in definitions}
    return ToldStatement(
        statement=family.statement,
        sql_ids=family.sql_ids,
        causes=tuple(
            (result.code, finding) for result in results for finding in result.findings if finding.resource in names
        ),
        unjudged=tuple(
            result.code
            for result in results
            if result.outcome is Outcome.NOT_ASSESSED or names.intersection(result.unjudged)
        ),
        waits=tuple(_add_waits(row for row in snapshot.list_rows(StatementWait) if row.sql_id in own)),
        hours=tuple(_add_hours(row for row in snapshot.list_rows(StatementHour) if row.sql_id in own)),
        definitions=definitions,
        known_tables=tuple(_find_known(snapshot, sorted(tables - shown))),
        past_plans=list_past_plans(snapshot, family.statement.tenant_id, family.sql_ids),
        trend=trend,
    )


def _add_waits(rows: Iterable[StatementWait]) -> Iterator[StatementWait]:
    """Yield the waits with those of several ids in one state for one event added up, the most first."""
    found: dict[tuple[str, str, str], StatementWait] = {}
    for row in rows:
        key = (row.session_state, row.wait_class, row.event)
        was = found.get(key)
        names = ("samples", "planning", "reading", "writing", "remote")
        sums: dict[str, Any] = {name: getattr(row, name) + getattr(was, name) for name in names} if was else {}
        found[key] = replace(was, **sums) if was else row
    yield from sorted(found.values(), key=lambda row: row.samples, reverse=True)


def _add_hours(rows: Iterable[StatementHour]) -> Iterator[StatementHour]:
    samples: Counter[int] = Counter()
    newest: dict[int, StatementHour] = {}
    for row in rows:
        samples[row.hour] += row.samples
        was = newest.get(row.hour, row)
        newest[row.hour] = replace(was, days=max(was.days, row.days))
    for hour in sorted(newest):
        yield replace(newest[hour], samples=samples[hour])


def _find_known(snapshot: Snapshot, tables: Iterable[tuple[str, str]]) -> Iterator[KnownTable]:
    for schema, table in tables:
        columns = tuple(_rows_of_table(snapshot, NotableColumn, schema, table))
        indexes: dict[str, tuple[str, ...]] = {}
        for row in sorted(_rows_of_table(snapshot, IndexColumn, schema, table), key=lambda row: row.seq_in_index):
            indexes[row.index_name] = (*indexes.get(row.index_name, ()), row.column_name)
        if columns or indexes:
            yield KnownTable(table_schema=schema, table_name=table, columns=columns, indexes=indexes)


def _rows_of_table(snapshot: Snapshot, row: type[T], schema: str, table: str) -> Iterator[T]:
    for found in snapshot.list_rows(row):
        if (found.table_schema, found.table_name) == (schema, table):
            yield found


def _list_tables(statement: WorkStatement) -> frozenset[tuple[str, str]]:
    return frozenset((access.owner, access.table) for plan in statement.plans for access in plan.accesses)
