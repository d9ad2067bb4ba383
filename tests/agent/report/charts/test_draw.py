"""The charts: the document's numbers, no more and no less."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from agent.archive.upgrade import upgrade_document
from agent.model.document import Document
from agent.model.terms import Category
from agent.report.charts import canvas, draw
from agent.report.charts.draw import draw_charts
from agent.report.charts.fonts import LATIN
from agent.report.charts.types import PlotBar
from agent.report.words import Words
from tests.agent.report import sample
from tests.agent.report.pictures import NUMBER, SVG, dashes, drawn, foretold, marks, texts, tree, trend

pytestmark = pytest.mark.slow

NAMES = [
    "statements_line",
    "sessions_line",
    "score",
    "score_line",
    "categories",
    "losses",
    "roadmap",
    "capacity",
    "top_sql",
]
ROOT = Path(__file__).parents[4]


def printed(document: Document, name: str) -> list[str]:
    return texts(drawn(document)[name], axes=False)


def plot_of(document: Document, name: str) -> Any:
    return drawn(document)[name].shown


def test_the_charts_in_the_order_of_the_report() -> None:
    assert [chart.name for chart in draw_charts(sample.rich(), Words("en"))] == NAMES


def test_score_with_range_coverage_grades_and_last_time() -> None:
    document = sample.rich()
    score = document["score"]
    found = printed(document, "score")
    assert f"{score['value']:.1f}" in found
    assert f"range {score['low']:.1f}–{score['high']:.1f}; coverage {score['coverage_pct']}%" in found
    assert f"last time {document['comparison']['score_was']:.1f}" in found
    assert {"In danger", "0–40", "Poor", "40–60", "Needs attention", "Good", "75–90", "Excellent", "90–100"} <= {*found}


def test_lines_over_the_assessments_take_two_points_that_are_known() -> None:
    document = sample.rich()
    was, now = document["comparison"]["score_was"], document["score"]["value"]
    chart = next(chart for chart in draw_charts(document, Words("en")) if chart.name == "score_line")
    assert f"{was:.1f}" in chart.alt and f"{now:.1f}" in chart.alt and "2026-07-03" in chart.alt
    for point in document["figures"]["trend"]:
        point["sessions"] = None
    names = [chart.name for chart in draw_charts(document, Words("en"))]
    assert "sessions_line" not in names and "statements_line" in names
    document["figures"]["trend"] = []
    assert not any(chart.name.endswith("_line") for chart in draw_charts(document, Words("en")))


def test_categories_with_what_they_lost_last_time() -> None:
    document = sample.rich()
    now, was = document["score"]["categories"], document["comparison"]["categories_was"]
    cells = [
        "–" if points is None else f"{points:.1f}"
        for name in sorted(
            now,
            key=lambda name: (
                now[name]["points_lost"] is None,
                -(now[name]["points_lost"] or 0),
                [*Category].index(Category(name)),
            ),
        )
        for points in (now[name]["points_lost"], was[name])
    ]
    found = [text for text in printed(document, "categories") if NUMBER.fullmatch(text) or text == "–"]
    assert found == cells
    notes = [text for text in printed(document, "categories") if text in ("not assessed", "no check applies")]
    assert notes == ["no check applies", "not assessed"] * 2 and len(notes) == cells.count("–") / 2


def test_categories_of_a_first_assessment_have_one_column() -> None:
    document = sample.rich()
    document["comparison"] = None
    found = printed(document, "categories")
    assert "Points lost" in found and "Last time" not in found and "16.8" not in found


def test_the_waterfall_leads_from_100_to_the_score() -> None:
    document = sample.rich()
    lost = sorted((r["points_lost"] for r in document["results"] if r["points_lost"]), reverse=True)
    numbers = [text for text in printed(document, "losses") if NUMBER.fullmatch(text.lstrip("−"))]
    assert numbers[0] == "100.0" and numbers[-1] == numbers[-2] == f"{document['score']['value']:.1f}"
    assert numbers[1:-1:2] == [f"−{points:.1f}" for points in lost]
    left = [float(text) for text in numbers[2:-1:2]]
    assert left == pytest.approx([100 - sum(lost[: number + 1]) for number in range(len(lost))], abs=0.05)


def test_beyond_the_dearest_checks_the_rest_is_one_row() -> None:
    document = sample.rich()
    model = next(result for result in document["results"] if result["points_lost"])
    document["results"] = [{**model, "code": f"SQL{number:03}", "points_lost": 1.5} for number in range(20)]
    document["score"]["value"] = 70.0
    found = printed(document, "losses")
    assert "12 more checks" in found and "−18.0" in found
    assert sum(text.startswith("SQL") for text in found) == 8


def test_points_that_are_carried_over_are_hatched() -> None:
    document = sample.rich()
    assert tree(drawn(document)["losses"]).find(f".//{SVG}pattern") is not None
    for result in document["results"]:
        result["carried_from"] = None
    assert tree(drawn(document)["losses"]).find(f".//{SVG}pattern") is None


def test_the_roadmap_climbs_through_its_deadlines() -> None:
    document = sample.rich()
    after = [f"{unit['score_after']:.1f}" for unit in document["roadmap"]]
    found = printed(document, "roadmap")
    assert [text for text in found if text in after] == after
    ends = {unit["deadline"]: f"→ {unit['score_after']:.1f}" for unit in document["roadmap"]}
    assert [text for text in found if text.startswith("→")] == [ends[name] for name in ("now", "month", "quarter")]
    assert {"today 42.2", "Now", "Within 30 days", "Within 90 days"} <= {*found}


def test_a_long_roadmap_labels_the_ends_of_its_stages_only() -> None:
    document = sample.rich()
    last = document["roadmap"][-1]
    document["roadmap"] += [{**last, "score_after": round(92 + 0.1 * number, 1)} for number in range(60)]
    found = texts(drawn(document)["roadmap"])
    assert "→ 97.9" in found and "92.5" not in found
    assert "65" in found and 10 < sum(text.isdigit() for text in found) < 50


def test_one_assessment_shows_bars_against_the_size() -> None:
    found = printed(sample.healthy(), "capacity")
    assert found[:3] == ["In use", "Size", "Share"]
    assert found[3:11] == ["zone1", "933.6 GiB", "1,000 GiB", "93.4%", "zone2", "651.9 GiB", "1,000 GiB", "65.2%"]


def test_a_size_that_is_not_known_is_not_drawn() -> None:
    document = sample.healthy()
    next(gauge for gauge in document["figures"]["capacity"] if gauge["kind"] == "data_disk")["size_bytes"] = None
    found = printed(document, "capacity")
    assert found.count("unknown") == 1 and "–" in found
    # Without any size a bar would be as long as a full disk's.
    for gauge in document["figures"]["capacity"]:
        gauge["size_bytes"] = None
    assert "capacity" not in drawn(document)


def test_a_disk_of_which_nothing_is_known_is_no_chart() -> None:
    document = sample.healthy()
    for gauge in document["figures"]["capacity"]:
        gauge.update(used_bytes=0, size_bytes=None)
    assert "capacity" not in drawn(document)


def test_a_log_disk_alone_is_no_chart() -> None:
    document = sample.healthy()
    document["figures"]["capacity"] = [g for g in document["figures"]["capacity"] if g["kind"] == "log_disk"]
    assert "capacity" not in drawn(document)


@pytest.mark.parametrize("points", [1, 2, 12])
def test_several_assessments_show_a_curve_per_zone(points: int) -> None:
    chart = drawn(trend(points, forecasts=False))["capacity"]
    assert marks(chart) == 2 * (points + 1) + 3  # and in both names and the legend
    assert dashes(chart) == 0 and "forecast" not in texts(chart)
    assert "2026-10-03" in texts(chart)


def test_the_forecast_is_dashed_and_dated() -> None:
    chart = drawn(trend(12))["capacity"]
    assert dashes(chart) == 3  # two zones and the legend
    found = texts(chart)
    assert "full on 2027-02-11" in found and sum(text.startswith("full on") for text in found) == 1
    assert "forecast" in found and "933.6 GiB / 1,000 GiB (93.4%)" in found


def test_daily_values_have_few_marks_and_the_forecast_a_band() -> None:
    chart = drawn(foretold())["capacity"]
    found = texts(chart)
    assert "four of five cases" in found and "forecast" in found and "full on 2026-12-09" in found
    assert marks(chart) < 30, "a mark on each of sixty days would hide the line"
    assert plot_of(foretold(), "capacity").curves[0].band[0][1:] == pytest.approx((933.6, 933.6), abs=0.1)
    assert not plot_of(trend(12), "capacity").curves[0].band


def test_days_until_the_limit_are_bars_from_the_near_to_the_far_end() -> None:
    document = foretold()
    plot = plot_of(document, "limits")
    assert [(row.label, row.cells, row.note) for row in plot.rows] == [
        ("data disk: zone1", ("50", "67"), ""), ("tablets: tenant", ("–", "–"), "not within a year"),
    ]  # fmt: skip
    assert plot.rows[0].bar == PlotBar(50.0, 90.0)
    assert "data disk: zone1 50 / 67" in plot.alt
    assert "not within a year" in printed(document, "limits")
    document["figures"]["limits"] = [dict(plot_, lack="few") for plot_ in document["figures"]["limits"]]
    assert "limits" not in drawn(document)


def test_of_many_levels_the_nearest_are_shown_and_the_rest_is_counted() -> None:
    document = foretold()
    disk = document["figures"]["limits"][2]
    document["figures"]["limits"] = [{**disk, "resource": f"z{days}", "near_days": days} for days in range(20, 0, -1)]
    plot = plot_of(document, "limits")
    assert [row.label for row in plot.rows][:2] == ["data disk: z1", "data disk: z2"] and len(plot.rows) == 12
    assert plot.note == "8 more levels are not shown"


def test_two_assessments_of_one_day_are_one_point() -> None:
    document = trend(1)
    document["figures"]["trend"][0]["as_of"] = "2026-10-03T00:30:00+00:00"
    assert "In use" in texts(drawn(document)["capacity"])


def test_more_zones_than_fit_are_counted() -> None:
    document = sample.healthy()
    gauge = document["figures"]["capacity"][0]
    document["figures"]["capacity"] = [{**gauge, "resource": f"zone{number}"} for number in range(9)]
    found = printed(document, "capacity")
    assert "3 more zones are not shown" in found and sum(text.startswith("zone") for text in found) == 6


def test_the_statements_that_take_most_time() -> None:
    document = sample.rich()
    top = document["figures"]["top_sql"]
    found = printed(document, "top_sql")
    shares = [shape["share_pct"] for shape in top[:10]]
    cells = [text for text in found if text.endswith("%")]
    assert cells[: 2 * 10 : 2] == [f"{share:.1f}%" for share in shares]
    assert cells[1 : 2 * 10 : 2] == [f"{sum(shares[: number + 1]):.1f}%" for number in range(10)]
    assert cells[20:22] == [f"{100 - sum(shares):.1f}%", "100.0%"]
    assert [text for text in found if len(text) == 32] == [shape["sql_id"] for shape in top[:10]]
    assert "20 more statements" in found


def test_a_single_statement_is_a_chart() -> None:
    document = sample.rich()
    document["figures"].update(top_sql=[{**document["figures"]["top_sql"][0], "share_pct": 100.0}], shapes=1)
    found = printed(document, "top_sql")
    assert found.count("100.0%") == 2 and not any("more statements" in text for text in found)


def test_what_has_no_data_has_no_chart() -> None:
    assert [*drawn(sample.healthy())] == ["score", "capacity", "top_sql"]
    assert [*drawn(sample.blind())] == ["capacity", "top_sql"]
    bare = sample.rich()
    for name in ("roadmap", "figures"):
        del bare[name]  # as an older agent wrote it
    assert [*drawn(upgrade_document(bare))] == ["score", "categories", "losses"]
    nothing = sample.blind()
    nothing["figures"].update(capacity=[], top_sql=[])
    assert drawn(nothing) == {}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_alternative_text_holds_every_number(language: str) -> None:
    scale = {"0", "40", "60", "75", "80", "90", "100"}  # grades and the mark at 80% explain, they tell nothing
    for document in (trend(3), sample.healthy()):
        for chart in drawn(document, language).values():
            shown = set(NUMBER.findall(" ".join(texts(chart, axes=False))))
            assert shown - scale <= set(NUMBER.findall(chart.alt)), chart.name
            assert chart.alt.startswith(chart.title) and "\n" not in chart.alt


def test_chinese_pictures_are_chinese() -> None:
    chinese, english = drawn(trend(3), "zh-CN"), drawn(trend(3))
    assert "区间 20.7–46.0；覆盖率 75.4%" in texts(chinese["score"])
    for name in NAMES:
        assert chinese[name].title != english[name].title
        same = {text for text in texts(chinese[name]) if text[0].isalpha()} & {*texts(english[name])}
        # Names, and titles of the sample's checks, which no catalogue has.
        assert all(text.startswith("zone") or text[3:6].isdigit() for text in same), name


def test_without_a_chinese_font_only_the_png_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "_find_families", lambda: frozenset({"DejaVu Sans"}))
    draw._draw_svg.cache_clear()
    draw._draw_png.cache_clear()
    chinese, english = drawn(sample.healthy(), "zh-CN")["score"], drawn(sample.healthy())["score"]
    draw._draw_svg.cache_clear()
    assert chinese.png == english.png and chinese.svg != english.svg
    assert "优" in texts(chinese) and b"'Microsoft YaHei'" in chinese.svg


def test_the_colour_is_the_house_s() -> None:
    assert all(b"#7a1f2b" in chart.svg for chart in draw_charts(sample.rich(), Words("en"), "#7a1f2b"))
    assert not any(b"#7a1f2b" in chart.svg for chart in draw_charts(sample.rich(), Words("en")))


def test_equal_charts_are_drawn_once() -> None:
    first, second = drawn(sample.rich()), drawn(sample.rich())
    assert all(first[name].svg is second[name].svg and first[name].png is second[name].png for name in NAMES)


SCRIPT = """
import sys
from hashlib import sha256
from agent.report.charts.draw import draw_charts
from agent.report.words import Words
from tests.agent.report.pictures import trend
for chart in draw_charts(trend(3), Words("zh-CN")):
    sys.stdout.write(sha256(chart.svg).hexdigest() + sha256(chart.png).hexdigest() + "\\n")
