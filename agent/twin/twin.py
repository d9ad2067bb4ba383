"""The twin: a throw-away kernel with the tenant's tables and statistics, and not one row or literal of its data.

It explains statements; it never runs one of the customer's. A definition is hostile text: it was stripped when it was
read, and is sent alone, one statement a call. Nothing here knows a road to the customer's server.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pymysql

from agent.facts import SYSTEM_SCHEMAS
from agent.facts.definition_stripping import strip_definition
from agent.kernel.start import Kernel, run_kernel
from agent.model.labels import N_
from agent.model.terms import Text
from agent.support.errors import ConfigError, KernelError
from agent.twin.candidates import Candidate
from agent.twin.hints import is_single, quote
from agent.twin.material import Material, Name, TwinTable
from agent.twin.plan_shape import PlanShape, read_explained
from agent.twin.statistics import SCRATCH, Row, StatisticsWriter
from agent.twin.synthetic import Bounds, ColumnType

ShowProgress = Callable[[str, int, int], None]
BUILDING = N_("tables of the twin")
_SELF_TEST = "ob_health_self_test"
_TIMEOUT_US = 60_000_000
_LOST = frozenset({0, 2006, 2013, 2014, 2055})
# Without these the twin would sample its empty tables, or take minutes for a plan.
_SESSION = {
    "ob_query_timeout": str(_TIMEOUT_US),
    "optimizer_dynamic_sampling": "0",
    "foreign_key_checks": "0",
    "time_zone": "'+00:00'",
}
_REASON_CHARS = 200
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class TwinRefused(Exception):
    """The twin does not take one statement; ``reason`` is the server's word, ``number`` its error number."""

    def __init__(self, reason: str, number: int) -> None:
        super().__init__(reason)
        self.reason = reason[:_REASON_CHARS]
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A table or a setting that the twin did not take, and why."""

    what: str
    reason: str


@dataclass(slots=True)
class Twin:
    """A twin that is built. ``refusals`` are what it lacks; ``bounds`` the values that its columns are taken to have.

    ``explained`` counts the plans that were asked for. ``tables`` are those that stand on it, and ``candidates`` the
    indexes that were made with them, which the tenant does not have.
    """

    kernel: Kernel
    connection: pymysql.Connection[Any]
    refusals: list[Refusal] = field(default_factory=list)
    bounds: Mapping[Name, Mapping[str, Bounds]] = field(default_factory=dict)
    types: Mapping[Name, Mapping[str, ColumnType]] = field(default_factory=dict)
    explained: int = 0
    tables: set[Name] = field(default_factory=set)
    candidates: list[Candidate] = field(default_factory=list)
    writer: StatisticsWriter | None = None
    _database: str = ""

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return its rows, texts decoded whatever is in them.

        Raises TwinRefused if the kernel refuses it, and KernelError if the kernel has ended.
        """
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql, tuple(values) or None)
                return [tuple(map(_decode, row)) for row in cursor.fetchall()]
        except (pymysql.MySQLError, OSError) as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            if number in _LOST or isinstance(error, OSError):
                raise KernelError(
                    Text("The embedded kernel of the twin has ended; no more advice is proven.")
                ) from None
            raise TwinRefused(str(error.args[-1] if error.args else error), number) from None

    def measure_memory(self) -> int:
        """Return the most memory that the kernel has had, in bytes; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.kernel.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        return int(found[1]) << 10 if found else 0

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the session. Raises ConfigError for one that the twin does not have, or that value."""
        if not _VARIABLE.fullmatch(name):
            raise ConfigError(Text("{name}: not the name of a variable.", {"name": name[:_REASON_CHARS]}))
        try:
            self.ask(f"SET SESSION {name} = %s", [int(value) if value.lstrip("-").isdecimal() else value])
        except TwinRefused as refused:
            args = {"name": name, "reason": refused.reason}
            raise ConfigError(Text("{name}: the twin does not take this setting: {reason}", args)) from None

    def make_anew(self, tables: Sequence[TwinTable]) -> None:
        """Make tables as the tenant has them, without what was made or changed there since.

        Raises TwinRefused and KernelError as ``ask`` does.
        """
        for table in tables:
            self.ask(f"DROP TABLE IF EXISTS {quote(table.schema)}.{quote(table.name)}")
            _create_table(self, table)
        self.write_statistics(tables)

    def write_statistics(self, tables: Sequence[TwinTable]) -> None:
        """Write the statistics of tables again: a change of a table makes another one in the server's eyes."""
        if self.writer is not None and tables:
            self.writer.write_again(tables)

    def use(self, database: str) -> None:
        """Make a database the one in which names without a database are looked up."""
        if database and database != self._database:
            self.ask(f"USE {quote(database)}")
            self._database = database

    def _require_single(self, sql: str) -> None:
        """Raise TwinRefused for more than one statement: EXPLAIN stands before the first one only."""
        if not is_single(sql):
            raise TwinRefused("more than one statement", 0)

    def explain(self, sql: str, database: str) -> PlanShape:
        """Return the plan that the twin chooses. Raises TwinRefused and KernelError as ``ask`` does."""
        self._require_single(sql)
        self.use(database)
        self.explained += 1
        plan = read_explained(str(row[0]) for row in self.ask(f"EXPLAIN {sql}"))
        if plan is None:
            raise TwinRefused("EXPLAIN shows no plan", 0)
        return plan

    def write_outline(self, sql: str, database: str) -> str:
        """Return the hints that force the plan which the twin chooses; "" if it writes none."""
        self._require_single(sql)
        self.use(database)
        self.explained += 1
        text = "\n".join(str(row[0]) for row in self.ask(f"EXPLAIN OUTLINE {sql}"))
        rest = text.partition("BEGIN_OUTLINE_DATA")[2]
        body, end, _ = rest.partition("END_OUTLINE_DATA")
        return f"/*+ BEGIN_OUTLINE_DATA {' '.join(body.split())} END_OUTLINE_DATA */" if end else ""


