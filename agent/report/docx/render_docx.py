"""Render the report as a Word document that people can edit, from the template report.docx."""

from __future__ import annotations

from pathlib import Path

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.style import OURS, Style
from agent.support.errors import RenderError
from agent.support.installation import advise_install
from agent.support.shipped import locate_shipped

TEMPLATE = "report.docx"


def render_docx(document: Document, language: str, style: Style = OURS) -> bytes:
    """Return the report as a DOCX file.

    Raises RenderError without docxtpl (extra ``report``), and for a template of the house that cannot be filled in.
    The error then names the template, the paragraph, and what is wrong there.
    """
    try:
        from agent.report.docx.parts import fill_template
    except ImportError:
        raise RenderError(
            Text("a Word report needs docxtpl; {install}", {"install": advise_install("report")})
        ) from None
    return fill_template(_find_template(style), document, language, style)


def _find_template(style: Style) -> Path:
    """Return the template of the house, or ours if it has none."""
    own = style.templates / TEMPLATE if style.templates else None
    return own if own and own.is_file() else locate_shipped("report_templates", TEMPLATE)
