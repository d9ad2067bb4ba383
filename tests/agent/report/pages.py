"""Reading what a page says, and finding a Chromium for tests that need one."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent.model.document import Document
from agent.report.html.render_html import render_html
from agent.report.pdf.render_pdf import CHROMIUM_VARIABLE, find_chromium, print_page


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script", "title")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words += data.split()


def text_of(html: str) -> str:
    """What a reader reads, with single blanks."""
    reader = _Text()
    reader.feed(html)
    return " ".join(reader.words)


def page(document: Document, language: str = "en") -> str:
    return render_html(document, language).decode()


def page_one(document: Document, language: str = "en") -> str:
    html = page(document, language)
    return html[html.index('<section class="front">') : html.index('<section class="printed-contents"')]


def chromium() -> str:
    """Path of Chromium; without one the test is skipped and says so."""
    found = find_chromium()
    if found is None:
        pytest.skip(f"no Chromium on PATH nor in {CHROMIUM_VARIABLE}")
    return found


def as_wide_as(family: str, stand_in: str) -> None:
    """Skipped and said where this machine has neither the font nor the free one of its widths: pages break elsewhere.

    Without fontconfig the system has fonts of its own, this one among them.
    """
    matcher = shutil.which("fc-match")
    command = [matcher or "", "--format=%{family}", family]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout if matcher else family
    if found not in (family, stand_in):
        pytest.skip(f"neither {family} nor {stand_in} is installed to see how much a page holds")


def opened(html: str, folder: Path) -> str:
    """The document as it stands after Chromium has opened the page and run what it would run."""
    file = folder / "page.html"
    file.write_text(html, "utf-8")
    return print_page(chromium(), folder, "--virtual-time-budget=3000", "--dump-dom", file.as_uri()).decode()
