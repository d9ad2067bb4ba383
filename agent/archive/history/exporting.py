"""Writes what the history holds for other programs: CSV, JSON values and OpenMetrics. All names in it are hostile."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from agent.archive.history.entries import HistoryPoint, KeptFinding
from agent.model.terms import Severity

# What a spreadsheet takes for a formula at the beginning of a cell.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEVERITIES = tuple(severity.value for severity in Severity)
Cell = str | float | bool | None


def list_assessment_records(points: Iterable[HistoryPoint]) -> Iterator[dict[str, Cell]]:
    """Yield one flat record for each assessment: times in ISO 8601, percentages 0-100, None for what is not known."""
    for point in points:
        entry = {name: _make_cell(value) for name, value in asdict(point.entry).items()}
        counts = {f"{severity}_findings": point.findings.get(severity, 0) for severity in _SEVERITIES}
        yield {**entry, **counts, "snapshot_kept": point.snapshot_kept}


def list_finding_records(findings: Iterable[KeptFinding]) -> Iterator[dict[str, Cell]]:
    """Yield one flat record for each finding of each assessment."""
    for finding in findings:
        yield {name: _make_cell(value) for name, value in asdict(finding).items()}


def _make_cell(value: object) -> Cell:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def write_csv(records: Sequence[dict[str, Cell]]) -> str:
    """Return records as CSV (RFC 4180) with a heading. What would be a formula gets an apostrophe before it."""
    file = io.StringIO()
    writer = csv.writer(file)
    if records:
        writer.writerow(records[0])
    writer.writerows([_make_harmless(value) for value in record.values()] for record in records)
    return file.getvalue()


def _make_harmless(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    plain = _strip_controls(value)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) or value.startswith(_FORMULA) else plain


def write_openmetrics(points: Sequence[HistoryPoint], *, only_latest: bool) -> str:
    """Return the assessments as OpenMetrics.

    Each sample has the time of its assessment, as a database of time series takes old values. With ``only_latest`` only
    the newest assessment of each target is told, without a time, as a collector of text files takes it.
    """
    from prometheus_client import CollectorRegistry  # loads slowly
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.openmetrics.exposition import generate_latest

    told = list({(p.entry.customer, p.entry.target): p for p in points}.values()) if only_latest else points
    names = ["customer", "target"]
    score = GaugeMetricFamily("ob_health_score", "Score of the assessment, 0 to 100.", labels=names)
    coverage = GaugeMetricFamily("ob_health_coverage_ratio", "Share of the checks that was assessed.", labels=names)
    at = GaugeMetricFamily("ob_health_assessed_timestamp_seconds", "When the target was assessed.", labels=names)
    found = GaugeMetricFamily("ob_health_findings", "Open findings.", labels=[*names, "severity"])
    for point in told:
        labels, moment = _list_labels(point), point.entry.as_of.timestamp()
        stamp = None if only_latest else moment
        if point.entry.score is not None:
            score.add_metric(labels, point.entry.score, timestamp=stamp)
        coverage.add_metric(labels, point.entry.coverage_pct / 100, timestamp=stamp)
        at.add_metric(labels, moment, timestamp=stamp)
    for group in _group(told):  # the samples of one series must stand together
        for severity in _SEVERITIES:
            for point in group:
                stamp = None if only_latest else point.entry.as_of.timestamp()
                labels = [*_list_labels(point), severity]
                found.add_metric(labels, point.findings.get(severity, 0), timestamp=stamp)

    class _Collector:
        def collect(self) -> Iterator[GaugeMetricFamily]:
            yield from (score, coverage, at, found)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    written: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return written.decode()


def _list_labels(point: HistoryPoint) -> list[str]:
    return [_strip_controls(name) for name in (point.entry.customer, point.entry.target)]


def _strip_controls(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _group(points: Iterable[HistoryPoint]) -> list[list[HistoryPoint]]:
    groups: dict[tuple[str, str], list[HistoryPoint]] = {}
    for point in points:
        groups.setdefault((point.entry.customer, point.entry.target), []).append(point)
    return list(groups.values())
