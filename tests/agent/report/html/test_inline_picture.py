"""Charts as markup of the page: nothing that its policy forbids, no colour that dark mode would miss, no id twice."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from agent.report.charts.draw import Chart
from agent.report.html.inline_picture import inline_picture
from agent.report.style import ACCENT
from tests.agent.report import sample
from tests.agent.report.browser import html
from tests.agent.report.pictures import drawn, trend
from tests.agent.report.test_hostile import ATTACKS, hostile

CHARTS = [*drawn(trend(3)).values(), *drawn(sample.rich(tables=2)).values()]
LOOKS = ("style", "onload", "xmlns")


def inlined(chart: Chart, kind: str = "wide") -> ElementTree.Element:
    svg = chart.wide[0] if kind == "wide" else chart.narrow[0]
    return ElementTree.fromstring(inline_picture(svg, f"{kind} {chart.name}", chart.alt, chart.accent))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_every_colour_follows_the_page(chart: Chart) -> None:
    root = inlined(chart)
    colours = {element.get(key, "none") for element in root.iter() for key in ("fill", "stroke")}
    assert not [colour for colour in colours if not re.fullmatch(r"none|var\(--[a-z]+\)|url\(#[\w-]+\)", colour)]
    assert "var(--accent)" in colours


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_policy_of_the_page_forbids_nothing_in_it(chart: Chart) -> None:
    for element in inlined(chart).iter():
        assert element.tag != "style"
        assert not [key for key in element.attrib if key in LOOKS or ":" in key or key.startswith("{")]


def test_no_colour_of_a_house_is_left_out() -> None:
    chart = next(chart for chart in drawn(sample.rich()).values() if chart.name == "losses")
    svg = chart.svg.replace(ACCENT.encode(), b"#7a1f2b")
    assert "#7a1f2b" not in inline_picture(svg, "wide losses", "", "#7a1f2b")
    assert "#7a1f2b" in inline_picture(svg, "wide losses", "", ACCENT), "the test can fail"


def test_ids_are_unique_and_references_lead_to_them() -> None:
    page = html("rich", "en").decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    led = {found for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page) for found in pair if found}
    assert len(led) > 50 and led <= set(ids)


def test_texts_stay_texts_and_the_picture_has_its_alternative() -> None:
    chart = drawn(sample.rich())["top_sql"]
    root = inlined(chart)
    assert root.get("role") == "img" and root.get("aria-label") == chart.alt
    shown = [element.text or "" for element in root.iter("text")]
    assert any(re.fullmatch("[0-9A-F]{32}", text) for text in shown)


def test_hostile_names_are_only_texts() -> None:
    for chart in drawn(hostile(" ".join(ATTACKS))).values():
        tags = {element.tag for element in inlined(chart).iter()}
        assert tags <= {"svg", "g", "path", "text", "defs", "use", "rect", "pattern"}
