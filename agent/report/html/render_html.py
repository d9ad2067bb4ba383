"""The report as one HTML file that needs nothing else: no network, no script to be readable."""

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

from agent.archive.document import Document
from agent.report.charts.draw import Chart, draw_charts, load_charts
from agent.report.style import OURS, Style
from agent.report.view.contents import build_contents
from agent.report.view.report import ReportView, build_report
from agent.report.words import Words, make_printable, read_zone
from agent.support.errors import RenderError
from agent.support.i18n import render_text as say
from agent.support.sandbox import build_sandbox, explain_template_error

PAGE = "report.html.j2"
_HEADER_LENGTH = 60
_PIXELS_PER_MM = 96 / 25.4
_ON_A_DESK = 1.3  # pictures made for a phone, where there is more room; elsewhere the page shrinks them


@cache
def build_environment() -> Environment:
    """Templates that escape everything and refuse an unknown name."""
    return Environment(
        loader=_shipped(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _shipped() -> PackageLoader:
    return PackageLoader("report_templates", "")


@cache
def _house_environment(folder: Path) -> Environment:
    """Templates of the house before ours of the same name, which are also called ``ours/...``."""
    ours = _shipped()
    loader = ChoiceLoader([FileSystemLoader(str(folder)), ours, PrefixLoader({"ours": ours})])
    return build_sandbox(loader, autoescape=True)


def load_html() -> None:
    """Load what a page needs: our templates, and the library that draws. Raises ImportError without that library."""
    for name in build_environment().list_templates(extensions=["j2"]):
        build_environment().get_template(name)
    load_charts()


def render_html(document: Document, language: str, style: Style = OURS, *, printed: bool = False) -> bytes:
    """The page in UTF-8; ``printed`` opens what a reader on screen would unfold.

    Raises RenderError that names template and line for a template of the house that cannot be printed.
    """
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    headings = build_contents(report, style, words)
    charts, uncharted = _charts(document, words, style.accent, printed=printed)
    known: dict[str, Any] = {
        "report": report,
        # Without the folder: a path can do more than a sandbox knows.
        "house": replace(style, templates=None),
        "logo": _data_address(style.logo_type, style.logo) if style.logo else "",
        "headings": headings,
        "numbers": {heading.id: heading.number for heading in headings},
        "charts": charts,
        "uncharted": uncharted,
        "printed": printed,
        **_dress(report, style),
        "_": words,
    }
    if style.templates is None:
        page = build_environment().get_template(PAGE).render(known)
    else:
        try:
            page = _house_environment(style.templates).get_template(PAGE).render(known)
        except Exception as error:  # whatever a strange template may do
            raise explain_template_error(error, PAGE) from error
    return page.encode("utf-8", "replace")


def _charts(document: Document, words: Words, accent: str, *, printed: bool) -> tuple[dict[str, dict[str, Any]], str]:
    """The charts by name; without their library none, and why."""
    try:
        return {chart.name: _chart(chart, printed=printed) for chart in draw_charts(document, words, accent)}, ""
    except RenderError as error:
        return {}, say(error.text, words.language)


def _chart(chart: Chart, *, printed: bool) -> dict[str, Any]:
    svg, width_mm, height_mm = chart.wide if printed else chart.narrow
    scale = _PIXELS_PER_MM if printed else _PIXELS_PER_MM * _ON_A_DESK
    return {
        "title": chart.title,
        "alt": chart.alt,
        "address": _data_address("image/svg+xml", svg),
        "width": round(width_mm * scale),
        "height": round(height_mm * scale),
    }


def _dress(report: ReportView, style: Style) -> dict[str, str]:
    """Our style and script, and the policy under which only these two texts may style or run."""
    sheets = (_asset("style.css"), _asset("print.css"), f":root {{ --house: {style.accent}; }}\n", _running(report))
    css, script = "".join(sheets), _asset("report.js")
    return {
        "css": Markup(css),  # noqa: S704 - our own file, a colour, and text without any markup
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": f"default-src 'none'; img-src data:; style-src {_digest(css)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
    }


def _running(report: ReportView) -> str:
    """What stands in the margins of printed pages."""
    told = report.cover
    boxes = {
        "top-left": _line((told.customer, told.target)),
        "top-right": _line((told.classification,)),
        "bottom-left": _line((told.title, told.number)),
    }
    return "@page {\n" + "".join(f"  @{box} {{ content: {text}; }}\n" for box, text in boxes.items()) + "}\n"


def _line(parts: Iterable[str]) -> str:
    """A CSS string in which every character but plain letters and digits is a number."""
    text = " · ".join(make_printable(part, _HEADER_LENGTH) for part in parts if part)
    shown = (char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
    return f'"{"".join(shown)}"'


@cache
def _asset(name: str) -> str:
    return (files("report_templates") / name).read_text("utf-8")


def _data_address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
