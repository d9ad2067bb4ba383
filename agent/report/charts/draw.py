"""The charts of a report for all formats: SVG for pages, PNG for Word. Equal charts are drawn once.

A page needs no library for them. A PNG needs matplotlib (extra ``report``), which is imported when one is drawn, or by
``load_canvas``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from types import ModuleType

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.charts.fonts import FONT_LISTS
from agent.report.charts.painting import paint_plot
from agent.report.charts.plots import plot_document
from agent.report.charts.sheet import NARROW_MM, WIDTH_MM
from agent.report.charts.svg import write_svg
from agent.report.charts.types import Plot
from agent.report.style import ACCENT
from agent.report.words import Words
from agent.support.errors import RenderError
from agent.support.installation import advise_install

KEPT = 80  # ten charts in two languages and widths, and those of one more house style


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One picture on white. ``alt`` holds every number that it shows. ``png`` has 200 dpi.

    SVG and PNG are drawn on first use. ``shown`` speaks ``language``; ``find_spare`` returns the same in English, for
    a PNG where no installed font has Chinese.
    """

    name: str
    title: str
    alt: str
    shown: Plot = field(repr=False)
    language: str
    find_spare: Callable[[], Plot] = field(repr=False, compare=False)
    accent: str = ACCENT

    @property
    def wide(self) -> tuple[bytes, float, float]:
        """Return the SVG for a printed page, its width and its height in mm."""
        return _draw_svg(self.shown, self.accent)

    @property
    def narrow(self) -> tuple[bytes, float, float]:
        """Return the same for a screen; it is as narrow as a phone."""
        return _draw_svg(self.shown, self.accent, narrow=True)

    @property
    def svg(self) -> bytes:
        """The wide picture, for a page."""
        return self.wide[0]

    @property
    def width_mm(self) -> float:
        """The width of the wide picture."""
        return self.wide[1]

    @cached_property
    def png(self) -> bytes:
        """The picture for Word, drawn when it is first asked for. Raises RenderError where matplotlib is missing."""
        printed = self.shown if _import_canvas().can_print(self.language) else self.find_spare()
        return _draw_png(printed, self.accent)


def load_canvas() -> None:
    """Import matplotlib, unless it would first have to list the fonts of this machine, which takes seconds.

    Raises RenderError where it is not installed.
    """
    if any(FONT_LISTS.glob("fontlist-*.json")):
        _import_canvas()


def draw_charts(document: Document, words: Words, accent: str = ACCENT) -> tuple[Chart, ...]:
    """Return the charts that the document has data for, in the order of the report.

    ``accent`` is ``#rrggbb``, a colour that is dark enough to be read on white.
    """

    @cache
    def list_spares() -> dict[str, Plot]:
        return {plot.name: plot for plot in plot_document(document, Words("en", zone=words.zone))}

    def find_spare(name: str) -> Callable[[], Plot]:
        return lambda: list_spares()[name]

    return tuple(
        Chart(
            name=plot.name,
            title=plot.title,
            alt=plot.alt,
            shown=plot,
            language=words.language,
            find_spare=find_spare(plot.name),
            accent=accent,
        )
        for plot in plot_document(document, words)
    )


@lru_cache(KEPT)
def _draw_svg(plot: Plot, accent: str, *, narrow: bool = False) -> tuple[bytes, float, float]:
    sheet = paint_plot(plot, accent, NARROW_MM if narrow else WIDTH_MM)
    return write_svg(sheet, plot.title, plot.alt), sheet.width_mm, sheet.height_mm


@lru_cache(KEPT)
def _draw_png(plot: Plot, accent: str) -> bytes:
    made: bytes = _import_canvas().draw_png(paint_plot(plot, accent, WIDTH_MM))
    return made


def _import_canvas() -> ModuleType:
    try:
        from agent.report.charts import canvas
    except ImportError:
        text = Text("The charts of a Word report need matplotlib; {install}", {"install": advise_install("report")})
        raise RenderError(text) from None
    return canvas
