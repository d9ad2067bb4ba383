"""Render the report as PDF. A Chromium that is already on this machine prints the HTML page.

It prints twice: the contents can name pages only once it is known where the chapters stand.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.html.render_html import render_html
from agent.report.style import OURS, Style
from agent.report.view.cover import build_cover
from agent.report.view.persons import name_author, restate_persons
from agent.report.words import Words, read_zone
from agent.support.errors import RenderError
from agent.support.files import make_workplace
from agent.support.programs import run_program

CHROMIUM_VARIABLE = "OB_HEALTH_CHROMIUM"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 90
# No host name resolves, so neither the page nor the browser can send anything from this machine.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# The page has its own headers and footers. Headings become the outline that viewers show.
PRINTING = ("--no-pdf-header-footer", "--generate-pdf-document-outline")


def find_chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of Chromium: what ``OB_HEALTH_CHROMIUM`` names, or the first known name on PATH; None without."""
    if named := environ.get(CHROMIUM_VARIABLE):
        return shutil.which(named)
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def render_pdf(document: Document, language: str, style: Style = OURS, directory: Path | None = None) -> bytes:
    """Return the report as a PDF file. Raises RenderError without Chromium, or if Chromium fails, and OSError.

    It is made in a hidden folder in ``directory``, or in the system's folder for temporary files. Should we be killed,
    the next run in ``directory`` removes it.
    """
    _require_chromium()
    page = render_html(document, language, style, printed=True)
    return print_html(page, _list_properties(document, language, style), directory)


def print_html(page: bytes, properties: Mapping[str, str], directory: Path | None = None) -> bytes:
    """Return an HTML page as a PDF file, with these properties and the numbers of pages in its contents.

    Raises as ``render_pdf``, and works in ``directory`` as that does.
    """
    chromium = _require_chromium()
    with make_workplace(directory, "pdf") as folder:
        content = _print_pdf(chromium, folder, page)
        try:
            from agent.report.pdf import finishing
        except ImportError:  # without the extra ``report`` the contents name no pages
            return content
        if finishing.has_places(page):
            content = _print_pdf(chromium, folder, finishing.fill_page_numbers(page, finishing.find_pages(content)))
        return finishing.set_properties(content, properties)


def _require_chromium() -> str:
    chromium = find_chromium()
    if chromium is None:
        raise RenderError(
            Text(
                "a PDF needs Chromium, and none was found; install it or set {variable} to its path",
                {"variable": CHROMIUM_VARIABLE},
            )
        )
    return chromium


def _print_pdf(chromium: str, folder: Path, content: bytes) -> bytes:
    page, pdf = folder / "report.html", folder / "report.pdf"
    pdf.unlink(missing_ok=True)
    page.write_bytes(content)
    print_page(chromium, folder, *PRINTING, f"--print-to-pdf={pdf}", page.as_uri())
    if not pdf.is_file() or not pdf.stat().st_size:
        raise RenderError(Text("Chromium wrote no PDF ({chromium})", {"chromium": chromium}))
    return pdf.read_bytes()


def _list_properties(document: Document, language: str, style: Style) -> Mapping[str, str]:
    """Return what a viewer shows of the file, as Word and the list of findings have it too."""
    document = restate_persons(document, style.persons)
    words = Words(language, style.wording, read_zone(document))
    cover = build_cover(document, "", words)
    return {
        "Title": f"{cover.title} {cover.customer}",
        "Author": name_author(cover.prepared_by, style, words),
        "Subject": cover.target,
        "Keywords": " ".join(filter(None, (cover.number, cover.classification))),
    }


def print_page(chromium: str, folder: Path, *arguments: str) -> bytes:
    """Run headless Chromium with a new profile in ``folder`` and return its standard output.

    Raises RenderError if it fails or does not finish in ``TIMEOUT_S`` seconds.
    """
    command = (chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments)
    return run_program(command, "Chromium", TIMEOUT_S)
