"""Draw a plot as SVG or PNG. Only this module sets up matplotlib: no pyplot, no display, no settings of the user."""

from __future__ import annotations

import gc
import logging
import os
import re
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
    from matplotlib.font_manager import FontEntry, findSystemFonts, fontManager

from agent.report.charts.painting import paint_plot  # noqa: E402
from agent.report.charts.sheet import NARROW_MM, WIDTH_MM  # noqa: E402
from agent.report.charts.types import Plot  # noqa: E402

DPI = 200
_SETTINGS: Mapping[Any, Any] = {
    "text.parse_math": False,  # names hold dollar signs
    "svg.fonttype": "none",  # texts stay texts
    "svg.hashsalt": "ob-health",
    "hatch.linewidth": 0.7,
}
_FONT_OF_TEXT = re.compile(rb'(<text style="[^"]*?)font-family: [^;"]*(?:; )?')


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


def draw_svg(plot: Plot, accent: str, *, narrow: bool = False) -> tuple[bytes, float, float]:
    """Return the picture, its width and its height in mm; ``narrow`` is for a phone.

    There is no XML declaration and no document type. The root lists fonts of all systems, as a browser may run on any.
    """
    found, width_mm, height_mm = _draw_picture(
        plot,
        accent,
        NARROW_MM if narrow else WIDTH_MM,
        format="svg",
        metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")),
    )
    fonts = ", ".join(f"'{name}'" for name in (*LATIN, *CHINESE, OWN)) + ", sans-serif"
    picture = _FONT_OF_TEXT.sub(rb"\1", found[found.index(b"<svg") :])
    return picture.replace(b"<svg ", f'<svg font-family="{fonts}" '.encode(), 1), width_mm, height_mm


def draw_png(plot: Plot, accent: str) -> bytes:
    """Return the picture for programs that cannot show SVG."""
    return _draw_picture(plot, accent, WIDTH_MM, format="png", dpi=DPI, metadata={"Software": None})[0]


def _draw_picture(plot: Plot, accent: str, width_mm: float, **form: Any) -> tuple[bytes, float, float]:
    """Return the file, and the width and height of the picture in mm."""
    # The figure of the last picture is a net of cycles. Without this, 144 pictures in one process take 30 MB more.
    gc.collect(1)
    made = BytesIO()
    with _apply_settings():
        sheet = paint_plot(plot, accent, width_mm)
        sheet.figure.savefig(made, **form)
    return made.getvalue(), sheet.width_mm, sheet.height_mm
