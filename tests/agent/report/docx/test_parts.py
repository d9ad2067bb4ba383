"""The Word report opens, says all of the report, and can be edited."""

from __future__ import annotations

import builtins
import math
import re
import sys
from copy import deepcopy
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest

from agent.archive.upgrade import upgrade_document
from agent.model.terms import Category
from agent.report.docx.packing import read_moment
from agent.report.docx.page_numbers import fill_contents, find_soffice
from agent.report.docx.render_docx import render_docx
from agent.report.style import Style
from agent.report.view.contents import build_contents
from agent.report.view.report import build_report
from agent.report.words import Words
from agent.support.errors import RenderError
from agent.support.i18n import LANGUAGES, translate
from agent.support.i18n import render_text as say
from report_templates.docx_source.__main__ import PLACE, built
from tests.agent.report import sample
from tests.agent.report.layout import list_fill, read_pages
from tests.agent.report.office import W, converted, outside, parts, root, tables, text_of
from tests.agent.report.pages import as_wide_as
from tests.agent.report.test_hostile import ATTACKS, hostile
from tests.messages import of_templates
from tests.report_files import plain

DOCUMENTS = {"rich": sample.rich(), "healthy": sample.healthy(), "blind": sample.blind(), "empty": sample.empty()}
OFFICE_ATTACKS = (*ATTACKS, "</w:t><w:br/>", "&#x3c;w:p/>", "{%p if x %}", "{{r x }}", "{_{ 7 }_}", "{#p x #}", "😀")


def in_word(document: Any, language: str = "en", style: Style | None = None) -> bytes:
    return render_docx(document, language, style or Style())


@pytest.fixture(scope="module")
def rich() -> bytes:
    return in_word(DOCUMENTS["rich"])


def test_each_part_has_the_time_of_the_document(rich: bytes) -> None:
    made = read_moment(rich)
    assert abs(made - datetime.fromisoformat(str(DOCUMENTS["rich"]["as_of"]))) < timedelta(seconds=2)
    assert in_word(DOCUMENTS["rich"]) == rich


def test_the_template_is_what_its_script_builds() -> None:
    def plain(content: bytes) -> dict[str, str]:
        return {
            name: ElementTree.canonicalize(part.decode()) if name.endswith((".xml", ".rels")) else part.hex()
            for name, part in parts(content).items()
        }

    assert plain(PLACE.read_bytes()) == plain(built())


def test_the_templates_messages_are_known_to_the_catalogue() -> None:
    found = set(of_templates())
    assert {"Conclusion", "Rollback", "{count} more resources are in {file}, sheet “{sheet}”."} <= found
    assert not [
        message for message in found if translate(message, "zh-CN") == message and message not in {"SQL", "Zone"}
    ]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_chapter_is_a_heading_in_its_order(name: str, language: str) -> None:
    content = in_word(DOCUMENTS[name], language)
    words = Words(language)
    report = build_report(DOCUMENTS[name], language)
    expected = [f"{part.number}  {part.title}" for part in build_contents(report, Style(), words)]
    opened = docx.Document(BytesIO(content))
    assert [p.text for p in opened.paragraphs if p.style and p.style.style_id == "Heading1"][1:] == expected
    assert [p.text for p in opened.paragraphs if p.style and p.style.style_id == "Heading2"] == [
        chapter.label for chapter in report.chapters
    ]
    cards = [*report.top, *(card for chapter in report.chapters for card in chapter.cards), *report.platform]
    assert [p.text for p in opened.paragraphs if p.style and p.style.style_id == "Heading3"] == [
        f"{card.code}  {card.title}" for card in cards
    ]


