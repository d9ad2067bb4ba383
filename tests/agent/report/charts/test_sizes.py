"""The charts fit where they are put: page, Word, and phone."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.agent.report.charts.test_draw import NAMES
from tests.agent.report.pictures import drawn, foretold, texts, trend


def test_pictures_fit_page_and_word() -> None:
    charts = drawn(trend(12))
    assert charts.keys() >= {*NAMES}
    for chart in charts.values():
        assert chart.width_mm == 170.0 and 20 <= chart.wide[2] <= 110
        assert len(chart.svg) < 60_000
        picture = Image.open(BytesIO(chart.png))
        assert picture.width == pytest.approx(170 / 25.4 * 200, abs=2)
        assert picture.height == pytest.approx(chart.wide[2] / 25.4 * 200, abs=2)


def test_pictures_of_a_forecast_fit_as_well() -> None:
    for language in ("en", "zh-CN"):
        charts = drawn(foretold(), language)
        for name in ("capacity", "limits"):
            assert charts[name].width_mm == 170.0 and 20 <= charts[name].wide[2] <= 110
            assert len(charts[name].svg) < 60_000


def test_no_program_clips_what_stands_at_the_edge() -> None:
    charts = drawn(trend(3))
    assert charts.keys() >= {*NAMES}
    for chart in charts.values():
        picture = Image.open(BytesIO(chart.png)).convert("L")
        edge = round(1 / 25.4 * 200)
        for left in (0, picture.width - edge):
            assert picture.crop((left, 0, left + edge, picture.height)).getextrema() == (255, 255), chart.name


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_screen_has_narrow_pictures_with_the_same_words(language: str) -> None:
    charts = drawn(trend(3), language)
    assert charts.keys() >= {*NAMES}
    for name, chart in charts.items():
        svg, width_mm, height_mm = chart.narrow
        assert width_mm == 96.0 and 20 <= height_mm <= 160
        narrow = [node.text or "" for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("}text")]
        assert narrow, name
        missing = {*texts(chart, axes=False)} - {*narrow}
        assert not missing or name == "roadmap", (name, missing)  # which labels fewer steps
        assert not any(text.endswith("…") for text in narrow)
