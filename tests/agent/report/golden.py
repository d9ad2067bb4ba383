"""What the HTML report says, word for word, kept in ``golden/``.

``python -m tests.agent.report.golden`` writes it anew; look at the difference before committing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from agent.i18n import LANGUAGES
from tests.agent.report.browser import html

FOLDER = Path(__file__).parent / "golden"
NAMES = ("rich", "blind", "empty")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = _HEADINGS | {
    "article", "aside", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "header", "li", "main",
    "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


class _Lines(HTMLParser):
    """The text of a page, a line for each block; pictures by their alternative text."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script")
        if tag == "img":
            self.text.append(f"\n[{dict(attrs).get('alt')}]\n")
        elif tag in _LINES:
            self.text.append(f"\n{'#' * int(tag[1])} " if tag in _HEADINGS else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script")
        if tag in _LINES:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text.append(data.replace("\n", " "))


def lines_of(page: str) -> str:
    """The page as plain lines, with single blanks."""
    reader = _Lines()
    reader.feed(page)
    lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
    return "\n".join(line for line in lines if line and not set(line) <= {"#"}) + "\n"


def cases() -> Iterator[tuple[str, str, Path]]:
    for name in NAMES:
        for language in LANGUAGES:
            yield name, language, FOLDER / f"{name}.{language}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, language, path in cases():
        path.write_text(lines_of(html(name, language).decode()), encoding="utf-8")
