"""How the cost grows with tablets and audit rows: a business tenant of 4.2.5 held as data, read and judged."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from agent.collection.connect import Budget
from agent.kernel.start import Kernel
from agent.model.terms import TenantKind
from tests.clusters.healthy import GIVEN
from tests.clusters.held import Shelf
from tests.clusters.large import Size, put_large
from tests.clusters.measure import spent_on
from tests.clusters.schema import Target

TABLETS = (1_000, 10_000, 100_000)
AUDIT_ROWS = (10_000, 200_000)
USER, SYS = (Target("4.2.5", kind) for kind in (TenantKind.USER, TenantKind.SYS))
PATIENT = Budget(statement_timeout_s=60, total_database_ms=300_000)


class Cost(NamedTuple):
    """One assessment of a cluster held as data, without its report."""

    read_s: float
    database_ms: float
    rows: int
    cpu_s: float
    peak_mb: float


class Line(NamedTuple):
    """A figure of the bench: what, value, unit, limit."""

    what: str
    value: float
    unit: str
    limit: float | None = None


def cost_of(shelf: Shelf, target: Target, size: Size, directory: Path) -> Cost:
    """Fill, read, judge."""
    put_large(shelf, target, size)
    started = time.perf_counter()
    facts = shelf.read(target, GIVEN, PATIENT)
    read_s = time.perf_counter() - started
    spent = spent_on(facts, directory / "large.obh")
    return Cost(read_s, facts.cost.database_ms, facts.cost.rows, spent.cpu_s, spent.peak_mb)


def scale(kernel: Kernel, directory: Path) -> list[Line]:
    """Figures for each size, and how much the largest costs of the smallest."""
    shelf = Shelf(kernel)
    try:
        by_tablets = {count: cost_of(shelf, USER, Size(tablets=count), directory) for count in TABLETS}
        by_audit = {count: cost_of(shelf, USER, Size(1_000, count), directory) for count in AUDIT_ROWS}
        whole = cost_of(shelf, SYS, Size(100_000, 10_000), directory)
    finally:
        shelf.close()
    return [
        *lines("tablets", by_tablets),
        *lines("audit rows", by_audit),
        Line("9 servers, 200 tenants, 100,000 tablets, from sys: read", whole.read_s, "s"),
        Line("9 servers, 200 tenants, 100,000 tablets, from sys: evaluate", whole.cpu_s, "s", 2),
        Line("9 servers, 200 tenants, 100,000 tablets, from sys: peak memory", whole.peak_mb, "MB", 300),
    ]


def lines(what: str, costs: dict[int, Cost]) -> Iterable[Line]:
    """The figures of one row of sizes."""
    for count, cost in costs.items():
        yield Line(f"{count:,} {what}: read", cost.read_s, "s")
        yield Line(f"{count:,} {what}: database time", cost.database_ms, "ms")
        yield Line(f"{count:,} {what}: rows read", cost.rows, "")
        yield Line(f"{count:,} {what}: evaluate", cost.cpu_s, "s", 2)
        yield Line(f"{count:,} {what}: peak memory of evaluating", cost.peak_mb, "MB", 300)
    (smallest, first), *_, (largest, last) = costs.items()
    growth = largest / smallest
    yield Line(f"{what} times {growth:g}: database time times", last.database_ms / first.database_ms, "")
    yield Line(f"{what} times {growth:g}: evaluation times", last.cpu_s / first.cpu_s, "")
