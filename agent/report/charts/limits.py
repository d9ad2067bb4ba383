"""What the chart of forecasts shows: for each level the days until its limit, from the near to the far end."""

from __future__ import annotations

from collections.abc import Mapping

from agent.model.document import Document, LimitEntry
from agent.model.labels import N_
from agent.model.naming import tenant_name
from agent.report.charts.types import Plot, PlotBar, PlotRow, RowsPlot, describe_plot
from agent.report.words import NAME_LENGTH, Words, make_printable

MOST_ROWS = 12
HORIZON_DAYS = 365.0
_LABELS: Mapping[str, str] = {
    "data_disk_used_bytes": N_("data disk"),
    "log_disk_used_bytes": N_("log disk"),
    "memory_used_bytes": N_("memory"),
    "tablets": N_("tablets"),
    "sessions": N_("sessions"),
    "auto_increment": N_("AUTO_INCREMENT"),
    "partitions": N_("partitions"),
}


def plot_limits(document: Document, words: Words) -> Plot | None:
    """Return the plot, or None where no level has a forecast."""
    found = [limit for limit in document["figures"]["limits"] if not limit["lack"]]
    if not found:
        return None
    found.sort(key=_rank)
    rows = tuple(_build_row(limit, words) for limit in found[:MOST_ROWS])
    title, columns = words("Days until the limit, by forecast"), (words("Earliest"), words("Most likely"))
    more = len(found) - len(rows)
    note = words("{count} more levels are not shown", count=more) if more else ""
    lines = (" ".join((row.label, " / ".join(row.cells), row.note)) for row in rows)
    return RowsPlot(
        "limits",
        title,
        describe_plot(words, f"{title} ({' / '.join(columns)})", (*lines, note)),
        rows=rows,
        columns=columns,
        high=HORIZON_DAYS,
        bar_word=words("four of five cases"),
        note=note,
    )


def _rank(limit: LimitEntry) -> tuple[float, float, str, str]:
    return _reach(limit["near_days"]), _reach(limit["likely_days"]), limit["kind"], limit["resource"]


def _reach(days: int | None) -> float:
    return HORIZON_DAYS + 1 if days is None else float(days)


def _build_row(limit: LimitEntry, words: Words) -> PlotRow:
    place = limit["resource"]
    named = words(place) if place == tenant_name(None) else make_printable(place, NAME_LENGTH)
    near = limit["near_days"]
    far = HORIZON_DAYS if limit["far_days"] is None else float(limit["far_days"])
    return PlotRow(
        label=words("{title}: {text}", title=words.label(_LABELS, limit["kind"]), text=named),
        cells=(_tell(near, words), _tell(limit["likely_days"], words)),
        bar=None if near is None else PlotBar(float(near), max(far, near + 2.0)),
        note=words("not within a year") if near is None else "",
    )


def _tell(days: int | None, words: Words) -> str:
    return "–" if days is None else words.count(days)
