"""What the report says in HTML, Word and the list of findings, word for word, kept in ``golden/``.

``python -m tests.agent.report.golden`` writes it anew; look at the difference before committing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import openpyxl

from agent.report.docx.render_docx import render_docx
from agent.report.xlsx.render_xlsx import render_xlsx
from agent.support.i18n import LANGUAGES
from tests.agent.report.browser import document, html
from tests.agent.report.office import root, text_of

FOLDER = Path(__file__).parent / "golden"
NAMES = ("rich", "joined", "blind", "empty")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = _HEADINGS | {
    "article",
    "aside",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "header",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}


class _Lines(HTMLParser):
    """The text of a page, a line for each block; pictures by their alternative text."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.silent = 0
        self.drawn = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script")
        chart = tag == "svg" and (dict(attrs).get("class") or "").split()[:1]
        if chart in (["wide"], ["narrow"]):  # the same picture for two widths: told once, by its alternative text
            self.drawn += 1
            self.text.append(f"\n[{dict(attrs)['aria-label']}]\n" if chart == ["wide"] else "")
        elif tag in _LINES:
            self.text.append(f"\n{'#' * int(tag[1])} " if tag in _HEADINGS else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script")
        self.drawn -= bool(tag == "svg" and self.drawn)
        if tag in _LINES:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.drawn:
            self.text.append(data.replace("\n", " "))


def lines_of(page: str) -> str:
    """The page as plain lines, with single blanks."""
    reader = _Lines()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
    return "\n".join(line for line in lines if line and not set(line) <= {"#"}) + "\n"


def of_page(name: str, language: str) -> str:
    return lines_of(html(name, language).decode())


def of_word(name: str, language: str) -> str:
    lines = text_of(root(render_docx(document(name), language))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip()) + "\n"


def of_list(name: str, language: str) -> str:
    """The sheets, a line for each row; cells between bars."""
    lines = []
    for sheet in openpyxl.load_workbook(BytesIO(render_xlsx(document(name), language))).worksheets:
        lines.append(f"# {sheet.title}")
        rows = ([str(value) for value in row if value is not None] for row in sheet.iter_rows(values_only=True))
        lines += [" | ".join(row).replace("\n", " / ") for row in rows if row]
    return "\n".join(lines) + "\n"


KINDS: Mapping[str, Callable[[str, str], str]] = {"": of_page, ".docx": of_word, ".xlsx": of_list}


def cases() -> Iterator[tuple[str, str, str, Path]]:
    """Sample, language, kind of file, and where its words are kept."""
    for name in NAMES:
        for language in LANGUAGES:
            for kind in KINDS:
                yield name, language, kind, FOLDER / f"{name}.{language}{kind}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, language, kind, path in cases():
        path.write_text(KINDS[kind](name, language), encoding="utf-8")
