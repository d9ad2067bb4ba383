"""The documents of the service: every format says the same, in both languages, and takes hostile text for text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word

from agent.engagement.service_log.entries import KINDS
from agent.engagement.service_log.loading import ServiceLog
from agent.report.docx.fill_frame import fill_frame
from agent.report.docx.render_docx import fill_chosen
from agent.report.html.render_frame import render_frame
from agent.report.style import Style
from agent.report.view.frame import Frame, Occasion
from agent.report.words import Words
from agent.support.i18n import load_translations
from tests.agent.engagement.service_log.logs import NOW, kept
from tests.agent.report.documents.telling import ZONE, builders, timeline

NAMES = ("questions", "quarter", "closing", "readiness", "incident")
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}</w:t>&amp;\u202eabc\x07"


class Listening(Words):
    """Words that keep what they were asked for and have no translation of."""

    def __init__(self, language: str) -> None:
        super().__init__(language, zone=ZONE)
        self.unknown: set[str] = set()

    def __call__(self, msgid: str, **values: str | int) -> str:
        if msgid and msgid not in load_translations("zh-CN"):
            self.unknown.add(msgid)
        return super().__call__(msgid, **values)


def made(directory: Path, name: str, language: str = "en", log: ServiceLog | None = None) -> Frame:
    return builders(directory, log)[name](Words(language, zone=ZONE), Style())


def texts_of(frame: Frame) -> Iterator[str]:
    """Everything that a frame says, in its order."""
    yield from (frame.cover.title, frame.cover.customer, frame.verdict, *frame.remarks)
    yield from (text for pair in frame.cover.facts for text in pair)
    yield from (text for figure in frame.figures for text in (figure.label, figure.value, figure.note) if text)
    for chapter in frame.chapters:
        yield chapter.title
        yield from filter(None, [chapter.note])
        for block in chapter.blocks:
            yield from (text for pair in block.pairs for text in pair)
            yield from (*filter(None, [block.title]), *block.paragraphs, *block.items)
            yield from (column.title for column in block.columns if block.rows)
            yield from (line for row in block.rows for cell in row for line in cell.text.split("\n"))
            if block.nothing and not block.rows and not block.items:
                yield block.nothing


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def read_page(content: bytes) -> str:
    page = re.sub(r"<style>.*?</style>", "", content.decode(), flags=re.DOTALL)
    return flat(unescape(re.sub(r"<[^>]+>", " ", page)))


def read_word(content: bytes) -> str:
    document: Word = docx.Document(BytesIO(content))
    return flat("".join(text.text or "" for text in document.element.body.iter() if text.tag.endswith("}t")))


def in_word(frame: Frame, words: Words) -> bytes:
    return fill_chosen(Style(), "document.docx", lambda place: fill_frame(place, frame, words, Style()))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_page_and_word_say_all_of_the_document(tmp_path: Path, name: str, language: str) -> None:
    frame, words = made(tmp_path, name, language), Words(language, zone=ZONE)
    page, word = read_page(render_frame(frame, words, Style())), read_word(in_word(frame, words))
    for text in texts_of(frame):
        assert flat(text) in page, text
        assert flat(text) in word, text


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_said_exists_in_chinese(tmp_path: Path, name: str) -> None:
    words = Listening("zh-CN")
    frame = builders(tmp_path)[name](words, Style())
    render_frame(frame, words, Style())
    in_word(frame, words)
    assert words.unknown == set()
    empty = Listening("zh-CN")
    for build in builders(tmp_path, ServiceLog()).values():
        build(empty, Style())
    assert empty.unknown == set()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "incident"])
def test_an_empty_log_says_that_nothing_is_recorded(tmp_path: Path, name: str) -> None:
    frame = made(tmp_path, name, log=ServiceLog())
    tables = [block for chapter in frame.chapters for block in chapter.blocks if block.columns and not block.rows]
    assert tables and all(block.nothing for block in tables)


@pytest.mark.parametrize("name", NAMES)
def test_columns_fill_the_width_and_rows_fit_them(tmp_path: Path, name: str) -> None:
    for chapter in made(tmp_path, name).chapters:
        for block in chapter.blocks:
            assert not block.columns or sum(column.share_pct for column in block.columns) == 100, chapter.title
            assert {len(row) for row in block.rows} <= {len(block.columns)}, chapter.title
    keys = [chapter.key for chapter in made(tmp_path, name).chapters]
    assert len(set(keys)) == len(keys)


def spoil(directory: Path) -> ServiceLog:
    """A log in which every text is hostile."""
    log = kept(directory)
    spoilt = {
        kind: tuple(
            entry.model_copy(
                update={
                    key: HOSTILE
                    for key, value in entry
                    if isinstance(value, str) and key not in ("id", "target", "severity", "state", "month", "period")
                }
            )
            for entry in log.entries(kind)
        )
        for kind in KINDS
    }
    return ServiceLog(**spoilt)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_stays_text(tmp_path: Path, name: str) -> None:
    hostile = Occasion(customer=HOSTILE, subject=HOSTILE, number="N", made=NOW, outside_service=HOSTILE)
    frame = builders(tmp_path, spoil(tmp_path), hostile)[name](Words("en", zone=ZONE), Style())
    words = Words("en", zone=ZONE)
    page = render_frame(frame, words, Style()).decode()
    assert "<script" not in page and "alert(1)" in page and "\x07" not in page and "\u202e" not in page
    assert "{{ 7*7 }}" in page and "script-src" not in page
    word = read_word(in_word(frame, words))
    assert flat("<script>alert(1)</script>{{ 7*7 }}</w:t>&amp;<U+202E>abc") in word


def test_the_fault_report_calls_a_cause_probable_only_with_evidence(tmp_path: Path) -> None:
    told = list(texts_of(made(tmp_path, "incident")))
    assert "Probable, by the signals below; not confirmed" in told and "Memory ran out." in told
    assert "Probable root cause: Memory ran out." in told
    assert timeline().signals[0].evidence[0]["en"] in told
    assert any("gone" in text for text in told), "what the records lack is said"


def test_the_quarterly_report_counts_what_the_log_and_the_history_hold(tmp_path: Path) -> None:
    frame = made(tmp_path, "quarter")
    told = list(texts_of(frame))
    assert "2 of 4 responses came later than promised." in told
    assert "99.948%" in told and "out for 23 min" in told
    figures = {figure.label: figure.value for figure in frame.figures}
    assert figures["Responses in time: emergencies"] == "50%" and figures["Incidents"] == "2"
    assert "113.9%" in told and "CAP001, CAP002" in told
    assert frame.tone == "warn"


def test_the_closing_list_sets_what_was_owed_against_what_was_delivered(tmp_path: Path) -> None:
    frame = made(tmp_path, "closing")
    figures = {figure.label: figure.value for figure in frame.figures}
    assert figures["Assessments"] == "1 of 16", "eight quarters of two targets"
    assert figures["Topic sessions"] == "1 of 4"
    states = [row[3].text for row in frame.chapters[0].blocks[0].rows]
    assert (states.count("Delivered"), states.count("Missed"), states.count("Not due yet")) == (1, 6, 9)
    assert frame.tone == "bad" and frame.verdict == "Not delivered of what was owed: 6."
