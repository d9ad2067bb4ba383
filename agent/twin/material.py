"""Takes what a twin is built from out of a snapshot: definitions, counts, settings and the dearest statements. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent.facts.definitions import TableDefinition
from agent.facts.plan_tree import Plan
from agent.facts.schema import ColumnStatistics, IndexColumn, TableStatistics
from agent.facts.settings import Variable
from agent.facts.workload import WorkStatement, read_snapshot_workload
from agent.model.snapshot import Snapshot

MOST_TABLES = 200
MOST_STATEMENTS = 100
# Settings of the tenant that decide on plans and are set on the twin, too.
_TAKEN_OVER = (
    "sql_mode",
    "enable_optimizer_rowgoal",
    "ob_enable_transformation",
    "optimizer_capture_sql_plan_baselines",
    "optimizer_use_sql_plan_baselines",
    "parallel_degree_policy",
    "parallel_max_scale_cost",
    "parallel_min_scan_time_threshold",
)
Name = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinTable:
    """One table: its definition, and what the optimizer counted in it. ``rows`` is None without statistics."""

    schema: str
    name: str
    definition: str
    rows: int | None = None
    row_bytes: int = 0
    columns: Mapping[str, ColumnStatistics] = field(default_factory=dict)

    def find_column(self, name: str) -> ColumnStatistics | None:
        """Return what is known of a column, however its name is written."""
        return next((counts for known, counts in self.columns.items() if known.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a twin is built from, and what is asked of it. ``statements`` are the dearest, first the dearest."""

    as_of: datetime
    tables: Mapping[Name, TwinTable]
    settings: Mapping[str, str]
    statements: tuple[WorkStatement, ...]
    indexes: tuple[IndexColumn, ...] = ()

    def find_table(self, schema: str, name: str) -> TwinTable | None:
        """Return a table, however its name is written."""
        found = self.tables.get((schema, name))
        wanted = (schema.lower(), name.lower())
        return found or next((t for (s, n), t in self.tables.items() if (s.lower(), n.lower()) == wanted), None)

    def find_aliases(self, plan: Plan | None) -> dict[str, Name]:
        """Return the tables that a plan reads, by the aliases that it calls them; none that is not known here."""
        found = {}
        for access in plan.accesses if plan else ():
            table = self.find_table(access.owner, access.table)
            if table:
                found[access.alias] = (table.schema, table.name)
        return found

    def list_read(self) -> set[Name]:
        """Return the tables that a statement names or that its plan reads, and some whose name only looks so."""
        text = "\n".join(statement.text or "" for statement in self.statements).lower()
        read = {
            (access.owner, access.table)
            for statement in self.statements
            for plan in statement.plans
            for access in plan.accesses
        }
        return {place for place in self.tables if place in read or place[1].lower() in text}


def choose_plan(statement: WorkStatement) -> Plan | None:
    """Return the plan that was executed most, of those whose operators are known."""
    return max(statement.plans, key=lambda plan: statement.executions.get(plan.plan_hash, 0), default=None)


def read_material(snapshot: Snapshot) -> Material:
    """Return what a snapshot has for a twin; facts that it lacks are simply not there."""
    counts: dict[Name, dict[str, ColumnStatistics]] = {}
    for column in snapshot.list_rows(ColumnStatistics):
        counts.setdefault((column.owner, column.table_name), {})[column.column_name] = column
    gathered = {(row.owner, row.table_name): row for row in snapshot.list_rows(TableStatistics)}
    tables = {}
    for row in snapshot.list_rows(TableDefinition)[:MOST_TABLES]:
        place = (row.table_schema, row.table_name)
        statistics = gathered.get(place)
        tables[place] = TwinTable(
            schema=row.table_schema,
            name=row.table_name,
            definition=row.definition,
            rows=statistics.num_rows if statistics else None,
            row_bytes=(statistics.avg_row_len or 0) if statistics else 0,
            columns=counts.get(place, {}),
        )
    settings = {row.name: row.value for row in snapshot.list_rows(Variable) if row.value is not None}
    return Material(
        as_of=snapshot.as_of,
        tables=tables,
        settings={name: settings[name] for name in _TAKEN_OVER if name in settings},
        statements=_read_statements(snapshot),
        indexes=snapshot.list_rows(IndexColumn),
    )


def _read_statements(snapshot: Snapshot) -> tuple[WorkStatement, ...]:
    """Return the dearest statements, and the dearest of those that can be compared: with a text and a plan."""
    found = read_snapshot_workload(snapshot)
    business = [statement for statement in found if statement.load.database is not None or statement.plans]
    dearest = {id(statement) for statement in business[:MOST_STATEMENTS]}
    comparable = [statement for statement in business if statement.text and statement.plans][:MOST_STATEMENTS]
    kept = dearest | {id(statement) for statement in comparable}
    return tuple(statement for statement in business if id(statement) in kept)