def test_the_contents_are_filled_in_and_lead_to_headings(rich: bytes) -> None:
    body = root(rich)
    names = [mark.attrib[f"{W}name"] for mark in body.iter(f"{W}bookmarkStart")]
    numbers = [mark.attrib[f"{W}id"] for mark in body.iter(f"{W}bookmarkStart")]
    entries = [
        (link.attrib[f"{W}anchor"], "".join(t.text or "" for t in link.iter(f"{W}t")))
        for link in body.iter(f"{W}hyperlink")
    ]
    assert len(set(names)) == len(names) == len(set(numbers))
    assert [anchor for anchor, _ in entries] == names
    assert ("_Toc_scope", "1  Scope") in entries
    assert ("_Toc_category_capacity", "Capacity") in entries
    fields = [node.text or "" for node in body.iter(f"{W}instrText")]
    assert fields[0].strip().startswith("TOC")
    kinds = [node.attrib[f"{W}fldCharType"] for node in body.iter(f"{W}fldChar")]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") == len(fields)
    assert b"updateFields" in parts(rich)["word/settings.xml"]


def test_header_footer_and_properties(rich: bytes) -> None:
    opened = docx.Document(BytesIO(rich))
    section = opened.sections[0]
    assert section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "Acme Retail Co., Ltd. · shop-prod\tConfidential"
    footer = parts(rich)[section.footer.part.partname.lstrip("/")].decode()
    assert re.findall(r"instrText[^>]*> (\w+) <", footer) == ["PAGE", "NUMPAGES"]
    known = opened.core_properties
    assert (known.author, known.language, known.category) == ("Chen Jing", "en", "Confidential")
    assert known.title == "OceanBase Health Assessment Acme Retail Co., Ltd."


def test_long_tables_keep_their_heads_and_rows_whole(rich: bytes) -> None:
    listed = [
        table
        for table in root(rich).iter(f"{W}tbl")
        if table.find(f".//{W}tblStyle[@{W}val='HealthTable']") is not None
    ]
    headed = [table for table in listed if table.find(f"{W}tr").find(f".//{W}tblHeader") is not None]  # type: ignore[union-attr]
    assert len(headed) > 10 and len(headed) == len(listed)
    for table in headed:
        # What a twin says of a statement fills half a page.
        rows = [row for row in table.iter(f"{W}tr") if "On the twin" not in text_of(row)]
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_fonts_and_language_serve_chinese() -> None:
    content = in_word(DOCUMENTS["rich"], "zh-CN")
    styles = root(content, "word/styles.xml")
    fonts = styles.find(f"{W}docDefaults//{W}rFonts")
    assert fonts is not None and fonts.attrib[f"{W}eastAsia"] == "Microsoft YaHei"
    speech = styles.find(f"{W}docDefaults//{W}lang")
    assert speech is not None and speech.attrib[f"{W}eastAsia"] == "zh-CN"
    assert "Noto Sans CJK SC" in parts(content)["word/fontTable.xml"].decode()
    used = {node.attrib[f"{W}val"] for tag in ("pStyle", "rStyle", "tblStyle") for node in root(content).iter(W + tag)}
    assert used <= {style.attrib[f"{W}styleId"] for style in styles.iter(f"{W}style")}


def test_charts_have_alternative_texts(rich: bytes) -> None:
    space = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
    described = [node.attrib.get("descr", "") for node in root(rich).iter(space)]
    assert len(described) >= 4
    assert all(len(text) > 20 for text in described)
    assert any(f"{DOCUMENTS['rich']['score']['value']:.1f}" in text for text in described)


def test_a_card_tells_all(rich: bytes) -> None:
    text = text_of(root(rich))
    card = text[text.index("SQL003 Many rows read per row returned\n▲ High") :]
    card = card[: card.index("STA001 Optimizer")]
    for part in (
        "Points lost 7.7",
        "Gain when fixed +5.2",
        "Why it matters",
        "Singles' Day",
        "4,820,000",
        "1,000,000",
        "CREATE INDEX idx_orders_customer ON shop.orders (customer_id, created_at);",
        "Rollback",
        "DROP INDEX idx_orders_customer ON shop.orders;",
        "Building the index reads the table once.",
        "EXPLAIN shows the new index.",
        "elapsed p95: 3.4 s",
    ):
        assert part in card, part


