"""How large a year of hourly samples of 200 targets is: 60 days of one target are kept, and multiplied."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.archive.history.samples import keep_sample, read_series
from agent.archive.history.store import History
from agent.model.sample import Key, LastSample, Sample, StatementGrowth, Totals
from tests.bench_scale import Line

DAYS, TARGETS, YEAR_DAYS, MOST_MB = 60, 200, 365, 500
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ("zone1", "zone2", "zone3")


def make_samples() -> Iterator[Sample]:
    """Three zones, four rates, and of forty statements the ten that grew most: by numbers that look like no others."""
    chance, used = random.Random(1), dict.fromkeys(ZONES, 400_000_000_000.0)
    ids = [f"{chance.getrandbits(128):032X}" for _ in range(40)]
    for hour in range(24 * DAYS):
        values, limits = dict[Key, float](), dict[Key, float]()
        for zone in ZONES:
            used[zone] += chance.randrange(2**28)
            values["data_disk_used_bytes", zone] = used[zone]
            values["log_disk_used_bytes", zone] = chance.randrange(2**36)
            limits["data_disk_used_bytes", zone] = limits["log_disk_used_bytes", zone] = 2.0**40
        values["memory_used_bytes", "tenant"] = chance.randrange(2**35)
        values["tablets", "tenant"], values["sessions", "tenant"] = 5000 + hour, chance.randrange(400)
        for kind in ("qps", "commits_per_second", "rollbacks_per_second", "failures_per_second"):
            values[kind, "tenant"] = round(chance.uniform(0, 5000), 4)
        values["statement_seconds_per_second", "tenant"] = round(chance.uniform(0, 8), 4)
        grown = [
            StatementGrowth(id, chance.randrange(10**6), chance.randrange(10**10)) for id in chance.sample(ids, 10)
        ]
        yield Sample(at=BEGIN + timedelta(hours=hour), values=values, limits=limits, statements=tuple(grown))


def measure_samples() -> Iterator[Line]:
    """Yield the size of a year of 200 targets in MB, and how long reading a year of one takes in ms."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "h.db"
        with History.open(str(place)) as history:
            sizes = [0]
            for number, sample in enumerate(make_samples()):
                last = LastSample(taken_at=sample.at, totals=Totals())
                keep_sample(history, "acme", "shop", sample, last, days_kept=None)
                sizes += [place.stat().st_size] if number % (12 * DAYS) == 12 * DAYS - 1 else []
            started = time.perf_counter()
            series = read_series(history, "acme", "shop", BEGIN)
            took_ms = (time.perf_counter() - started) * 1000 * YEAR_DAYS / DAYS
        size = sizes[2] - sizes[1]  # by the second half: the tables themselves are there once
    assert sum(len(one.points) for one in series) > 24 * DAYS
    yield Line("samples, a year of 200 targets each hour", size / DAYS * 2 * YEAR_DAYS * TARGETS / 1e6, "MB", MOST_MB)
    yield Line("samples, reading a year of one target", took_ms, "ms", None)
