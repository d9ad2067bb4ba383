"""Render the report as one HTML file. It loads nothing from the network and is readable without its script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FunctionLoader, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.charts.draw import Chart, draw_charts
from agent.report.html.inline_picture import inline_picture
from agent.report.html.page_assets import build_data_address, build_margins, embed_assets, embed_logo
from agent.report.style import OURS, Style
from agent.report.view.contents import build_contents
from agent.report.view.report import ReportView, build_report
from agent.report.words import Words, read_zone
from agent.support.bounded import run_bounded
from agent.support.errors import RenderError
from agent.support.sandbox import (
    TemplateProblem,
    build_sandbox,
    explain_template_error,
    explain_template_problem,
    read_templates,
)

PAGE = "report.html.j2"
_ACTING = re.compile(r"<(?=link)|http-equiv", re.IGNORECASE)
_DOCTYPE = re.compile(r"\A\s*<!DOCTYPE[^>]*>\s*", re.IGNORECASE)
_PIXELS_PER_MM = 96 / 25.4


@cache
def build_environment() -> Environment:
    """Return the environment of our templates. It escapes everything and raises an error for an unknown name."""
    return Environment(
        loader=_load_shipped(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _load_shipped() -> PackageLoader:
    return PackageLoader("report_templates", "")


def _build_house_environment(folder: Path) -> Environment:
    """Return the environment in which templates of the house replace ours. Ours are still there as ``ours/...``.

    Raises RenderError for a template that cannot be used, though the engagement was loaded with a good one.
    """
    house, ours = read_templates(folder), _load_shipped()
    if isinstance(house, TemplateProblem):
        raise explain_template_problem(house)
    # With their names as file names, which errors then have.
    theirs = FunctionLoader(lambda name: (house[name], name, None) if name in house else None)
    loader = ChoiceLoader([theirs, ours, PrefixLoader({"ours": ours})])
    return build_sandbox(loader, autoescape=True)


def render_page(folder: Path | None, name: str, known: Mapping[str, Any]) -> bytes:
    """Return the page of this name in UTF-8, by the templates of the house in ``folder`` if there are any.

    ``known`` has the ``policy`` of the page. Raises RenderError for a template of the house that cannot be rendered.
    """
    if folder is None:
        page = build_environment().get_template(name).render(known)
    else:
        page = _render_house_page(folder, name, known)
    return page.encode("utf-8", "replace")


def _render_house_page(folder: Path, name: str, known: Mapping[str, Any]) -> str:
    """Return the page by the templates of the house, with our policy before anything that they write."""
    environment = _build_house_environment(folder)

    def render() -> str:
        try:
            return environment.get_template(name).render(known)
        except Exception as error:  # a template of the house can raise anything
            raise explain_template_error(error, name) from error

    page = run_bounded(render, name)
    _refuse_loading(page, name)
    page = _ACTING.sub(_write_harmless, page)
    policy = Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(known["policy"])
    return f'<!DOCTYPE html>\n<meta charset="utf-8">\n{policy}\n{_DOCTYPE.sub("", page, count=1)}'


def _write_harmless(found: re.Match[str]) -> str:
    """Return what reads the same as a text and is neither a tag nor an attribute.

    Browsers see the ends of comments and the like elsewhere than the parser here, so that looking is not enough.
    """
    return found[0].replace("<", "&lt;").replace("-", "&#45;")


class _Loading(HTMLParser):
    """Finds what makes a browser load something or go elsewhere although the policy forbids all loading."""

    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = [(name, (value or "").strip().lower()) for name, value in attrs]
        if tag == "link" or (tag == "meta" and ("http-equiv", "refresh") in given):
            self.found = self.found or (self.get_starttag_text() or tag)[:80]


def _refuse_loading(page: str, name: str) -> None:
    parser = _Loading()
    parser.feed(page)
    parser.close()
    if parser.found:
        text = "{template}: {tag} would load something or lead away from the report. Remove it and render again."
        raise RenderError(Text(text, {"template": name, "tag": parser.found}))


def load_html() -> None:
    """Load our templates."""
    for name in build_environment().list_templates(extensions=["j2"]):
        build_environment().get_template(name)


def render_html(document: Document, language: str, style: Style = OURS, *, printed: bool = False) -> bytes:
    """Return the page in UTF-8. ``printed`` opens the parts that a reader on screen unfolds.

    Raises RenderError for a template of the house that cannot be rendered. It names the template and the line.
    """
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    headings = build_contents(report, style, words)
    charts = draw_charts(document, words, style.accent)
    known: dict[str, Any] = {
        "report": report,
        # Without the folder: a template could read and write files through a path.
        "house": replace(style, templates=None),
        "logo": embed_logo(style),
        "headings": headings,
        "numbers": {heading.id: heading.number for heading in headings},
        "charts": {chart.name: _describe_chart(chart, printed=printed) for chart in charts},
        "uncharted": "",  # templates of a house that were copied from earlier ones of ours may ask for it
        "printed": printed,
        **embed_assets(style.accent, _build_margins(report), script="report.js"),
        "_": words,
    }
    return render_page(style.templates, PAGE, known)


def _describe_chart(chart: Chart, *, printed: bool) -> dict[str, Any]:
    """Return a chart as templates know it: ``wide`` for a page, ``narrow`` for a phone, which paper does not need."""
    svg, width_mm, height_mm = chart.wide
    return {
        "title": chart.title,
        "alt": chart.alt,
        "wide": inline_picture(svg, f"wide {chart.name}", chart.alt, chart.accent),
        "narrow": "" if printed else inline_picture(chart.narrow[0], f"narrow {chart.name}", chart.alt, chart.accent),
        # For templates of a house that show it as a picture.
        "address": build_data_address("image/svg+xml", svg),
        "width": round(width_mm * _PIXELS_PER_MM),
        "height": round(height_mm * _PIXELS_PER_MM),
    }


def _build_margins(report: ReportView) -> str:
    """Return the CSS for the text in the margins of printed pages."""
    told = report.cover
    return build_margins(
        left=(told.customer, told.target), right=(told.classification,), below=(told.title, told.number)
    )
