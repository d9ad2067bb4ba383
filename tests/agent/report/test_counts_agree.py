"""Page one, chapters, sheets and JSON count alike, in every format and for every kind of assessment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from agent.model.document import Document
from agent.model.terms import Outcome
from agent.report.docx.render_docx import render_docx
from agent.report.html.render_html import render_html
from agent.report.pdf.render_pdf import render_pdf
from agent.report.view.cards import Card, find_counted_severity, list_open_findings
from agent.report.view.chapters import is_platform
from agent.report.view.report import ReportView, build_report
from agent.report.words import Words
from agent.report.xlsx.render_xlsx import render_xlsx
from agent.support.i18n import LANGUAGES
from tests.agent.report import sample
from tests.agent.report.layout import read_pages
from tests.agent.report.office import root
from tests.agent.report.office import text_of as text_of_word
from tests.agent.report.pages import chromium

FLEET = ("orders", "stock", "members")
MAKERS: Mapping[str, Callable[[], Any]] = {
    "rich": sample.rich,
    "healthy": sample.healthy,
    "blind": sample.blind,
    "empty": sample.empty,
    "joined": sample.joined,
    "large": partial(sample.rich, 300),
    **{f"fleet {target}": partial(sample.of_fleet, target) for target in FLEET},
}
DOCUMENTS: Mapping[str, Any] = {name: make() for name, make in MAKERS.items()}
every_document = pytest.mark.parametrize("name", DOCUMENTS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
UNKNOWN = (Outcome.NOT_ASSESSED, Outcome.ERROR)


@cache
def page(name: str, language: str) -> str:
    return render_html(DOCUMENTS[name], language).decode()


@cache
def word(name: str, language: str) -> str:
    return " ".join(text_of_word(root(render_docx(DOCUMENTS[name], language))).split())


@cache
def sheets(name: str, language: str) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(BytesIO(render_xlsx(DOCUMENTS[name], language)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def walk(cards: tuple[Card, ...]) -> list[Card]:
    return [found for card in cards for found in (card, *walk(card.symptoms))]


def found_of(document: Document, *, platform: bool) -> list[Any]:
    results = [result for result in document["results"] if result["outcome"] == Outcome.FINDING]
    return [result for result in results if is_platform(result, document) is platform]


@every_document
def test_page_one_counts_the_checks_and_findings_that_the_chapters_show(name: str) -> None:
    document, report = DOCUMENTS[name], build_report(DOCUMENTS[name], "en")
    mine, theirs = found_of(document, platform=False), found_of(document, platform=True)
    told = {key: count for key, _, count in report.front.severities}
    assert told == {**dict.fromkeys(told, 0), **Counter(find_counted_severity(result) for result in mine)}
    assert Counter(card.severity for card in walk(report.cards)) == +Counter(told)
    assert report.front.finding_count == sum(len(list_open_findings(result)) for result in mine)
    assert report.front.finding_count == sum(card.row_count for card in walk(report.cards))
    assert report.front.platform_count == sum(len(list_open_findings(result)) for result in theirs)
    assert report.front.platform_count == sum(card.row_count for card in walk(report.platform))
    in_chapters = [card.code for chapter in report.chapters for card in walk((*chapter.top, *chapter.cards))]
    assert sorted(in_chapters) == sorted(result["code"] for result in mine)


@every_document
def test_every_check_stands_in_one_list(name: str) -> None:
    document, report = DOCUMENTS[name], build_report(DOCUMENTS[name], "en")
    lists = (report.not_assessed, report.passed, report.joined, report.left_out)
    listed = [line.code for lines in lists for line in lines]
    listed += [card.code for card in walk((*report.cards, *report.platform))]
    muted = [result["code"] for result in document["results"] if result["outcome"] == Outcome.MUTED]
    assert sorted([*listed, *muted]) == sorted(result["code"] for result in document["results"])
    for chapter in report.chapters:
        outcomes = Counter(r["outcome"] for r in document["results"] if r["category"] == chapter.key)
        assert chapter.passed == outcomes[Outcome.PASS]
        assert chapter.not_assessed == sum(outcomes[outcome] for outcome in UNKNOWN)


@every_document
def test_what_unlocks_stands_dearest_first_and_each_check_under_one(name: str) -> None:
    document, report = DOCUMENTS[name], build_report(DOCUMENTS[name], "en")
    unlocked = [line.code for group in report.unlocks for line in group.lines]
    assert sorted(unlocked) == sorted(line.code for line in report.not_assessed)
    gains = [unlock["coverage_pct"] for unlock in document["unlocks"] if unlock["needs"]]
    assert gains == sorted(gains, reverse=True)


@every_language
@every_document
def test_the_page_holds_the_cards_and_lines_that_are_counted(name: str, language: str) -> None:
    report, html = build_report(DOCUMENTS[name], language), page(name, language)
    assert len(re.findall(r'<article class="card ', html)) == len(walk((*report.cards, *report.platform)))
    ticks = re.search(r'<ul class="checks ticks">(.*?)</ul>', html, re.DOTALL)
    assert (ticks[1].count('<span class="tick">✓') if ticks else 0) == len(report.passed)
    words = Words(language)
    note = words("By the worst severity of each check; {count} findings in all.", count=report.front.finding_count)
    assert note in html
    if report.front.platform_count:
        assert words("{count} more are for the cloud platform.", count=report.front.platform_count) in html
    for key, count in (("not-assessed", len(report.not_assessed)), ("passed", len(report.passed))):
        head = re.search(rf'id="{key}"><h2>.*?<span class="count">(\d+)</span>', html)
        assert head and int(head[1]) == count


@every_language
@every_document
def test_word_counts_as_page_one_does(name: str, language: str) -> None:
    report, text, words = build_report(DOCUMENTS[name], language), word(name, language), Words(language)
    note = words("By the worst severity of each check; {count} findings in all.", count=report.front.finding_count)
    assert " ".join(note.split()) in text
    if report.front.platform_count:
        assert words("{count} more are for the cloud platform.", count=report.front.platform_count) in text
    assert text.count("✓ ") == len(report.passed)


@every_language
@every_document
def test_the_sheets_count_as_page_one_does(name: str, language: str) -> None:
    report, words, book = build_report(DOCUMENTS[name], language), Words(language), sheets(name, language)
    rows = [row for row in book[words("Findings")] if row[0] and row[2] in severities(words)]
    unseen = sum(card.unseen for card in walk((*report.cards, *report.platform)))
    assert len(rows) + unseen == report.front.finding_count + report.front.platform_count
    codes = {line.code for line in report.not_assessed}
    assert sum(str(row[0]) in codes for row in book[words("Not assessed")]) == len(codes)
    summary = {str(row[0]): row[1] for row in book[words("Summary")] if row[0]}
    assert summary[words("For the customer")] == report.front.finding_count
    assert summary[words("For the cloud platform")] == report.front.platform_count
    for _, label, count in report.front.severities:
        assert summary[label] == count


def severities(words: Words) -> set[str]:
    return {words(word) for word in ("Critical", "High", "Medium", "Low")}


def list_states(report: ReportView) -> dict[tuple[str, str], str]:
    cards = walk((*report.cards, *report.platform))
    return {(card.code, row.resource): row.change for card in cards for row in (*card.rows, *card.more_rows)}


@every_language
@every_document
def test_a_finding_has_one_state_on_its_card_and_among_the_changes(name: str, language: str) -> None:
    report = build_report(DOCUMENTS[name], language)
    states = list_states(report)
    told = [(line, states[line.code, line.resource]) for line in report.changes if (line.code, line.resource) in states]
    assert [line.kind for line, _ in told] == [state for _, state in told]
    assert told or name not in ("rich", "large")


@every_language
def test_the_baseline_names_its_report_number_date_and_time(language: str) -> None:
    document, words = DOCUMENTS["rich"], Words(language, zone=sample_zone())
    number, moment = document["comparison"]["baseline_id"], words.moment(document["comparison"]["baseline_as_of"])
    front = page("rich", language).split('id="points"')[0]
    assert number in front and moment in front
    assert number in word("rich", language) and moment in word("rich", language)
    summary = [str(row[1]) for row in sheets("rich", language)[words("Summary")]]
    assert any(number in value and moment in value for value in summary)


def sample_zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(DOCUMENTS["rich"]["timezone"])


@every_language
@every_document
def test_the_sheet_of_closed_findings_has_those_that_page_one_counts(name: str, language: str) -> None:
    report, words, book = build_report(DOCUMENTS[name], language), Words(language), sheets(name, language)
    since = report.front.since
    resolved = next(count for kind, _, count in since.counts if kind == "resolved") if since else 0
    rows = [row for row in book[words("Closed")][2:] if words("Resolved") in row]
    assert len(rows) == resolved


@pytest.mark.parametrize(("name", "language"), [("rich", "zh-CN"), ("joined", "en")])
def test_the_pdf_counts_as_page_one_does(name: str, language: str, tmp_path: Path) -> None:
    chromium()
    report, words, file = build_report(DOCUMENTS[name], language), Words(language), tmp_path / "report.pdf"
    file.write_bytes(render_pdf(DOCUMENTS[name], language))
    text = squeeze("".join(read_pages(file)))
    note = words("By the worst severity of each check; {count} findings in all.", count=report.front.finding_count)
    assert squeeze(note) in text
    if report.front.platform_count:
        assert squeeze(words("{count} more are for the cloud platform.", count=report.front.platform_count)) in text
    assert text.count("✓") >= len(report.passed)
    for card in walk((*report.cards, *report.platform)):
        assert card.code in text
    for _, label, count in report.front.severities:
        assert squeeze(f"{count}{label}") in text


def squeeze(text: str) -> str:
    """Without blanks: a line may break anywhere in print."""
    return "".join(text.split())
