"""The report as one HTML file that needs nothing else: no network, no script to be readable."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent.document import Document
from agent.report.view import build
from agent.report.words import Words


@cache
def environment() -> Environment:
    """Templates that escape everything and refuse an unknown name."""
    return Environment(
        loader=FileSystemLoader(str(files("report_templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_html(document: Document, language: str, *, printed: bool = False) -> bytes:
    """The page in UTF-8; ``printed`` opens what a reader on screen would unfold."""
    template = environment().get_template("report.html.j2")
    style, script = _asset("style.css") + _asset("print.css"), _asset("report.js")
    page = template.render(
        report=build(document, language),
        printed=printed,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        # Only these two texts may style or run, so that nothing escaped badly could.
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        _=Words(language),
    )
    return page.encode("utf-8", "replace")


@cache
def _asset(name: str) -> str:
    return (files("report_templates") / name).read_text("utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
