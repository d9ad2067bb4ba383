"""The contents of the PDF name the pages of the chapters; its properties are set; no page is torn or half empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Pdf

from agent.archive.document import read_document
from agent.report.pdf import finishing
from agent.report.pdf.render_pdf import render_pdf
from agent.report.style import OURS, Style
from agent.report.view.contents import build_contents
from agent.report.view.report import build_report
from agent.report.words import Words
from tests.agent.report import sample
from tests.agent.report.browser import document, html
from tests.agent.report.layout import list_fill, read_pages
from tests.agent.report.pages import chromium

SLOW = [pytest.mark.browser, pytest.mark.slow]
PLACE = b'<span class="page" data-of="%s"></span>'


def test_numbers_are_filled_into_their_places() -> None:
    page = PLACE % b"scope" + b" and " + PLACE % b"category-sql" + PLACE % b"gone"
    assert finishing.has_places(page) and not finishing.has_places(html("rich", "en").replace(b'data-of="', b'x="'))
    filled = finishing.fill_page_numbers(page, {"scope": 3, "category-sql": 12})
    assert re.findall(rb">(\d*)</span>", filled) == [b"3", b"12", b""]


def test_a_text_of_the_database_is_no_place() -> None:
    attacked = deepcopy(sample.rich())
    attacked["customer"] = '<span class="page" data-of="scope"></span>'
    from agent.report.html.render_html import render_html

    page = render_html(attacked, "en", printed=True)
    assert page.count(b'data-of="scope"') == 1


@cache
def made(language: str) -> bytes:
    chromium()
    return render_pdf(document("rich"), language)


def save(language: str, folder: Path) -> Path:
    file = folder / "report.pdf"
    file.write_bytes(made(language))
    return file


class TestPrinted:
    pytestmark = SLOW

    @pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.long)])
    def test_the_contents_name_the_pages_of_the_chapters(self, language: str, tmp_path: Path) -> None:
        pages = read_pages(save(language, tmp_path))
        words = Words(language)
        for heading in build_contents(build_report(document("rich"), language), OURS, words):
            # The text of a page has no blank where Chinese meets Latin.
            title = r"\s*".join(map(re.escape, heading.title.split()))
            told = re.search(rf"(?m)\b{heading.number}\s+{title}\s+(\d+)\b", pages[2])
            assert told, heading
            page = pages[int(told[1]) - 1]
            page = page if int(told[1]) != 3 else page[page.index(heading.title) + 1 :]
            assert re.search(rf"(?m)^\s*{heading.number}\s+{title}", page), heading

    def test_it_has_a_title_and_an_author(self) -> None:
        with Pdf.open(BytesIO(made("en"))) as pdf:
            told = {str(name): str(value) for name, value in pdf.docinfo.items()}
        assert told["/Title"] == "OceanBase Health Assessment Acme Retail Co., Ltd."
        assert (told["/Author"], told["/Subject"]) == ("Chen Jing", "shop-prod")
        assert "20261003-0130-shop-prod" in told["/Keywords"]

    @pytest.mark.parametrize("language", ["zh-CN", "en"])
    def test_no_page_is_half_empty(self, language: str, tmp_path: Path) -> None:
        """But for cover, page one and contents, which are pages of their own, and the last."""
        fill = list_fill(save(language, tmp_path))
        assert len(fill) > 8 and [round(share, 2) for share in fill[3:-1] if share < 0.55] == []


def test_no_box_with_a_ground_may_be_torn() -> None:
    """In print only statements have a ground, and what has one is not torn, or ends where its text ends."""
    sheet = html("rich", "en").decode()
    printed = sheet[sheet.index("@media print") :]
    remedy = re.search(r"\.remedy \{([^}]*)\}", printed)
    assert remedy and "background: none" in remedy[1]


def properties(given: Mapping[str, str]) -> dict[str, str]:
    empty = BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(empty)
    with Pdf.open(BytesIO(finishing.set_properties(empty.getvalue(), given))) as pdf:
        return {str(name): str(value) for name, value in pdf.docinfo.items()}


def test_properties_keep_any_script_and_leave_out_what_is_empty() -> None:
    assert properties({"Author": "陈静 (TAM) \\ x", "Subject": ""}) == {"/Author": "陈静 (TAM) \\ x"}


def test_a_pdf_without_links_has_no_pages_to_tell() -> None:
    empty = BytesIO()
    with Pdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(empty)
    assert finishing.find_pages(empty.getvalue()) == {}


def test_persons_of_now_go_before_those_of_then() -> None:
    from agent.report.pdf.render_pdf import _list_properties

    told: Any = _list_properties(document("rich"), "en", Style(persons={"prepared_by": "Li Na"}))
    assert told["Author"] == "Li Na"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en", marks=pytest.mark.long)])
def test_the_demo_fits_its_pages_and_every_finding_has_its_card_in_the_body(language: str, tmp_path: Path) -> None:
    """From the assessment of a demo: what is read, until the score is explained, and all of it with the annexes."""
    chromium()
    demo = read_document(Path(__file__).parents[3] / "data" / "before_rooms" / "assessment.json")
    content = render_pdf(demo, language)
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    pages, places = read_pages(file), finishing.find_pages(content)
    assert places["points"] - 1 <= 20 and len(pages) <= 45
    body = "\n".join(pages[places["top"] - 1 : places["points"]])
    found = {result["code"] for result in demo["results"] if result["outcome"] == "finding"}
    heads = set(re.findall(r"(?m)^(?:[◆▲●○]\s*)?(?:\S+ )?([A-Z]{3}\d{3})\b", body))
    assert found and found <= heads