def test_what_does_not_fit_is_pointed_to(rich: bytes) -> None:
    text = text_of(root(rich))
    assert "5 more resources are in findings.en.xlsx, sheet “Findings”." in plain(text)
    assert "4 more statements are in findings.en.xlsx" in plain(text)


@pytest.fixture(scope="module")
def harmless() -> bytes:
    return in_word(hostile("harmless"))


@pytest.mark.parametrize("attack", [" ".join(OFFICE_ATTACKS), "<!--", "{{ 7*7", "{%p if x %}"])
def test_hostile_text_is_only_text(attack: str, harmless: bytes) -> None:
    content = in_word(hostile(attack))
    text = text_of(root(content))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert not outside(content)
    assert set(parts(content)) == set(parts(harmless))
    tags = {node.tag for node in root(content).iter()}
    assert tags <= {node.tag for node in root(harmless).iter()} | {f"{W}br", f"{W}tab"}
    for part in OFFICE_ATTACKS if " " in attack and len(attack) > 100 else [attack]:
        if part.isascii() and part.isprintable() and "{_" not in part:
            assert part in text, part


def test_a_megabyte_is_cut() -> None:
    content = in_word(hostile("x" * 1_000_000))
    assert len(content) < 3_000_000
    assert len(root(content).findall(f".//{W}tbl")) > 10


@pytest.mark.slow
def test_it_opens_in_another_program(tmp_path: Path) -> None:
    shown = converted(in_word(hostile(" ".join(ATTACKS)), "zh-CN"), "docx", tmp_path)
    assert "{{ 7*7 }}" in shown.replace("\n", " ")
    assert "owned" in shown
    assert "49" not in re.findall(r"{{ (\d+) }}", shown)


def crowded() -> Any:
    """As much on page one as there can be: long texts, all twelve categories, all five decisions."""
    document = deepcopy(DOCUMENTS["rich"])
    long = {
        "en": ("A long-running change of the schema holds a lock", "Order more cores, or bound the concurrency. " * 9),
        "zh-CN": ("长时间运行的结构变更持有表锁未释放", "请在下一个业务关键期之前增加核数，或在连接池中限制并发。" * 9),
    }
    for result in document["results"]:
        for language, (title, advice) in long.items():
            result["texts"][language] = {**result["texts"]["en"], "title": title, "advice": advice}
    categories = document["score"]["categories"]
    for category in Category:
        categories.setdefault(category.value, {**categories["capacity"], "points_lost": None})
    return document


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", [DOCUMENTS["rich"], crowded()], ids=["rich", "crowded"])
def test_page_one_stands_on_one_page(document: Any, language: str, tmp_path: Path) -> None:
    as_wide_as("Calibri", "Carlito")
    pages = converted(in_word(document, language), "docx", tmp_path).split("\f")
    first = " ".join(pages[1].split())
    for part in (
        "42.2",
        "20.7–46.0",
        "75.4%",
        "41.6",
        "62.8 → 42.2",
        translate("Decisions asked of the customer", language),
    ):
        assert part in first, part
    assert translate("Contents", language) in pages[2]
    for part in ("AUTH-2026-017", "6,123", "Trial before the renewal."):
        assert part not in first and part in pages[3], part


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("docxtpl"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "agent.report.docx.parts", raising=False)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RenderError) as caught:
        in_word(DOCUMENTS["empty"])
    assert "[report]'" in say(caught.value.text, "en")


def test_a_document_of_an_older_agent_prints() -> None:
    document = sample.rich()
    for member in ("roadmap", "figures", "business", "statements", "colophon", "receipt", "unlocks"):
        del document[member]
    text = text_of(root(in_word(upgrade_document(document))))
    assert "42.2 / 100" in text and "Top risks" in text
    assert "Statements executed" not in text and "Roadmap" not in text


def test_tables_hold_what_the_document_says(rich: bytes) -> None:
    document = DOCUMENTS["rich"]
    lost = next(
        table for table in tables(rich) if table[0] == ["Check", "Category", "Severity", "Points lost", "Share"]
    )
    expected = {r["code"]: f"{r['points_lost']:.1f}" for r in document["results"] if r["points_lost"]}
    assert {row[0].split()[0]: row[3] for row in lost[1:]} == expected


