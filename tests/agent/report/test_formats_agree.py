"""HTML, Word, PDF and the spreadsheet say the same, and it is what assessment.json says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest

from agent.model.labels import CATEGORIES, CHANGES, OUTCOMES
from agent.model.terms import Unit
from agent.report.docx.render_docx import render_docx
from agent.report.pdf.render_pdf import render_pdf
from agent.report.view.report import build_report
from agent.report.words import Words, read_zone
from agent.report.xlsx.render_xlsx import render_xlsx
from agent.support.i18n import LANGUAGES, translate
from tests.agent.report import sample
from tests.agent.report.office import root, text_of
from tests.agent.report.pages import chromium, page, page_one
from tests.agent.report.pages import text_of as text_of_page

DOCUMENTS = {"rich": sample.rich(), "healthy": sample.healthy(), "blind": sample.blind(), "empty": sample.empty()}
FORMATS = ("html", "docx", "xlsx", pytest.param("pdf", marks=[pytest.mark.browser, pytest.mark.slow]))
EVERY = [
    *((name, format) for name in DOCUMENTS for format in ("html", "docx", "xlsx")),
    pytest.param("rich", "pdf", marks=[pytest.mark.browser, pytest.mark.slow]),
    *(pytest.param(name, "pdf", marks=[pytest.mark.browser, pytest.mark.long]) for name in DOCUMENTS if name != "rich"),
]
CHANGES_SHOWN = 20  # PDF and Word point to where the others are
TENTHS = re.compile(r"(?<![\d.,–-])\d+\.\d(?![\d.])")


def plain(text: str) -> str:
    return " ".join(text.split())


@cache
def texts(name: str, format: str, language: str) -> tuple[str, str]:
    """Page one and all of it, as a reader reads them."""
    document = DOCUMENTS[name]
    if format == "html":
        return plain(text_of_page(page_one(document, language))), plain(text_of_page(page(document, language)))
    if format == "docx":
        text = plain(text_of(root(render_docx(document, language))))
        first, last = (translate(title, language) for title in ("Conclusion", "Contents"))
        return text[text.index(first) : text.index(f"{last} {first}")], text
    if format == "pdf":
        return pdf(document, language)
    book = openpyxl.load_workbook(BytesIO(render_xlsx(document, language)))
    shown = [
        [str(value) for row in sheet.iter_rows(min_row=2, values_only=True) for value in row if value is not None]
        for sheet in book.worksheets
    ]
    return plain(" ".join(shown[0])), plain(" ".join(text for texts in shown for text in texts))


def pdf(document: Any, language: str) -> tuple[str, str]:
    chromium()
    if not shutil.which("pdftotext"):
        pytest.skip("no pdftotext (poppler-utils) to read the PDF with")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.pdf"
        file.write_bytes(render_pdf(document, language))
        command = ["pdftotext", "-raw", str(file), "-"]
        pages = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\f")
    whole = plain(" ".join(pages))
    first, last = (translate(title, language) for title in ("Health score", "Contents"))
    return whole[whole.index(first) : whole.index(last)], whole


def holds(text: str, shown: str) -> bool:
    """A number for itself, not as a part of a longer one; in words, a line may break anywhere."""
    parts = r"\s*".join(re.escape(part) for part in shown.split())
    if re.search(rf"(?<![\d.]){parts}(?!\.?\d)", text):
        return True
    return bool(re.search(r"[^\W\d]", shown)) and "".join(shown.split()) in "".join(text.split())


def of_page_one(document: Any, language: str) -> Iterator[str]:
    """Every number that page one owes, as it is printed."""
    words, score = Words(language, zone=read_zone(document)), document["score"]
    assessed = score["coverage_pct"] > 0
    if assessed:
        yield f"{score['value']:.1f}"
        yield f"{score['low']:.1f}–{score['high']:.1f}"
    yield words.value(score["coverage_pct"], Unit.PCT)
    for name, category in score["categories"].items():
        yield words(CATEGORIES[name])
        if category["points_lost"] is not None:
            yield f"{category['points_lost']:.1f}"
    results = {result["code"]: result for result in document["results"]}
    first = [unit for unit in document["roadmap"] if unit["gain"]][:3]
    for unit in first:
        yield f"+{unit['gain']:.1f}"
        yield results[unit["codes"][0]]["texts"][language]["title"]
    if first:
        yield f"{first[-1]['score_after']:.1f}"
    comparison = document["comparison"]
    if comparison:
        yield f"{comparison['score_was']:.1f}"
        yield f"−{-comparison['score_delta']:.1f}"
        yield words.moment(comparison["baseline_as_of"])


def of_scope(document: Any, language: str) -> Iterator[str]:
    """Every number that the scope owes: by whose leave it was read, and what that cost."""
    words, cost = Words(language, zone=read_zone(document)), document["cost"]
    yield words.count(cost["statements"])
    yield words.count(cost["rows"])
    yield words.value(cost["database_ms"], Unit.MILLISECONDS)
    yield words.value(cost["longest_ms"], Unit.MILLISECONDS)
    if document["authorization"]:
        yield document["authorization"]["reference"]
        yield words.moment(document["authorization"]["until"])


def may_be_said(document: Any) -> set[str]:
    """Every number with tenths that page one may show."""
    score, cost = document["score"], document["cost"]
    numbers = [
        score["value"],
        score["low"],
        score["high"],
        score["coverage_pct"],
        cost["database_ms"],
        cost["longest_ms"],
    ]
    numbers += [category["points_lost"] for category in score["categories"].values()]
    numbers += [unit[key] for unit in document["roadmap"][:3] for key in ("gain", "score_after")]
    comparison = document["comparison"]
    numbers += [comparison["score_was"], -comparison["score_delta"]] if comparison else []
    return {f"{number:.1f}" for number in numbers if number is not None}


def told_sentences(document: Any, language: str) -> Iterator[str]:
    """Sentences of findings, and computed sizes: ``view/test_front`` compares them with what they are made of."""
    report = build_report(document, language)
    yield report.front.headline.consequence
    yield from (decision.text for decision in report.decisions)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "format"), EVERY)
def test_page_one_says_what_the_document_says(name: str, format: str, language: str) -> None:
    document, (first, text) = DOCUMENTS[name], texts(name, format, language)
    assert [shown for shown in of_page_one(document, language) if not holds(first, shown)] == []
    assert [shown for shown in of_scope(document, language) if not holds(text, shown)] == []
    if format == "xlsx":  # of the work list, which the others have not
        first = re.sub(r"\d+ of \d+ \([\d.]+%\)|\d+ 项中已完成 \d+ 项（[\d.]+%）", " ", first)
    strange = set(TENTHS.findall(first.replace(document["target"]["version"], " "))) - may_be_said(document)
    strange -= set(TENTHS.findall(" ".join(told_sentences(document, language))))
    assert strange == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_the_change_is_counted_alike(format: str, language: str) -> None:
    first, words = texts("rich", format, language)[0], Words(language, zone=read_zone(DOCUMENTS["rich"]))
    kinds = Counter(change["kind"] for change in DOCUMENTS["rich"]["comparison"]["changes"])
    for kind, word in CHANGES.items():
        if kind != "unchanged":
            label, count = re.escape(words(word)), kinds[kind]
            assert re.search(rf"{label}\s*{count}(?!\d)|(?<!\d){count}\s*{label}", first), (kind, count)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "format"), EVERY)
def test_the_tables_hold_what_the_document_holds(name: str, format: str, language: str) -> None:
    document, (_, text) = DOCUMENTS[name], texts(name, format, language)
    missing = [shown for shown in of_tables(document, language) if not holds(text, shown)]
    assert missing == []


def of_tables(document: Any, language: str) -> Iterator[str]:
    """Who and what the tables name, and their numbers; each format folds long tables, so of every check the first."""
    words = Words(language, zone=read_zone(document))
    for result in document["results"]:
        outcome = result["outcome"]
        if outcome in ("finding", "not_assessed", "error", "muted"):
            yield result["code"]
            yield result["texts"][language]["title"]
        if outcome in ("not_assessed", "error"):
            yield words(OUTCOMES[outcome])
        if outcome in ("finding", "not_assessed", "error"):
            yield from (words.pick(result[name]) for name in ("reason", "unlock") if result[name]["en"])
        for finding in result["findings"][:1]:
            yield finding["resource"]
            if not finding["muted"]:
                yield words.value(finding["value"], Unit(finding["unit"]))
    for unit in document["roadmap"]:
        yield f"{unit['gain']:.1f}".removesuffix(".0")
    for override in document["ruleset"]["overrides"]:
        yield override["reason"]
    for change in build_report(document, language).changes[:CHANGES_SHOWN]:
        yield change.resource


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", ["html", "docx", pytest.param("pdf", marks=[pytest.mark.browser, pytest.mark.slow])])
def test_the_points_of_each_check_stand_beside_it(format: str, language: str) -> None:
    document, (_, text) = DOCUMENTS["rich"], texts("rich", format, language)
    costly = [result for result in document["results"] if result["points_lost"]]
    assert len(costly) > 3 and len(document["roadmap"]) > 1
    for result in costly:
        shown = f"{result['points_lost']:.1f}"
        assert re.search(rf"{result['code']}.{{0,300}}?(?<![\d.]){re.escape(shown)}(?!\d)", text), result["code"]
    for unit in document["roadmap"]:
        shown = rf"\+{unit['gain']:.1f} .{{0,80}}?{unit['score_after']:.1f}"
        assert re.search(shown.replace(".", r"\.").replace(r"\.{", ".{"), text), unit
