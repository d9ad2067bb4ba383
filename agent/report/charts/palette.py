"""The colours of charts, and what a page calls each, so that a chart in it follows dark mode. Imports no matplotlib."""

from __future__ import annotations

from collections.abc import Mapping

INK, SOFT, RULE, WASH = "#161b22", "#4d5763", "#d8dde3", "#f1f3f6"
PAPER = "#ffffff"
BAND_GREYS = ("#e2e6eb", WASH)
# Colours that the colour-blind can tell apart, also in grey. The accent of the house style comes before them.
CURVES = ("#b4500b", INK, "#0b7a75", "#7a4fa3", "#6b7480")
# The variables of the page's style that take the place of these colours.
PAGE_COLOURS: Mapping[str, str] = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    RULE: "var(--rule)",
    WASH: "var(--wash)",
    PAPER: "var(--page)",
    BAND_GREYS[0]: "var(--track)",
    CURVES[0]: "var(--high)",
    CURVES[2]: "var(--teal)",
    CURVES[3]: "var(--violet)",
    CURVES[4]: "var(--grey)",
}
