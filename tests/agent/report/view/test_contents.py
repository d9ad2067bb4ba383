"""The list of contents is the report's own order, and leads to every chapter."""

from __future__ import annotations

import re
from html import unescape

import pytest

from agent.report.html.render_html import render_html
from agent.report.style import OURS, Section, Style
from agent.report.view.contents import build_contents
from agent.report.view.report import build_report
from agent.report.words import Words
from tests.agent.report import sample
from tests.agent.report.browser import SAMPLES, document, html

ORDER = (
    "scope", "instance", "changes", "top", "roadmap", "slow-sql", "chapters", "platform", "points", "not-assessed",
    "carried", "by-hand", "mutes", "passed", "left-out", "method", "sources", "load", "glossary",
)  # fmt: skip


def test_the_order_is_the_agreed_one() -> None:
    words = Words("en")
    found = build_contents(build_report(sample.rich(), "en"), OURS, words)
    assert tuple(heading.id for heading in found) == ORDER
    assert [heading.number for heading in found] == list(range(1, len(ORDER) + 1))
    assert ("category-capacity", "Capacity") in found[6].parts


def test_what_is_not_there_is_not_listed() -> None:
    found = {heading.id for heading in build_contents(build_report(sample.healthy(), "en"), OURS, Words("en"))}
    assert set(ORDER) - found == {"changes", "roadmap", "platform", "carried"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", SAMPLES)
def test_chapters_stand_as_listed(name: str, language: str) -> None:
    page = html(name, language).decode()
    pattern = r'<header class="section" id="([^"]+)"><h2><span class="no">(\d+)</span> <bdi>(.*?)</bdi>'
    chapters = [(key, int(number), unescape(title)) for key, number, title in re.findall(pattern, page)]
    listed = build_contents(build_report(document(name), language), OURS, Words(language))
    assert chapters == [(heading.id, heading.number, heading.title) for heading in listed]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_link_inside_the_page_leads_somewhere(name: str) -> None:
    page = html(name, "en").decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_own_chapters_stand_where_they_were_put() -> None:
    style = Style(sections=(Section("Ours first", ("a",), "front"), Section("Ours last", ("b",), "end")))
    found = [heading.title for heading in build_contents(build_report(sample.rich(), "en"), style, Words("en"))]
    assert found[0] == "Ours first" and found[-2:] == ["Ours last", "Glossary"]
    page = render_html(sample.rich(), "en", style).decode()
    assert page.index('id="own-front-1"') < page.index('id="scope"') < page.index('id="own-end-1"')
