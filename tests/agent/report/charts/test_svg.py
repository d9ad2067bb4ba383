"""Shapes as SVG: short numbers, texts that stay texts, and one definition for equal marks."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from agent.report.charts.sheet import DrawingSheet, MarkKind
from agent.report.charts.svg import write_svg
from tests.agent.report.pictures import SVG


def drawn(sheet: DrawingSheet, title: str = "", alt: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(write_svg(sheet, title, alt))


def test_a_picture_has_its_title_and_its_description() -> None:
    root = drawn(DrawingSheet(20.0), "Score <b>", 'Score: 40 & "range"')
    assert root.findtext(f"{SVG}title") == "Score <b>" and root.findtext(f"{SVG}desc") == 'Score: 40 & "range"'
    assert root.get("viewBox") == "0 0 481.89 56.69", "points of 170 by 20 mm"


def test_a_text_stands_with_its_middle_where_it_was_put() -> None:
    sheet = DrawingSheet(20.0)
    sheet.text(8.0, 10.0, "<script>", 10.0, bold=True, align="right")
    (text,) = drawn(sheet).iter(f"{SVG}text")
    assert text.text == "<script>" and text.get("font-weight") == "bold" and text.get("text-anchor") == "end"
    assert float(text.get("x", "")) == pytest.approx((8 + 2) / 25.4 * 72, abs=0.01)
    assert float(text.get("y", "")) == pytest.approx(10 / 25.4 * 72 + 3.5, abs=0.01)


def test_what_explains_an_axis_stands_apart() -> None:
    sheet = DrawingSheet(20.0)
    sheet.text(1.0, 1.0, "in it")
    sheet.text(1.0, 1.0, "50%", axis=True)
    (group,) = (node for node in drawn(sheet).iter(f"{SVG}g") if node.get("class") == "chart-axis")
    assert [text.text for text in group] == ["50%"]


@pytest.mark.parametrize("kind", ["o", "s", "^", "D", "v", "P"])
def test_equal_marks_are_defined_once(kind: MarkKind) -> None:
    sheet = DrawingSheet(20.0)
    for size in (5, 5, 3):
        sheet.mark(10.0, 10.0, kind, size, fill="#123456")
    root = drawn(sheet)
    defined = [node.get("id") for node in root.iter(f"{SVG}path")]
    led = [node.get("href") for node in root.iter(f"{SVG}use")]
    assert len(defined) == 2 and len(led) == 3 and {f"#{name}" for name in defined} == {*led}
    path = next(node.get("d", "") for node in root.iter(f"{SVG}path"))
    assert max(map(float, re.findall(r"\d+\.?\d*", path.partition("a")[0]))) == pytest.approx(2.5, abs=0.51)


def test_hatches_have_the_colour_of_their_edge() -> None:
    sheet = DrawingSheet(20.0)
    sheet.box(1, 1, 5, 5, fill="#ffffff", edge="#7a1f2b", hatched=True)
    sheet.box(1, 8, 5, 5, fill="#ffffff", edge="#7a1f2b", hatched=True)
    root = drawn(sheet)
    (pattern,) = root.iter(f"{SVG}pattern")
    assert [node.get("stroke") for node in pattern] == ["#7a1f2b"]
    assert sum(node.get("fill") == f"url(#{pattern.get('id')})" for node in root.iter(f"{SVG}path")) == 2


def test_numbers_are_short() -> None:
    sheet = DrawingSheet(20.0)
    sheet.line((1 / 3, -0.00001), (2 / 3, 1e-9), color="#000000", width=1.0, dashes=(1 / 3, 2))
    sheet.area((0, 0), (1, 0), (1, 1), fill="#000000", opacity=0.16)
    found = write_svg(sheet, "", "").decode()
    assert not re.search(r"\.\d{3}|\de-|-0\b(?!\.)", found) and 'fill-opacity="0.16"' in found
    assert 'stroke-dasharray="0.33 2"' in found
