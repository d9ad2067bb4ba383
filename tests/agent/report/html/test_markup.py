"""What a page owes to those who hear it or go through it by keyboard, read from its markup without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from agent.support.i18n import LANGUAGES
from tests.agent.report.browser import SAMPLES, document, html

STOPS = {"a", "button", "input", "select", "summary", "textarea"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def tags_of(name: str, language: str = "en") -> list[tuple[str, dict[str, str]]]:
    reader = Reader()
    reader.feed(html(name, language).decode())
    return reader.tags


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_head_says_of_what_it_is_the_head(name: str, language: str) -> None:
    heads = [attrs for tag, attrs in tags_of(name, language) if tag == "th"]
    assert heads and not [attrs for attrs in heads if attrs.get("scope") not in ("col", "row", "rowgroup")]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_table_has_a_caption(name: str) -> None:
    tags = [tag for tag, _ in tags_of(name) if tag in ("table", "caption")]
    assert tags and tags[::2] == ["table"] * (len(tags) // 2) and tags[1::2] == ["caption"] * (len(tags) // 2)


def test_the_first_finding_is_ten_stops_away_at_most() -> None:
    """Counted from the beginning of the page by the Tab key, with no link skipped."""
    found = {result["code"] for result in document("rich")["results"] if result["findings"]}
    stops = [
        (tag, attrs)
        for tag, attrs in tags_of("rich")
        if tag in STOPS and attrs.get("tabindex") != "-1" and (tag != "a" or "href" in attrs)
    ]
    on_page_one = [attrs.get("href", "") for _, attrs in stops if attrs.get("class") != "skip"]
    assert any(href.removeprefix("#") in found for href in on_page_one[:8])
    assert [attrs["href"] for _, attrs in stops if attrs.get("class") == "skip"] == ["#page-one", "#CAP001"]


def test_deductions_are_told_once_at_most_before_the_first_risk() -> None:
    page = html("rich", "en").decode()
    before = page[page.index("<main") : page.index('<article class="card')]
    tellings = ('class="bars"', 'class="stack losses"', 'class="wide losses"', 'class="wide categories"')
    assert [kind for kind in tellings if kind in before] == ['class="bars"']
    assert all(kind in page for kind in tellings)