def _decode(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else value


@contextlib.contextmanager
def open_twin(
    material: Material,
    progress: ShowProgress = lambda what, done, total: None,
    also: Collection[Name] = (),
    candidates: Iterable[Candidate] = (),
) -> Iterator[Twin]:
    """Build a twin for the time of the block. The kernel ends with the block, whatever happens.

    It has the tables that the statements read, and ``also`` these: making one takes the time of several plans. Tables
    are made with their ``candidates``; where the twin does not take one of them, it has none of that table yet.
    Raises KernelError if the kernel is not installed, does not start, or fails its self-test.
    """
    wanted = material.list_read() | set(also)
    with run_kernel() as kernel, contextlib.closing(kernel.connect()) as connection:
        connection.use_unicode = False  # EXPLAIN may cut a text within a character
        twin = Twin(kernel, connection)
        _prepare(twin, material)
        _test_itself(twin, material.as_of)
        tables = [table for place, table in material.tables.items() if place in wanted]
        _create_databases(twin, material)
        by_table: defaultdict[Name, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            by_table[candidate.place].append(candidate)
        _create_tables(twin, tables, by_table, progress)
        _write_statistics(twin, tables, material.as_of)
        yield twin


def _prepare(twin: Twin, material: Material) -> None:
    for name, value in _SESSION.items():
        twin.ask(f"SET SESSION {name} = {value}")
    twin.ask(f"SET SESSION timestamp = {material.as_of.timestamp():.0f}")  # NOW() is that of the snapshot
    for name, value in material.settings.items():
        try:
            twin.set_variable(name, value)
        except ConfigError as refused:
            twin.refusals.append(Refusal(what=name, reason=str(refused.text.args.get("reason", ""))))


def _create_databases(twin: Twin, material: Material) -> None:
    """Create the databases of all tables: a statement may run in one of which it reads no table."""
    for schema in sorted({schema for schema, _ in material.tables} - set(SYSTEM_SCHEMAS)):
        try:
            twin.ask(f"CREATE DATABASE IF NOT EXISTS {quote(schema)}")
        except TwinRefused as refused:
            twin.refusals.append(Refusal(what=schema, reason=refused.reason))


def _create_tables(
    twin: Twin, tables: Sequence[TwinTable], candidates: Mapping[Name, Sequence[Candidate]], progress: ShowProgress
) -> None:
    """Create the tables that the twin takes, one statement each, with their candidates where it takes these."""
    for done, table in enumerate(tables):
        progress(BUILDING, done, len(tables))
        place = (table.schema, table.name)
        try:
            _create_with_candidates(twin, table, candidates.get(place, ()))
            twin.tables.add(place)
        except TwinRefused as refused:
            twin.refusals.append(Refusal(what=f"{table.schema}.{table.name}", reason=refused.reason))
    progress(BUILDING, len(tables), len(tables))


def _create_with_candidates(twin: Twin, table: TwinTable, candidates: Sequence[Candidate]) -> None:
    """Create one table; without its candidates where one of them is refused. Raises as ``_create_table`` does."""
    try:
        _create_table(twin, table, candidates)
        twin.candidates += candidates
    except TwinRefused:
        if not candidates:
            raise
        _create_table(twin, table)


def _write_statistics(twin: Twin, tables: Sequence[TwinTable], as_of: datetime) -> None:
    """Write the statistics of the tables that stand on the twin."""
    made = [table for table in tables if (table.schema, table.name) in twin.tables]
    if made:
        writer = StatisticsWriter(twin.ask, as_of)
        writer.write(made)
        twin.writer, twin.bounds, twin.types = writer, writer.bounds, writer.types


def _create_table(twin: Twin, table: TwinTable, candidates: Sequence[Candidate] = ()) -> None:
    """Create one table. A snapshot is a file, so its text is stripped again: nothing but a definition is sent."""
    definition = strip_definition(table.definition, [candidate.write_element() for candidate in candidates])
    if not definition or table.schema in SYSTEM_SCHEMAS:
        raise TwinRefused("not the definition of a business table in the server's own form", 0)
    twin.use(table.schema)
    twin.ask(definition)


def _test_itself(twin: Twin, as_of: datetime) -> None:
    """Plan two statements on a table of a million rows that is not there. Raises KernelError if the plans are odd.

    The inner tables are those of one version of the kernel: on another one their rows could mean something else.
    """
    from agent.facts.schema import ColumnStatistics

    counts = {"id": 1_000_000, "rare": 500_000, "common": 4}
    columns = {
        name: ColumnStatistics(
            owner=_SELF_TEST, table_name="t", column_name=name, num_distinct=distinct, num_nulls=0, avg_col_len=20
        )
        for name, distinct in counts.items()
    }
    definition = (
        f"CREATE TABLE {_SELF_TEST}.t (id BIGINT PRIMARY KEY, rare BIGINT NOT NULL, common BIGINT NOT NULL,"
        " KEY by_rare (rare), KEY by_common (common))"
    )
    table = TwinTable(
        schema=_SELF_TEST, name="t", definition=definition, rows=1_000_000, row_bytes=100, columns=columns
    )
    try:
        twin.ask(f"CREATE DATABASE {_SELF_TEST}")
        twin.ask(definition)
        StatisticsWriter(twin.ask, as_of).write([table])
        rare = twin.explain(f"SELECT * FROM {_SELF_TEST}.t WHERE rare = 7", "")
        common = twin.explain(f"SELECT * FROM {_SELF_TEST}.t WHERE common > 0", "")
        twin.ask(f"DROP DATABASE IF EXISTS {SCRATCH}")
    except TwinRefused as refused:
        raise _fail_test(refused.reason) from None
    if rare.indexes != {"by_rare"} or rare.operators[0].rows > 100 or common.indexes:
        raise _fail_test(f"{rare.write()}; {common.write()}")


def _fail_test(reason: str) -> KernelError:
    return KernelError(
        Text(
            "The twin fails its self-test, so no advice is proven; another version of the kernel? ({reason})",
            {"reason": reason[:_REASON_CHARS]},
        )
    )
