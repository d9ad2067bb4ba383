"""Render the report as one HTML file. It loads nothing from the network and is readable without its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from agent.model.document import Document
from agent.report.charts.draw import Chart, draw_charts, load_charts
from agent.report.style import OURS, Style
from agent.report.view.contents import build_contents
from agent.report.view.report import ReportView, build_report
from agent.report.words import Words, make_printable, read_zone
from agent.support.errors import RenderError
from agent.support.i18n import render_text
from agent.support.sandbox import build_sandbox, explain_template_error

PAGE = "report.html.j2"
_HEADER_LENGTH = 60
_PIXELS_PER_MM = 96 / 25.4
_DESK_SCALE = 1.3  # enlarges the charts, which are drawn for a phone; the page shrinks them on a small screen


@cache
def build_environment() -> Environment:
    """Return the environment of our templates. It escapes everything and raises an error for an unknown name."""
    return Environment(
        loader=_load_shipped(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _load_shipped() -> PackageLoader:
    return PackageLoader("report_templates", "")


@cache
def _build_house_environment(folder: Path) -> Environment:
    """Return the environment in which templates of the house replace ours. Ours are still there as ``ours/...``."""
    ours = _load_shipped()
    loader = ChoiceLoader([FileSystemLoader(str(folder)), ours, PrefixLoader({"ours": ours})])
    return build_sandbox(loader, autoescape=True)


def load_html() -> None:
    """Load our templates and the library that draws charts. Raises ImportError without that library."""
    for name in build_environment().list_templates(extensions=["j2"]):
        build_environment().get_template(name)
    load_charts()


def render_html(document: Document, language: str, style: Style = OURS, *, printed: bool = False) -> bytes:
    """Return the page in UTF-8. ``printed`` opens the parts that a reader on screen unfolds.

    Raises RenderError for a template of the house that cannot be rendered. It names the template and the line.
    """
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    headings = build_contents(report, style, words)
    charts, uncharted = _draw_charts(document, words, style.accent, printed=printed)
    known: dict[str, Any] = {
        "report": report,
        # Without the folder: a template could read and write files through a path.
        "house": replace(style, templates=None),
        "logo": _build_data_address(style.logo_type, style.logo) if style.logo else "",
        "headings": headings,
        "numbers": {heading.id: heading.number for heading in headings},
        "charts": charts,
        "uncharted": uncharted,
        "printed": printed,
        **_embed_assets(report, style),
        "_": words,
    }
    if style.templates is None:
        page = build_environment().get_template(PAGE).render(known)
    else:
        try:
            page = _build_house_environment(style.templates).get_template(PAGE).render(known)
        except Exception as error:  # a template of the house can raise anything
            raise explain_template_error(error, PAGE) from error
    return page.encode("utf-8", "replace")


def _draw_charts(
    document: Document, words: Words, accent: str, *, printed: bool
) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the charts by name, and an empty text; without the library no charts, and the reason."""
    try:
        return {
            chart.name: _describe_chart(chart, printed=printed) for chart in draw_charts(document, words, accent)
        }, ""
    except RenderError as error:
        return {}, render_text(error.text, words.language)


def _describe_chart(chart: Chart, *, printed: bool) -> dict[str, Any]:
    svg, width_mm, height_mm = chart.wide if printed else chart.narrow
    scale = _PIXELS_PER_MM if printed else _PIXELS_PER_MM * _DESK_SCALE
    return {
        "title": chart.title,
        "alt": chart.alt,
        "address": _build_data_address("image/svg+xml", svg),
        "width": round(width_mm * scale),
        "height": round(height_mm * scale),
    }


def _embed_assets(report: ReportView, style: Style) -> dict[str, str]:
    """Return our style, our script, and the policy that allows only these two, by their digests."""
    sheets = (
        _read_asset("style.css"),
        _read_asset("print.css"),
        f":root {{ --house: {style.accent}; }}\n",
        _build_margins(report),
    )
    css, script = "".join(sheets), _read_asset("report.js")
    return {
        "css": Markup(css),  # noqa: S704 - our own file, a colour, and text without any markup
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": f"default-src 'none'; img-src data:; style-src {_compute_digest(css)}; "
        f"script-src {_compute_digest(script)}; base-uri 'none'; form-action 'none'",
    }


def _build_margins(report: ReportView) -> str:
    """Return the CSS for the text in the margins of printed pages."""
    told = report.cover
    boxes = {
        "top-left": _quote_line((told.customer, told.target)),
        "top-right": _quote_line((told.classification,)),
        "bottom-left": _quote_line((told.title, told.number)),
    }
    return "@page {\n" + "".join(f"  @{box} {{ content: {text}; }}\n" for box, text in boxes.items()) + "}\n"


def _quote_line(parts: Iterable[str]) -> str:
    """Return a CSS string. Every character except ASCII letters and digits is escaped as a number."""
    text = " · ".join(make_printable(part, _HEADER_LENGTH) for part in parts if part)
    shown = (char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
    return f'"{"".join(shown)}"'


@cache
def _read_asset(name: str) -> str:
    return (files("report_templates") / name).read_text("utf-8")


def _build_data_address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _compute_digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
