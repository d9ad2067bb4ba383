"""The charts of a report for all formats: SVG for pages, PNG for Word. Equal charts are drawn once.

matplotlib (extra ``report``) draws them. It is imported only when there is something to draw, or by ``load_charts``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.charts.fonts import FONT_LISTS
from agent.report.charts.plots import plot_document
from agent.report.charts.types import Plot
from agent.report.style import ACCENT
from agent.report.words import Words
from agent.support.errors import RenderError
from agent.support.installation import advise_install

KEPT = 80  # ten charts in two languages and widths, and those of one more house style


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One picture on white. ``alt`` holds every number that it shows. ``png`` has 200 dpi.

    SVG and PNG are drawn on first use. Where no installed font has Chinese, the labels of ``png`` are English.
    """

    name: str
    title: str
    alt: str
    shown: Plot = field(repr=False)
    printed: Plot = field(repr=False)
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
        """The picture for Word, drawn when it is first asked for."""
        return _draw_png(self.printed, self.accent)


def load_charts() -> None:
    """Import matplotlib, unless it would first have to list the fonts of this machine, which takes seconds.

    Raises ImportError where it is not installed.
    """
    if any(FONT_LISTS.glob("fontlist-*.json")):
        import agent.report.charts.canvas  # noqa: F401


def draw_charts(document: Document, words: Words, accent: str = ACCENT) -> tuple[Chart, ...]:
    """Return the charts that the document has data for, in the order of the report.

    ``accent`` is ``#rrggbb``, a colour that is dark enough to be read on white.

    Raises RenderError where matplotlib is not installed.
    """
    found = plot_document(document, words)
    if not found:
        return ()
    try:
        from agent.report.charts import canvas
    except ImportError:
        raise RenderError(Text("charts need matplotlib; {install}", {"install": advise_install("report")})) from None
    printed = found if canvas.can_print(words.language) else plot_document(document, Words("en", zone=words.zone))
    pairs = zip(found, printed, strict=True)
    return tuple(
        Chart(name=plot.name, title=plot.title, alt=plot.alt, shown=plot, printed=spare, accent=accent)
        for plot, spare in pairs
    )


@lru_cache(KEPT)
def _draw_svg(plot: Plot, accent: str, *, narrow: bool = False) -> tuple[bytes, float, float]:
    from agent.report.charts import canvas

    return canvas.draw_svg(plot, accent, narrow=narrow)


@lru_cache(KEPT)
def _draw_png(plot: Plot, accent: str) -> bytes:
    from agent.report.charts import canvas

    return canvas.draw_png(plot, accent)