assert "matplotlib.pyplot" not in sys.modules
"""


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_bytes_are_the_same_everywhere(tmp_path: Path) -> None:
    """In another process without a home to write to, beside settings of somebody's own; and nothing is said."""
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.family: serif\nno.such.setting: 1\n")
    made = run(SCRIPT, tmp_path, HOME="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere", MPLBACKEND="tkagg")
    assert made.stderr == "" and made.returncode == 0
    expected = [sha256(c.svg).hexdigest() + sha256(c.png).hexdigest() for c in draw_charts(trend(3), Words("zh-CN"))]
    assert made.stdout.split() == expected


def test_fonts_that_were_installed_after_the_first_report_are_found(tmp_path: Path) -> None:
    first = run(SCRIPT, tmp_path, MPLCONFIGDIR=str(tmp_path))
    (listed,) = tmp_path.glob("fontlist-*.json")
    fonts = json.loads(listed.read_text())
    fonts["ttflist"] = [font for font in fonts["ttflist"] if not Path(font["fname"]).is_absolute()]
    listed.write_text(json.dumps(fonts))
    assert first.returncode == 0 and fonts["ttflist"]
    assert run(SCRIPT, tmp_path, MPLCONFIGDIR=str(tmp_path)).stdout == first.stdout


def copy_family(folder: Path) -> list[str]:
    """Install two different fonts under one family name. Return the files to be used: regular and bold."""
    from matplotlib import get_data_path  # not before the canvas, which says where it keeps its list of fonts

    shipped = Path(get_data_path()) / "fonts" / "ttf"
    for place, source in {"a": "DejaVuSans", "b": "DejaVuSerif"}.items():
        (folder / "fonts" / place).mkdir(parents=True)
        for weight in ("", "-Bold"):
            with TTFont(shipped / f"{source}{weight}.ttf") as font:
                for record in font["name"].names:
                    record.string = record.toUnicode().replace(source.replace("DejaVu", "DejaVu "), LATIN[0])
                font.save(folder / "fonts" / place / f"Copy{weight}.ttf")
    return [str(folder / "fonts" / "a" / f"Copy{weight}.ttf") for weight in ("", "-Bold")]