def test_bars_are_as_long_as_their_points(rich: bytes) -> None:
    """Drawn as blanks with a ground, in the colour of the house."""
    shades = [
        (node.attrib[f"{W}fill"], "".join(text.text or "" for text in run.iter(f"{W}t")))
        for run in root(rich).iter(f"{W}r")
        for node in run.iter(f"{W}shd")
    ]
    categories = DOCUMENTS["rich"]["score"]["categories"].values()
    lost = [points for category in categories if (points := category["points_lost"])]
    expected = sorted((math.ceil(28 * points / max(lost)) for points in lost), reverse=True)
    lengths = [len(blanks) for _, blanks in shades]
    assert lengths[: len(expected)] == expected and expected[0] == 28
    assert set(lengths[len(expected) :]) <= {0}, "a category that lost nothing has no bar"
    assert {color for color, _ in shades} == {"0F4C81"} and {*"".join(blanks for _, blanks in shades)} == {"\xa0"}
    assert b'w:fill="7A1F2B"' in parts(in_word(DOCUMENTS["rich"], style=Style(accent="#7a1f2b")))["word/document.xml"]


def test_tables_begin_and_end_where_the_text_does(rich: bytes) -> None:
    """In the mode of Word 2013: in older ones a table sticks out into the margin by the padding of its cells."""
    settings = root(rich, "word/settings.xml")
    modes = {node.attrib[f"{W}name"]: node.attrib[f"{W}val"] for node in settings.iter(f"{W}compatSetting")}
    assert modes["compatibilityMode"] == "15"
    widths = {
        int(node.attrib[f"{W}w"])
        for table in root(rich).iter(f"{W}tbl")
        if table.find(f".//{W}tblStyle[@{W}val='HealthTable']") is not None
        for node in table.findall(f"{W}tblPr/{W}tblW")
    }
    text = round(170 * 56.693)
    assert all(abs(width - text) <= 2 for width in widths), "all as wide as the text"


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    """The Word report with its contents filled in, and how LibreOffice prints it."""
    folder = tmp_path_factory.mktemp("laid_out")
    content = render_docx(DOCUMENTS["rich"], "zh-CN", Style(), folder)
    converted(content, "docx", folder)
    return content, folder / "report.pdf"


@pytest.mark.slow
def test_the_contents_have_the_pages_of_their_headings(laid_out: tuple[bytes, Path]) -> None:
    content, pdf = laid_out
    if find_soffice() is None:
        pytest.skip("no LibreOffice to lay the pages out")
    pages = read_pages(pdf)
    entries = ["".join(t.text or "" for t in link.iter(f"{W}t")) for link in root(content).iter(f"{W}hyperlink")]
    assert len(entries) > 20
    for entry in entries:
        title, page = re.fullmatch(r"(.*?)(\d+)", entry).groups()  # type: ignore[union-attr]
        assert " ".join(title.split()) in " ".join(pages[int(page) - 1].split()), entry


@pytest.mark.slow
def test_no_page_of_the_word_report_is_half_empty(laid_out: tuple[bytes, Path]) -> None:
    """But for cover, page one and contents, which are pages of their own, and the last."""
    fill = list_fill(laid_out[1])
    assert [round(share, 2) for share in fill[3:-1] if share < 0.55] == []


def test_without_libreoffice_the_contents_wait_for_word(monkeypatch: pytest.MonkeyPatch, rich: bytes) -> None:
    monkeypatch.setattr("agent.report.docx.page_numbers.find_soffice", lambda: None)
    assert fill_contents(rich, None) is rich
    monkeypatch.setattr("agent.report.docx.page_numbers.find_soffice", lambda: "/bin/false")
    assert fill_contents(rich, None) is rich, "a program that fails takes no report with it"
    assert b"updateFields" in parts(rich)["word/settings.xml"]
