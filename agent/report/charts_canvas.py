"""A plot -> bytes. The only module that sets up matplotlib: without pyplot, a display, or the user's own settings."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any

from agent.report.charts import FONT_LISTS
from agent.secrets import passwords_hidden

# Read when matplotlib is imported: where it keeps its list of fonts. Where that cannot be written it takes a
# temporary folder, and says so at length; neither that nor a missing font is the reader's concern.
os.environ["MPLCONFIGDIR"] = str(FONT_LISTS)
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from matplotlib import rc_context, rcParamsDefault  # noqa: E402

with passwords_hidden():  # it has fc-list name the fonts
    from matplotlib.font_manager import fontManager

from agent.report.charts_painting import paint  # noqa: E402
from agent.report.charts_types import Plot  # noqa: E402

DPI = 200
LATIN = ("Helvetica Neue", "Arial", "Liberation Sans")
CHINESE = (
    "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei",
)  # fmt: skip
OWN = "DejaVu Sans"  # comes with matplotlib
_SETTINGS: Mapping[Any, Any] = {
    "text.parse_math": False,  # names hold dollar signs
    "svg.fonttype": "none",  # texts stay texts
    "svg.hashsalt": "ob-health",
    "hatch.linewidth": 0.7,
}
_FONT_OF_TEXT = re.compile(rb'(<text style="[^"]*?)font-family: [^;"]*(?:; )?')


def can_print(language: str) -> bool:
    """Whether this machine has a font for the language; a browser elsewhere may well have one."""
    return not language.startswith("zh") or not _installed().isdisjoint(CHINESE)


@cache
def _installed() -> frozenset[str]:
    return frozenset(font.name for font in fontManager.ttflist)


def _families() -> list[str]:
    """For each character the first of them that has it: a Latin font, a Chinese one, matplotlib's own."""
    found = (next((name for name in names if name in _installed()), None) for names in (LATIN, CHINESE))
    return [*(name for name in found if name), OWN]


@contextmanager
def _settings() -> Iterator[None]:
    """Our settings over matplotlib's own; what a matplotlibrc says does not count."""
    theirs: dict[Any, Any] = {name: value for name, value in rcParamsDefault.items() if "backend" not in name}
    with warnings.catch_warnings(), rc_context({**theirs, **_SETTINGS, "font.family": _families()}):
        warnings.simplefilter("ignore")  # glyphs that no font has, in names that could be anything
        yield


def svg(plot: Plot, accent: str) -> tuple[bytes, float, float]:
    """The picture, and its width and height in mm.

    Without XML declaration and document type. Fonts are named once, for any machine that the picture gets to.
    """
    with _settings():
        sheet = paint(plot, accent)
        made = BytesIO()
        sheet.figure.savefig(made, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    found = made.getvalue()
    fonts = ", ".join(f"'{name}'" for name in (*LATIN, *CHINESE, OWN)) + ", sans-serif"
    picture = _FONT_OF_TEXT.sub(rb"\1", found[found.index(b"<svg") :])
    return picture.replace(b"<svg ", f'<svg font-family="{fonts}" '.encode(), 1), sheet.width_mm, sheet.height_mm


def png(plot: Plot, accent: str) -> bytes:
    """The picture for programs that do not draw SVG."""
    with _settings():
        made = BytesIO()
        paint(plot, accent).figure.savefig(made, format="png", dpi=DPI, metadata={"Software": None})
    return made.getvalue()
