"""Paint a drawing sheet as PNG. Only this module knows matplotlib: no pyplot, no display, no settings of the user."""

from __future__ import annotations

import gc
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from os.path import basename, isfile
from typing import Any

from agent.report.charts.fonts import CHINESE, FONT_LISTS, LATIN, OWN
from agent.support.credentials import hide_passwords

# matplotlib reads this when it is imported. If it cannot write its list of fonts there, it uses a temporary folder and
# logs a warning. Readers need neither this warning nor those about missing fonts.
os.environ["MPLCONFIGDIR"] = str(FONT_LISTS)
logging.getLogger("matplotlib").setLevel(logging.ERROR)
with hide_passwords():  # matplotlib makes its list of fonts when it is imported; it runs fc-list for that
    from matplotlib import get_data_path, rc_context, rcParamsDefault
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontEntry, findSystemFonts, fontManager
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

from agent.report.charts.palette import PAPER  # noqa: E402
from agent.report.charts.sheet import Area, DrawingSheet, Label, Mark, Shape, Stroke  # noqa: E402

DPI = 200
_MM_PER_INCH = 25.4
_SETTINGS: Mapping[Any, Any] = {
    "text.parse_math": False,  # names hold dollar signs
    "hatch.linewidth": 0.7,
}
_HATCH = "//////"


def can_print(language: str) -> bool:
    """Return whether this machine has a font for the language. The browser that shows a page may still have one."""
    return not language.startswith("zh") or not _find_families().isdisjoint(CHINESE)


@cache
def _find_families() -> frozenset[str]:
    """Return the font families of this machine, also those that were installed after matplotlib made its list."""
    listed = {font.fname for font in fontManager.ttflist}
    with hide_passwords():  # it asks fc-list
        found = findSystemFonts()
    for path in found:
        if path not in listed:
            with suppress(Exception):  # a file that is no font, or one that it cannot read
                fontManager.addfont(path)
    # Of fonts that match equally well matplotlib takes the first of its list, which it makes from sets.
    fontManager.ttflist = sorted((font for font in fontManager.ttflist if isfile(font.fname)), key=_rank_font)
    return frozenset(font.name for font in fontManager.ttflist)


def _rank_font(font: FontEntry) -> tuple[bool, str, str]:
    """Put matplotlib's own fonts first, which are the same on all machines, then order by file name and path."""
    return not font.fname.startswith(get_data_path()), basename(font.fname), font.fname


def _choose_families() -> list[str]:
    """Return a Latin family, a Chinese one and matplotlib's own. Each character is drawn with the first that has it."""
    found = (next((name for name in names if name in _find_families()), None) for names in (LATIN, CHINESE))
    return [*(name for name in found if name), OWN]


@contextmanager
def _apply_settings() -> Iterator[None]:
    """Use our settings on top of the defaults of matplotlib. A matplotlibrc has no effect."""
    theirs: dict[Any, Any] = {name: value for name, value in rcParamsDefault.items() if "backend" not in name}
    with warnings.catch_warnings(), rc_context({**theirs, **_SETTINGS, "font.family": _choose_families()}):
        warnings.simplefilter("ignore")  # names may hold characters that no font has
        yield


def draw_png(sheet: DrawingSheet) -> bytes:
    """Return the picture for programs that cannot show SVG."""
    # The figure of the last picture is a net of cycles. Without this, 144 pictures in one process take 30 MB more.
    gc.collect(1)
    made = BytesIO()
    with _apply_settings():
        figure = Figure((sheet.width_mm / _MM_PER_INCH, sheet.height_mm / _MM_PER_INCH), facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set(xlim=(0, sheet.width_mm), ylim=(sheet.height_mm, 0))
        for order, shape in enumerate(sheet.shapes):
            _paint_shape(axes, shape, order)
        figure.savefig(made, format="png", dpi=DPI, metadata={"Software": None})
    return made.getvalue()


def _paint_shape(axes: Axes, shape: Shape, order: int) -> None:
    """Paint one shape above all that came before it."""
    if isinstance(shape, Area):
        look: dict[str, Any] = {"facecolor": shape.fill, "edgecolor": shape.edge or "none", "linewidth": shape.line}
        hatch = _HATCH if shape.hatched else None
        axes.add_patch(Polygon(shape.points, hatch=hatch, alpha=shape.opacity, zorder=order, **look))
    elif isinstance(shape, Stroke):
        xs, ys = zip(*shape.points, strict=True)
        dashes: Any = (0, tuple(length / shape.width for length in shape.dashes)) if shape.dashes else "solid"
        axes.add_line(
            Line2D(
                xs,
                ys,
                color=shape.color,
                linewidth=shape.width,
                linestyle=dashes,
                solid_capstyle="butt",
                dash_capstyle="butt",
                zorder=order,
            )
        )
    elif isinstance(shape, Mark):
        x, y = shape.at
        look = {"markerfacecolor": shape.fill, "markeredgecolor": shape.edge, "markersize": shape.size}
        axes.add_line(Line2D([x], [y], linestyle="none", marker=shape.kind, zorder=order, **look))
    else:
        _paint_label(axes, shape, order)


def _paint_label(axes: Axes, label: Label, order: int) -> None:
    axes.text(
        *label.at,
        label.text,
        fontsize=label.size,
        color=label.color,
        weight="bold" if label.bold else "normal",
        ha=label.align,
        va="baseline",
        zorder=order,
    )
