"""What large dictionaries cost: thousands of tables on a server of its own, read for the first time after its start.

Making them takes long (about 20 a second on two idle cores), so they are kept under build/bench-tables for the next
time. Nothing is in the server's caches when an assessment begins ("cold"); the second reading finds all definitions
there, as on a server whose applications use their tables ("in use"). What the server takes to load the definitions is
a figure of its own: one bare COUNT(*) over the same columns, on a server just started
(docs/decisions/0053-the-first-load-is-the-servers.md).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, ReadOnlySession
from agent.facts import list_sources
from agent.facts.schema import NotableColumn, Table
from agent.kernel.start import Kernel, run_kernel
from agent.model.snapshot import Snapshot
from agent.model.terms import TenantKind
from tests.bench_scale import Line
from tests.integration.reading import endpoint, reader

PLACE = Path("build/bench-tables").absolute()
# Seconds that an assessment of so many tables may take, all its statements together, without the server's first load.
SIZES = {5_000: 10.0, 20_000: 30.0}
_SCHEMA = "big"
PLAIN = 1_000
_PATIENT = Budget(statement_timeout_s=60, total_database_ms=600_000)
_COLUMNS = (
    "id BIGINT AUTO_INCREMENT PRIMARY KEY, customer_id BIGINT NOT NULL, name VARCHAR(60), state VARCHAR(20),"
    " amount DECIMAL(12, 2), score DOUBLE, created_at DATETIME, updated_at DATETIME, note VARCHAR(200), flag TINYINT"
)
# CREATE TABLE with an index counts as altering the table.
_KEYS = ", KEY k_customer (customer_id, created_at), UNIQUE KEY u_name (name)"


class Reading(NamedTuple):
    """One assessment: its seconds, those of the columns' slices, what was read."""

    took_s: float
    columns_s: float
    facts: Snapshot

    @property
    def is_cut(self) -> bool:
        """Whether not all columns were read."""
        return any(record.truncated for record in self.facts.records if record.source == NotableColumn.__name__)


@contextlib.contextmanager
def kept_kernel(directory: Path) -> Iterator[Kernel]:
    """A server that can be started again: its root has no password while it is down."""
    with run_kernel(directory) as kernel:
        try:
            yield kernel
        finally:
            kernel.run(["ALTER USER root IDENTIFIED BY ''"])


def make_tables(count: int, name: str = "", keys: str = _KEYS) -> Path:
    """Return the directory of a server with so many tables; those that it lacks are made."""
    directory = PLACE / (name or str(count))
    with kept_kernel(directory) as kernel:
        kernel.run([f"CREATE DATABASE IF NOT EXISTS {_SCHEMA}"])
        kernel.run(f"CREATE TABLE IF NOT EXISTS {_SCHEMA}.t_{number:05d} ({_COLUMNS}{keys})" for number in range(count))
    return directory


def read_twice(directory: Path, budget: Budget) -> tuple[Reading, Reading]:
    """Read everything from a server that has just been started, and again once it has loaded all of it."""
    with kept_kernel(directory) as kernel, reader(kernel, "hx_bench") as account:
        time.sleep(5)  # it still loads what it needs itself
        cold = read_all(kernel, account, budget)
        if cold.is_cut:
            read_all(kernel, account, _PATIENT)
        return cold, read_all(kernel, account, budget)


def read_all(kernel: Kernel, account: str, budget: Budget) -> Reading:
    """Preflight and all sources."""
    began = time.perf_counter()
    with ReadOnlySession(endpoint(kernel, account), budget, "bench") as session:
        seen = preflight.inspect_target(session, list(list_sources()), TenantKind.USER)
        facts = collect_facts(session, list_sources(), seen, None, datetime.now(UTC))
        columns_ms = sum(sent.duration_ms for sent in session.sent if sent.source == NotableColumn.__name__)
    return Reading(time.perf_counter() - began, columns_ms / 1000, facts)


def load_alone(directory: Path) -> float:
    """Seconds that a server just started takes for all definitions: the cheapest statement that needs each."""
    with kept_kernel(directory) as kernel, contextlib.closing(kernel.connect()) as connection:
        time.sleep(5)
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION ob_query_timeout = {_PATIENT.total_database_ms * 1000:.0f}")
            began = time.perf_counter()
            cursor.execute(f"SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{_SCHEMA}'")
            return time.perf_counter() - began


def measure_tables(sizes: Iterable[int] = SIZES) -> Iterator[Line]:
    """Figures for each size, with the limits of an ordinary engagement."""
    for count in sizes:
        directory = make_tables(count)
        alone_s = load_alone(directory) if count == min(SIZES) else None
        cold, again = read_twice(directory, Budget())
        if alone_s is not None:
            yield Line(f"{count:,} tables, cold: the server's own first load", alone_s, "s")
            yield Line(f"{count:,} tables, cold: our reading of columns beside it", cold.columns_s / alone_s, "x", 1.5)
        above_s = cold.took_s - cold.columns_s + again.columns_s
        yield Line(f"{count:,} tables, cold: read", cold.took_s, "s")
        yield Line(f"{count:,} tables, cold: above the server's first load", above_s, "s", SIZES.get(count))
        yield Line(f"{count:,} tables, cold: statements", cold.facts.cost.statements, "")
        yield Line(f"{count:,} tables, cold: longest statement", cold.facts.cost.longest_ms, "ms", 11_000)
        yield from tell_read(f"{count:,} tables, cold", cold, count)
        yield Line(f"{count:,} tables, in use: read", again.took_s, "s", SIZES.get(count))
        yield from tell_read(f"{count:,} tables, in use", again, count)
    cold, _ = read_twice(make_tables(PLAIN, "plain", ""), Budget())
    yield Line(f"{PLAIN:,} tables never altered, cold: read", cold.took_s, "s")
    yield Line(f"{PLAIN:,} tables never altered, cold: their columns", cold.columns_s, "s", 1)
    yield from tell_read(f"{PLAIN:,} tables never altered, cold", cold, PLAIN)


def tell_read(label: str, reading: Reading, count: int) -> Iterator[Line]:
    """How many of a hundred tables were read, by each source that lists them."""
    for row in (Table, NotableColumn):
        found = reading.facts.facts[row]
        share = len({(one.table_schema, one.table_name) for one in found}) / count if isinstance(found, tuple) else 0
        yield Line(f"{label}: {row.__name__}, tables read of 100", 100 * min(1.0, share), "")


if __name__ == "__main__":
    for line in measure_tables():
        print(*line)  # noqa: T201 - to be run alone
