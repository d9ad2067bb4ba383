"""``make bench``: the fleet site of 1,000 tenants and eight quarters, with documents of the size of real ones.

The history is a SQLite file of about 1.5 GB: what a row costs depends on the document in it. Alone:
``python -m tests.bench_fleet_site``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from tests.agent.report import sample
from tests.agent.report.site.fleets import fill_fleet

TENANTS, QUARTERS = 1_000, 8


class Line(NamedTuple):
    """A figure of the bench: what, value, unit, limit."""

    what: str
    value: float
    unit: str
    limit: float | None = None


def measure_site(tenants: int = TENANTS) -> list[Line]:
    """Make a history and its site. The second run counts: the first fills the system's cache of the file."""
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder) / "history.db", Path(folder) / "site"
        fill_fleet(place, tenants, QUARTERS, ballast=make_ballast())
        command = [sys.executable, "-m", "agent", "fleet", "site", "-q", "-o", str(out), "--history", str(place)]
        runs = [run(command) for _ in range(2)]
        first = max(path.stat().st_size for path in out.glob("index*.html"))
        pages = sum(1 for path in out.rglob("*.html"))
        size = place.stat().st_size
    wall, cpu = runs[-1]
    name = f"fleet site of {tenants:,} tenants x {QUARTERS} quarters"
    return [
        Line(f"{name}: whole process", wall, "s", 10),
        Line(f"{name}: processor time", cpu, "s"),
        Line(f"{name}: larger first page", first / 1e6, "MB", 1),
        Line(f"{name}: pages", pages, ""),
        Line(f"{name}: history", size / 1e9, "GB"),
    ]


def make_ballast() -> list[Any]:
    """Results as a document has them, so many that it is as large as one of the demo: 0.9 MB, packed 0.2 MB."""
    made = sample.rich()["results"]
    return [made] * round(880_000 / len(json.dumps(made)))


def run(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    for line in measure_site(*map(int, sys.argv[1:])):
        Console().print(f"{line.what}: {line.value:.3g} {line.unit}", f"(limit {line.limit:g})" if line.limit else "")
