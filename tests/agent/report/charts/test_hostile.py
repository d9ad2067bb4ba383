"""Names in charts are text, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.report.charts.draw import Chart
from agent.report.charts.sheet import fit_text, measure_width
from tests.agent.report import sample
from tests.agent.report.pictures import SVG, drawn, texts, tree
from tests.agent.report.test_hostile import ATTACKS, hostile

pytestmark = pytest.mark.slow

ELEMENTS = {"svg", "g", "path", "text", "defs", "use", "rect", "pattern", "title", "desc"}
# A hostile deadline is none.
WITHOUT_ROADMAP = [
    "statements_line",
    "sessions_line",
    "score",
    "score_line",
    "categories",
    "losses",
    "capacity",
    "top_sql",
]
MORE_ATTACKS = ("$\\frac{1}{2}$", "$x", "A" * 1_000_000, "\n\n\n", "数据😀\u0301" * 50)


def check_harmless(chart: Chart) -> None:
    root = tree(chart)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= ELEMENTS
    for node in root.iter():
        for key, value in node.attrib.items():
            assert not key.lower().startswith("on") and "url(" not in value.replace("url(#", "")
            assert not key.endswith("href") or value.startswith("#")
    assert b"<!DOCTYPE" not in chart.svg and b"<?" not in chart.svg


@pytest.mark.parametrize("attack", [*MORE_ATTACKS, *ATTACKS])
def test_hostile_names_are_text(attack: str) -> None:
    found = drawn(hostile(attack))
    assert [*found] == WITHOUT_ROADMAP
    for chart in found.values():
        check_harmless(chart)
        assert len(chart.svg) < 60_000 and len(chart.alt) < 20_000
    if attack.startswith("$"):
        assert any(text == attack for text in texts(found["top_sql"]))


@settings(max_examples=15)
@given(st.text(max_size=60))
def test_any_name_makes_a_valid_picture(name: str) -> None:
    document = sample.rich(1)
    document["figures"]["top_sql"] = [{**document["figures"]["top_sql"][0], "sql_id": name}]
    chart = drawn(document)["top_sql"]
    check_harmless(chart)
    assert chart.png.startswith(b"\x89PNG")


@given(st.text(max_size=80), st.floats(5, 100))
def test_a_text_fits_where_it_is_put(text: str, width: float) -> None:
    line = fit_text(text, width)
    assert measure_width(line) <= width and "\n" not in line
    assert line == " ".join(text.split()) or line.endswith("…")
