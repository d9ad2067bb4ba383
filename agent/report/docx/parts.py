"""Fill in report.docx with docxtpl (extra ``report``). Imported only when a Word report is made."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateSyntaxError

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.charts.draw import draw_charts
from agent.report.docx.packing import pack_docx
from agent.report.style import ACCENT, Style
from agent.report.view.contents import build_contents
from agent.report.view.file_names import LIST, name_file
from agent.report.view.persons import name_author
from agent.report.view.report import ReportView, build_report
from agent.report.words import Words, make_printable, read_zone
from agent.support.errors import RenderError
from agent.support.i18n import render_text
from agent.support.sandbox import build_sandbox

MARKS: Mapping[str, str] = {"critical": "◆", "high": "▲", "medium": "●", "low": "○"}
_TEXT_MM, _LOGO_MM = 170, 20
_PROPERTY_LENGTH = 250  # the format allows 255
_QUOTE_LENGTH = 60


class Picture:
    """A picture that a template can print. It gives a template access to nothing else."""

    __slots__ = ("_insert",)

    def __init__(self, insert: Callable[[], str]) -> None:
        self._insert = insert

    def __html__(self) -> str:
        return self._insert()


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as a template sees it."""

    title: str
    alt: str
    picture: Picture


class _DescribedPicture(InlineImage):  # type: ignore[misc]
    """A picture with its alternative text."""

    def __init__(self, template: DocxTemplate, content: bytes, alt: str, **size: Mm) -> None:
        super().__init__(template, BytesIO(content), **size)
        self.alt = alt

    def _insert_image(self) -> str:
        part = self.tpl.current_rendering_part
        inline = part.new_pic_inline(self.image_descriptor, self.width, self.height)
        inline.docPr.set("descr", self.alt)
        for side in "TBLR":  # LibreOffice adds an eighth of an inch otherwise, and a wide picture leaves the page
            inline.set(f"dist{side}", "0")
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What a file manager shows of a Word file; ``made`` is aware."""

    title: str
    subject: str
    identifier: str
    author: str
    category: str
    language: str
    made: datetime


def fill_template(place: Path, document: Document, language: str, style: Style) -> bytes:
    """Return the Word file: the template at ``place`` filled in with this document.

    Raises RenderError for a template that is no Word document or cannot be filled in.
    """
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    cover = report.cover
    properties = Properties(
        title=f"{cover.title} {cover.customer}",
        subject=cover.target,
        identifier=cover.number,
        author=name_author(cover.prepared_by, style, words),
        category=cover.classification,
        language=report.language,
        made=datetime.fromisoformat(document["as_of"]),
    )
    return fill_in(
        place, lambda template: _collect_names(template, report, document, words, style), style.accent, properties
    )


def fill_in(
    place: Path, collect_names: Callable[[DocxTemplate], dict[str, Any]], accent: str, properties: Properties
) -> bytes:
    """Return the template at ``place`` filled in with the names that ``collect_names`` gives it.

    Raises RenderError for a template that is no Word document or cannot be filled in.
    """
    try:
        template = DocxTemplate(place)
        template.init_docx()
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        text = "the template {path} is no Word document ({reason}); save it as .docx and render again"
        raise RenderError(Text(text, {"path": str(place), "reason": str(error)})) from error
    known = collect_names(template)
    try:
        template.render(known, build_sandbox(autoescape=True), autoescape=True)
    except Exception as error:  # a template of the house can raise anything
        raise _explain_failure(error, template, place) from error
    _number_bookmarks(template)
    _recolour_styles(template, accent)
    _set_properties(template, properties)
    file = BytesIO()
    template.save(file)
    return pack_docx(file.getvalue(), properties.made)


def make_logo(template: DocxTemplate, style: Style, words: Words) -> Picture | str:
    """Return the logo of the house for a template; empty without one."""
    return _make_picture(template, style.logo, words("Logo"), height=Mm(_LOGO_MM)) if style.logo else ""


def _make_picture(template: DocxTemplate, content: bytes, alt: str, **size: Mm) -> Picture:
    return Picture(_DescribedPicture(template, content, alt, **size)._insert_image)


def _collect_names(
    template: DocxTemplate, report: ReportView, document: Document, words: Words, style: Style
) -> dict[str, Any]:
    """Return the names that a template can use. Names that HTML has too mean the same there."""

    headings = build_contents(report, style, words)
    charts, uncharted = {}, ""
    try:
        for chart in draw_charts(document, words, style.accent):
            width = Mm(min(chart.width_mm, _TEXT_MM))
            charts[chart.name] = Figure(
                chart.title, chart.alt, _make_picture(template, chart.png, chart.alt, width=width)
            )
    except RenderError as error:
        uncharted = render_text(error.text, words.language)
    return {
        "report": report,
        # Without the folder: a template could read and write files through a path.
        "house": replace(style, templates=None),
        "logo": make_logo(template, style, words),
        "headings": headings,
        "numbers": {heading.id: heading.number for heading in headings},
        "titles": {heading.id: heading.title for heading in headings},
        "charts": charts,
        "uncharted": uncharted,
        "marks": MARKS,
        "list_file": name_file(LIST, document, words.language),
        "_": words,
    }


def _explain_failure(error: Exception, template: DocxTemplate, place: Path) -> RenderError:
    """Build the error that names the paragraph by number and text. docxtpl gives Jinja one paragraph a line."""
    if isinstance(error, TemplateSyntaxError):
        line = error.lineno
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
        line = (frames[-1].lineno or 0) if frames else 0
    part = template.current_rendering_part
    is_body = part is None or part is template.docx.part
    xml = template.patch_xml(template.get_xml() if is_body else template.get_part_xml(part))
    paragraphs = re.sub(r"<w:p([ >])", r"\n<w:p\1", xml).split("\n")
    text = re.sub(r"<[^>]+>", "", paragraphs[line - 1]).strip() if 0 < line <= len(paragraphs) else ""
    return RenderError(
        Text(
            "{template}, paragraph {number} “{text}”: {detail}. Correct this template and render again.",
            {
                "template": place.name if is_body else f"{place.name} {part.partname}",
                "number": line - 1,
                "text": make_printable(text, _QUOTE_LENGTH),
                "detail": (str(error) or type(error).__name__).rstrip("."),
            },
        )
    )


def _number_bookmarks(template: DocxTemplate) -> None:
    """Number the bookmarks in order, as a loop gives all its bookmarks one number. None contains another one."""
    for name in ("bookmarkStart", "bookmarkEnd"):
        for number, element in enumerate(template.docx.element.body.iter(qn(f"w:{name}"))):
            element.set(qn("w:id"), str(number))


def _recolour_styles(template: DocxTemplate, accent: str) -> None:
    """Replace our accent colour in the styles by that of the house. Other colours of its template stay."""
    ours, theirs = ACCENT[1:].upper(), accent[1:].upper()
    for element in template.docx.styles.element.iter():
        for name, value in element.attrib.items():
            if value == ours:
                element.set(name, theirs)


def _set_properties(template: DocxTemplate, properties: Properties) -> None:
    """Set the properties that a file manager shows."""
    known = template.docx.core_properties
    known.title = properties.title[:_PROPERTY_LENGTH]
    known.subject, known.identifier = properties.subject, properties.identifier
    known.author = known.last_modified_by = properties.author
    known.category, known.language = properties.category, properties.language
    known.created = known.modified = properties.made.astimezone(UTC).replace(tzinfo=None)
