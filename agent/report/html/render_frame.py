"""Render a document of the service as one HTML file, in the report's style. It loads nothing and runs no script."""

from __future__ import annotations

from dataclasses import replace

import agent
from agent.report.html.page_assets import build_margins, embed_assets, embed_logo
from agent.report.html.render_html import render_page
from agent.report.style import Style
from agent.report.view.frame import Frame
from agent.report.words import Words

PAGE = "document.html.j2"


def render_frame(frame: Frame, words: Words, style: Style) -> bytes:
    """Return the page in UTF-8. Raises RenderError for a template of the house that cannot be rendered."""
    told = frame.cover
    margins = build_margins(
        left=(told.customer, told.subject), right=(told.classification,), below=(told.title, told.number)
    )
    known = {
        "frame": frame,
        # Without the folder: a template could read and write files through a path.
        "house": replace(style, templates=None),
        "logo": embed_logo(style),
        "agent_version": agent.__version__,
        **embed_assets(style.accent, margins, more_style="document.css"),
        "_": words,
    }
    return render_page(style.templates, PAGE, known)
