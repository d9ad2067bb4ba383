"""``python -m report_templates.docx_source``: write report.docx and document.docx anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm

from agent.report.docx.packing import pack_docx
from report_templates.docx_source import body, document, front
from report_templates.docx_source.styles import CHINESE, restyle

FOLDER = Path(__file__).parent.parent
PLACE = FOLDER / "report.docx"


@dataclass(frozen=True)
class Source:
    """What a template is made of: its body, and what stands above and below each page."""

    body: Callable[[], str]
    header: Callable[[], str]
    footer: Callable[[], str]


REPORT = Source(body.body, front.header, front.footer)
SOURCES: Mapping[Path, Source] = {
    PLACE: REPORT,
    FOLDER / "document.docx": Source(document.body, document.header, document.footer),
}
_CREATED = datetime(2026, 11, 1, tzinfo=UTC)  # fixed, so that the file stays the same


def built(source: Source = REPORT) -> bytes:
    """Return the template as a file."""
    made = docx.Document()
    restyle(made)
    _set_up_page(made, source)
    _fill_body(made, source)
    _write_settings(made)
    _write_properties(made)
    file = BytesIO()
    made.save(file)
    return pack_docx(file.getvalue(), _CREATED)


def _set_up_page(made: Document, source: Source) -> None:
    section = made.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(22), Mm(18)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    for part, xml in ((section.header, source.header()), (section.footer, source.footer())):
        part.is_linked_to_previous = False
        for paragraph in list(part.paragraphs):
            part._element.remove(paragraph._p)
        part._element.append(_parse_fragment(xml))


def _fill_body(made: Document, source: Source) -> None:
    page = made.element.body
    for child in list(page)[:-1]:
        page.remove(child)
    for element in reversed(list(_parse_fragment(f"<w:body>{source.body()}</w:body>"))):
        page.insert(0, element)


def _parse_fragment(xml: str) -> BaseOxmlElement:
    opening, rest = xml.split(">", 1)
    return parse_xml(f"{opening} {nsdecls('w')}>{rest}")


def _write_settings(made: Document) -> None:
    """Make Word fill in the page numbers of the contents, and name a substitute for the Chinese font.

    In the mode of Word 2013 a table begins where the text begins; in older ones it sticks out by the padding of a cell.
    """
    for mode in made.settings.element.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")
    made.settings.element.insert(0, parse_xml(f'<w:updateFields {nsdecls("w")} w:val="true"/>'))
    for part in made.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            fonts = (
                f'<w:fonts {nsdecls("w")}><w:font w:name="{CHINESE}"><w:altName w:val="Noto Sans CJK SC"/></w:font>'
                "</w:fonts>"
            )
            part._blob = fonts.encode()


def _write_properties(made: Document) -> None:
    known = made.core_properties
    known.author = known.last_modified_by = known.comments = known.title = ""
    known.created = known.modified = _CREATED.replace(tzinfo=None)  # the format has no zones


if __name__ == "__main__":
    for place, source in SOURCES.items():
        place.write_bytes(built(source))
