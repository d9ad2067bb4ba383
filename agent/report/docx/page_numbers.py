"""Fills the page numbers into the contents of a Word file, as LibreOffice lays the pages out.

Word computes them when it opens the file. Other programs, previews and phones show what stands in the file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from pikepdf import Array, OutlineItem, Page, Pdf, PdfError

from agent.report.docx.packing import pack_docx, read_moment
from agent.support.errors import RenderError
from agent.support.files import make_workplace
from agent.support.programs import run_program

SOFFICE_VARIABLE = "OB_HEALTH_SOFFICE"
SOFFICE_NAMES = ("soffice", "libreoffice")
TIMEOUT_S = 60
_ANCHOR = "_Toc_"


def find_soffice(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of LibreOffice: what ``OB_HEALTH_SOFFICE`` names, or the first known name on PATH."""
    if named := environ.get(SOFFICE_VARIABLE):
        return shutil.which(named)
    return next((path for name in SOFFICE_NAMES if (path := shutil.which(name))), None)


def fill_contents(content: bytes, directory: Path | None) -> bytes:
    """Return the file with the pages in its contents; as it is without LibreOffice, or if that cannot lay it out."""
    soffice = find_soffice()
    if soffice is None:
        return content
    try:
        headings = _list_headings(_print_pdf(soffice, content, directory))
    except (RenderError, PdfError, OSError):
        return content
    document, wanted = docx.Document(BytesIO(content)), iter(headings)
    for link in document.element.body.iter(qn("w:hyperlink")):
        if link.get(qn("w:anchor"), "").startswith(_ANCHOR):
            title, place = _read_entry(link)
            # Both are in the order of the document, but there are more headings than entries.
            page = next((page for heading, page in wanted if heading == title), None)
            if page is None:
                return content
            place.text = str(page)
    made = BytesIO()
    document.save(made)
    return pack_docx(made.getvalue(), read_moment(content))


def _print_pdf(soffice: str, content: bytes, directory: Path | None) -> bytes:
    with make_workplace(directory, "docx") as folder:
        (folder / "report.docx").write_bytes(content)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = (soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder))
        run_program((*command, str(folder / "report.docx")), "LibreOffice", TIMEOUT_S)
        return (folder / "report.pdf").read_bytes()


def _list_headings(content: bytes) -> list[tuple[str, int]]:
    """Return the text of each heading of a PDF, and its page from 1."""
    with Pdf.open(BytesIO(content)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        with pdf.open_outline() as outline:
            items = list(_walk_outline(outline.root))
        return [
            (" ".join(item.title.split()), numbers[Page(item.destination[0]).obj.objgen])
            for item in items
            if isinstance(item.destination, Array)
        ]


def _walk_outline(items: Iterable[OutlineItem]) -> Iterator[OutlineItem]:
    for item in items:
        yield item
        yield from _walk_outline(item.children)


def _read_entry(link: BaseOxmlElement) -> tuple[str, BaseOxmlElement]:
    """Return the text of an entry of the contents, and where its page number stands: in the result of its field."""
    texts = list(link.iter(qn("w:t")))
    return " ".join("".join(text.text or "" for text in texts[:-1]).split()), texts[-1]