WITH_FILES = (
    SCRIPT
    + """
from matplotlib.font_manager import FontProperties, findfont
from agent.report.charts.fonts import LATIN
from agent.report.charts.types import PlotBar
print(*(findfont(FontProperties(family=LATIN[0], weight=weight)) for weight in ("normal", "bold")))
"""
)


@pytest.mark.slow
def test_of_two_copies_of_a_family_the_same_files_are_used(tmp_path: Path) -> None:
    """Whatever the order in which they are found."""
    expected = copy_family(tmp_path)
    runs = []
    for seed in ("0", "1", "2"):
        fresh = tmp_path / seed
        runs.append(
            run(WITH_FILES, tmp_path, MPLCONFIGDIR=str(fresh), XDG_DATA_HOME=str(tmp_path), PYTHONHASHSEED=seed)
        )
    (listed,) = fresh.glob("fontlist-*.json")
    fonts = json.loads(listed.read_text())
    gone = {**next(font for font in fonts["ttflist"] if font["fname"] == expected[0]), "fname": "/nowhere/Copy.ttf"}
    listed.write_text(json.dumps({**fonts, "ttflist": [gone, *reversed(fonts["ttflist"])]}))
    runs.append(run(WITH_FILES, tmp_path, MPLCONFIGDIR=str(fresh), XDG_DATA_HOME=str(tmp_path), PYTHONHASHSEED="2"))
    assert [made.stderr for made in runs] == [""] * 4
    assert {made.stdout for made in runs} == {runs[0].stdout} and runs[0].stdout.split()[-2:] == expected


def test_without_matplotlib_pages_have_their_charts_and_word_names_the_extra(tmp_path: Path) -> None:
    script = """
import sys
sys.modules["matplotlib"] = None
from agent.support.errors import RenderError
from agent.report.charts.draw import draw_charts
from agent.report.html.render_html import render_html
from agent.report.words import Words
from tests.agent.report.sample import rich
assert render_html(rich(), "en").count(b'class="wide ') == 9
try:
    draw_charts(rich(), Words("en"))[0].png
except RenderError as error:
    sys.stdout.write(str(error.text.msgid))
"""
    made = run(script, tmp_path)
    assert "The charts of a Word report need matplotlib" in made.stdout and made.returncode == 0, made.stderr
