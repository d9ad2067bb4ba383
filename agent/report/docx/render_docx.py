"""Render the report as a Word document that people can edit, from the template report.docx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile

from agent.model.document import Document
from agent.model.terms import Scalar, Text
from agent.report.style import OURS, Style
from agent.support.archives import TooLarge, require_bounds
from agent.support.bounded import run_bounded
from agent.support.errors import ConfigError, RenderError
from agent.support.files import read_whole
from agent.support.installation import advise_install
from agent.support.shipped import locate_shipped

TEMPLATE = "report.docx"
_FILE_BYTES_MAX = 16 << 20
_UNPACKED_BYTES_MAX = 64 << 20


def render_docx(document: Document, language: str, style: Style = OURS, directory: Path | None = None) -> bytes:
    """Return the report as a DOCX file.

    With a ``directory`` to work in, and LibreOffice, its contents name pages before Word has computed them.

    Raises RenderError without docxtpl (extra ``report``), and for a template of the house that cannot be filled in.
    The error then names the template, the paragraph, and what is wrong there.
    """
    try:
        from agent.report.docx.parts import fill_template
    except ImportError:
        raise RenderError(
            Text("a Word report needs docxtpl; {install}", {"install": advise_install("report")})
        ) from None
    content = _fill(document, language, style, fill_template)
    return _fill_contents(content, directory) if directory else content


def _fill_contents(content: bytes, directory: Path) -> bytes:
    try:
        from agent.report.docx.page_numbers import fill_contents
    except ImportError:  # an installation that lacks a part of the extra ``report``
        return content
    return fill_contents(content, directory)


def _fill(document: Document, language: str, style: Style, fill_template: Callable[..., bytes]) -> bytes:
    return fill_chosen(style, TEMPLATE, lambda place: fill_template(place, document, language, style))


def fill_chosen(style: Style, name: str, fill: Callable[[Path], bytes]) -> bytes:
    """Return what ``fill`` makes of our template of this name, or of the house's own.

    That of the house is filled in in a process of its own. Raises RenderError for one that cannot be used.
    """
    own = style.templates / name if style.templates else None
    if own is None or not (own.is_symlink() or own.is_file()):
        return fill(locate_shipped("report_templates", name))
    _require_plain(own)
    return run_bounded(lambda: fill(own), name)


def _require_plain(path: Path) -> None:
    """Raise RenderError for a template of the house that is a link, or larger than any Word file of a report."""
    args: dict[str, Scalar | Text] = {"path": str(path)}
    if path.is_symlink():
        raise RenderError(Text("the template {path} is a link; put the file itself there and render again", args))
    try:
        require_bounds(read_whole(path, most_bytes=_FILE_BYTES_MAX), _UNPACKED_BYTES_MAX)
    except TooLarge as error:
        text = "the template {path} is larger than a template may be: {reason}"
        raise RenderError(Text(text, args | {"reason": error.text})) from None
    except ConfigError as error:
        raise RenderError(error.text) from None
    except (BadZipFile, OSError, ValueError):
        return  # the library tells why
