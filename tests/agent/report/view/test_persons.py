"""``render -e`` prints who answers for the report now, and leaves the rest of the document as it was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from agent.report.docx.render_docx import render_docx
from agent.report.house_style import build_style
from agent.report.render import render_files
from agent.report.style import OURS
from agent.report.view.persons import name_author, restate_persons
from agent.report.view.report import build_report
from agent.report.words import Words
from tests.agent.engagements import MINIMAL, load
from tests.agent.report import sample
from tests.agent.report.office import root, tables, text_of
from tests.report_files import find_report

RICH = sample.rich()  # prepared by Chen Jing, reviewed by Zhao Lei, confidential
NOW = """
report:
  prepared_by: Li Na
  approved_by: Wu Jun
  classification: Internal
  contacts:
    - {name: Li Na, detail: TAM}
"""


def test_what_the_engagement_names_now_goes_before(tmp_path: Path) -> None:
    style = build_style(load(tmp_path, MINIMAL + NOW).report, RICH, "en")
    cover = build_report(RICH, "en", style).cover
    assert (cover.prepared_by, cover.reviewed_by, cover.classification) == ("Li Na", "Zhao Lei", "Internal")
    assert ("Prepared by", "Li Na") in cover.facts and ("Reviewed by", "Zhao Lei") in cover.facts
    assert RICH["colophon"]["prepared_by"] == "Chen Jing", "the document is not changed"


def test_an_engagement_that_names_nobody_leaves_the_recorded_names(tmp_path: Path) -> None:
    style = build_style(load(tmp_path, MINIMAL).report, RICH, "en")
    assert style.persons == {} and build_report(RICH, "en", style).cover.prepared_by == "Chen Jing"
    assert restate_persons(RICH, {})["colophon"] == RICH["colophon"]


def test_every_format_prints_them(tmp_path: Path) -> None:
    house = load(tmp_path, MINIMAL + NOW).report
    render_files(RICH, ["json", "html", "xlsx"], ["en"], tmp_path / "out", house=house)
    page = find_report(tmp_path / "out", "report.en.html").read_text("utf-8")
    assert "Li Na" in page and "Internal" in page and "Chen Jing" not in page
    book = openpyxl.load_workbook(find_report(tmp_path / "out", "findings.en.xlsx"))
    assert (book.properties.creator, book.properties.category) == ("Li Na", "Internal")
    recorded = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))
    assert recorded["colophon"] == RICH["colophon"], "what was recorded stays"


def test_the_word_report_has_a_block_to_sign(tmp_path: Path) -> None:
    style = build_style(load(tmp_path, MINIMAL + NOW).report, RICH, "en")
    content = render_docx(RICH, "en", style)
    signed, issues = (
        next(table for table in tables(content) if table[0] == head)
        for head in (["Role", "Name", "Signature", "Date"], ["Version", "Date", "Author", "Change"])
    )
    assert signed[1:] == [
        ["Prepared by", "Li Na", "", ""],
        ["Reviewed by", "Zhao Lei", "", ""],
        ["Approved by", "Wu Jun", "", ""],
    ]
    assert issues[1:] == [["1.0", "2026-10-03", "Li Na", "First issue"]]
    assert "Classification: Internal" in text_of(root(content))


def test_a_hostile_name_is_only_text(tmp_path: Path) -> None:
    block = 'report:\n  approved_by: "<w:p/>{{ 7*7 }}<script>"\n'
    style = build_style(load(tmp_path, MINIMAL + block).report, RICH, "en")
    assert "<w:p/>{{ 7*7 }}<script>" in text_of(root(render_docx(RICH, "en", style)))
    assert build_report(RICH, "en", style).sign_off.signatures[2].name == "<w:p/>{{ 7*7 }}<script>"


def test_the_author_of_a_file_is_never_empty(tmp_path: Path) -> None:
    style = build_style(load(tmp_path, MINIMAL + NOW).report, RICH, "en")
    assert name_author("Chen Jing", style, Words("en")) == "Chen Jing"
    assert name_author("", style, Words("en")) == "Li Na"
    assert name_author("", OURS, Words("zh-CN")) == "OceanBase 健康评测服务"
