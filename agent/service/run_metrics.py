"""Writes what one run over a fleet has come to as OpenMetrics, for a collector of text files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """A run: its times (aware), its exit code, how many targets came to each state, how many files were unusable."""

    began: datetime
    ended: datetime
    exit_code: int
    states: Mapping[str, int]
    broken_files: int


def write_run_metrics(run: RunFigures) -> str:
    """Return the figures of a run as OpenMetrics. They name no customer and no target."""
    from prometheus_client import CollectorRegistry  # loads slowly
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.openmetrics.exposition import generate_latest

    def tell(name: str, meaning: str, value: float) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"ob_health_fleet_{name}", meaning, value=value)

    states = GaugeMetricFamily("ob_health_fleet_targets", "Targets of the last run by their state.", labels=["state"])
    for state, count in run.states.items():
        states.add_metric([state], count)

    class _Collector:
        def collect(self) -> Iterator[GaugeMetricFamily]:
            yield states
            yield tell("broken_files", "Engagement files that could not be used.", run.broken_files)
            yield tell("exit_code", "Exit code of the last run.", run.exit_code)
            yield tell("duration_seconds", "How long the last run took.", (run.ended - run.began).total_seconds())
            yield tell("ended_timestamp_seconds", "When the last run ended.", run.ended.timestamp())

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    written: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return written.decode()
