"""Helpers of the tests of charts: documents with a trend, and what an SVG holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from agent.model.document import Document
from agent.report.charts.draw import Chart, draw_charts
from agent.report.words import Words
from tests.agent.report import sample

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
GIB = 1 << 30


def drawn(document: Document, language: str = "en") -> dict[str, Chart]:
    return {chart.name: chart for chart in draw_charts(document, Words(language))}


def tree(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(chart.svg)


def texts(chart: Chart, *, axes: bool = True) -> list[str]:
    """The texts of the picture in the order of drawing; without the numbers along its axes if so asked."""
    return [node.text or "" for node in _list_nodes(tree(chart), axes) if node.tag == f"{SVG}text"]


def marks(chart: Chart) -> int:
    """Markers on curves, in their names and in the legend."""
    return sum(node.tag == f"{SVG}use" for node in _list_nodes(tree(chart), axes=False))


def dashes(chart: Chart) -> int:
    """Dashed lines."""
    return chart.svg.count(b"stroke-dasharray")


def _list_nodes(node: ElementTree.Element, axes: bool) -> Iterator[ElementTree.Element]:
    yield node
    for child in node:
        if axes or child.get("class") != "chart-axis":
            yield from _list_nodes(child, axes)


def trend(points: int, *, forecasts: bool = True) -> Any:
    """The rich document with that many earlier quarters of both zones; zone1 will be full, zone2 grows slowly."""
    document = sample.rich()
    now, figures = datetime.fromisoformat(document["as_of"]), document["figures"]

    def earlier(quarters: int) -> list[Any]:
        return [{**gauge, "used_bytes": gauge["used_bytes"] - 20 * GIB * quarters} for gauge in figures["capacity"]]

    figures["trend"] = [
        {
            "as_of": (now - timedelta(days=91 * number)).isoformat(),
            "score": 50.0,
            "capacity": earlier(number),
            "sessions": 40 + number,
            "statements_per_s": 120.0 + number,
            "levels": [],
        }
        for number in range(points, 0, -1)
    ]
    figures["forecasts"] = (
        [
            {"kind": "data_disk", "resource": "zone1", "bytes_per_day": 550_000_000, "full_on": "2027-02-11"},
            {"kind": "data_disk", "resource": "zone2", "bytes_per_day": 240_000_000, "full_on": None},
        ]
        if forecasts
        else []
    )
    return document


def foretold() -> Any:
    """The rich document whose data disk of zone1 has daily values and a forecast, and whose tablets have one, too."""
    document = trend(3, forecasts=False)
    now, figures = datetime.fromisoformat(document["as_of"]).date(), document["figures"]
    used = next(g["used_bytes"] for g in figures["capacity"] if (g["kind"], g["resource"]) == ("data_disk", "zone1"))
    size = 1000 * GIB

    def on(days: int) -> str:
        return (now + timedelta(days=days)).isoformat()

    figures["forecasts"] = [
        {"kind": "data_disk", "resource": "zone1", "bytes_per_day": GIB, "full_on": on(67)},
    ]
    disk = {
        "kind": "data_disk_used_bytes", "resource": "zone1", "unit": "bytes", "value": used, "limit": size,
        "points_count": 61, "span_days": 60, "lack": "", "near_days": 50, "likely_days": 67, "far_days": 90,
        "year_value": used + 365 * GIB, "year_high": used + 400 * GIB,
        "points": [{"on": on(day), "value": used + day * GIB} for day in range(-60, 1)],
        "band": [
            {"on": on(day), "low": used + 0.7 * day * GIB, "middle": used + day * GIB, "high": used + 1.3 * day * GIB}
            for day in (0, 7, 30, 60, 90, 365)
        ],
    }  # fmt: skip
    none = {"near_days": None, "likely_days": None, "far_days": None}
    tablets = {**disk, **none, "kind": "tablets", "resource": "tenant", "unit": "count", "points": [], "band": []}
    lacks = {**tablets, "kind": "sessions", "lack": "few"}
    figures["limits"] = [tablets, lacks, disk]
    return document
