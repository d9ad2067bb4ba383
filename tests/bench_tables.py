"""What large dictionaries cost: thousands of tables on a server of its own, read for the first time after its start.

Making them takes long (about 20 a second on two idle cores), so they are kept under build/bench-tables for the next
time. Nothing is in the server's caches when an assessment begins.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

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
# Seconds that an assessment of so many tables may take, all its statements together.
SIZES = {5_000: 10.0, 20_000: 30.0}
_SCHEMA = "big"
_COLUMNS = (
    "id BIGINT AUTO_INCREMENT PRIMARY KEY, customer_id BIGINT NOT NULL, name VARCHAR(60), state VARCHAR(20),"
    " amount DECIMAL(12, 2), score DOUBLE, created_at DATETIME, updated_at DATETIME, note VARCHAR(200), flag TINYINT,"
    " KEY k_customer (customer_id, created_at), UNIQUE KEY u_name (name)"
)


@contextlib.contextmanager
def kept_kernel(directory: Path) -> Iterator[Kernel]:
    """A server that can be started again: its root has no password while it is down."""
    with run_kernel(directory) as kernel:
        try:
            yield kernel
        finally:
            kernel.run(["ALTER USER root IDENTIFIED BY ''"])


def make_tables(count: int) -> Path:
    """Return the directory of a server with so many tables; those that it lacks are made."""
    directory = PLACE / str(count)
    with kept_kernel(directory) as kernel:
        kernel.run([f"CREATE DATABASE IF NOT EXISTS {_SCHEMA}"])
        kernel.run(f"CREATE TABLE IF NOT EXISTS {_SCHEMA}.t_{number:05d} ({_COLUMNS})" for number in range(count))
    return directory


def read_cold(directory: Path, budget: Budget) -> tuple[float, Snapshot]:
    """Read everything from a server that has just been started, as a business tenant; return the seconds."""
    with kept_kernel(directory) as kernel, reader(kernel, "hx_bench") as account:
        time.sleep(5)  # it still loads what it needs itself
        began = time.perf_counter()
        with ReadOnlySession(endpoint(kernel, account), budget, "bench") as session:
            seen = preflight.inspect_target(session, list(list_sources()), TenantKind.USER)
            facts = collect_facts(session, list_sources(), seen, None, datetime.now(UTC))
        return time.perf_counter() - began, facts


def measure_tables(sizes: Iterable[int] = SIZES) -> Iterator[Line]:
    """Figures for each size, with the limits of an ordinary engagement."""
    for count in sizes:
        took_s, facts = read_cold(make_tables(count), Budget())
        yield Line(f"{count:,} tables, cold: read", took_s, "s", SIZES.get(count))
        yield Line(f"{count:,} tables, cold: statements", facts.cost.statements, "")
        yield Line(f"{count:,} tables, cold: longest statement", facts.cost.longest_ms, "ms", 11_000)
        for row in (Table, NotableColumn):
            found = facts.facts[row]
            share = (
                len({(one.table_schema, one.table_name) for one in found}) / count if isinstance(found, tuple) else 0
            )
            yield Line(f"{count:,} tables, cold: {row.__name__}, tables read of 100", 100 * min(1.0, share), "")


if __name__ == "__main__":
    for line in measure_tables():
        print(*line)  # noqa: T201 - to be run alone
