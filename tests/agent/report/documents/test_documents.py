"""The documents of the service: every format says the same, in both languages, and takes hostile text for text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from hypothesis import given
from hypothesis import strategies as st

from agent.engagement.service_log.entries import KINDS, Incident
from agent.engagement.service_log.loading import ServiceLog
from agent.judgement.readiness import Demand, judge_readiness
from agent.model.incident import Signal, Timeline
from agent.report.documents.closing_list import tell_closing_verdict
from agent.report.documents.incident_report import IncidentReport, build_incident_report
from agent.report.documents.readiness_plan import ProtectionPlan, build_readiness_plan
from agent.report.documents.telling import tell_minutes, tell_share
from agent.report.docx.fill_frame import fill_frame
from agent.report.docx.render_docx import fill_chosen
from agent.report.html.render_frame import render_frame
from agent.report.style import Style
from agent.report.view.frame import Frame, Occasion
from agent.report.words import Words
from agent.support.i18n import load_translations
from tests.agent.engagement.service_log.logs import NOW, engage, kept
from tests.agent.report.documents.telling import ZONE, builders, targets, timeline

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


def log_of(directory: Path, kind: str, **changes: object) -> ServiceLog:
    """The log of the tests, with its first entry of a kind changed."""
    log = kept(directory)
    first, *others = log.entries(kind)
    return replace(log, **{kind: (first.model_copy(update=changes), *others)})  # type: ignore[arg-type]


def test_the_fault_report_calls_a_cause_probable_only_with_evidence(tmp_path: Path) -> None:
    told = list(texts_of(made(tmp_path, "incident")))
    assert "Probable, by the signals below; not confirmed" in told and "Memory ran out." in told
    assert "Probable root cause, to be confirmed: Memory ran out" in told
    assert timeline().signals[0].evidence[0]["en"] in told
    assert any("gone" in text for text in told), "what the records lack is said"


def test_the_fault_report_takes_no_symptom_for_a_cause(tmp_path: Path) -> None:
    signal = Signal({"en": "Statements timed out."}, ({"en": "Error -4012"},), is_symptom=True)
    lines = replace(timeline(), signals=(signal,))
    told = list(texts_of(report_on(tmp_path, kept(tmp_path).incidents[0], lines)))
    assert "The root cause is still to be found." in told and "Still to be found" in told
    assert not any(text.startswith("Probable") for text in told)
    assert "How the fault showed itself, not its cause." in told


def report_on(directory: Path, incident: Incident, *lines: Timeline) -> Frame:
    told = Occasion(customer="Acme", subject="s", number="N", made=NOW)
    report = IncidentReport(engagement=engage(directory), incident=incident, timelines=lines, now=NOW, occasion=told)
    return build_incident_report(report, Words("en", zone=ZONE), Style())


def test_a_fault_report_without_records_does_not_speak_of_them(tmp_path: Path) -> None:
    told = list(texts_of(report_on(tmp_path, kept(tmp_path).incidents[0])))
    assert "No cause is written down yet, and no records of the tenant were collected." in told


def test_an_outage_that_still_runs_lasts_to_the_moment_of_the_report(tmp_path: Path) -> None:
    incident = kept(tmp_path).incidents[0]
    assert incident.outage
    lasting = incident.model_copy(
        update={"recovered": None, "outage": incident.outage.model_copy(update={"last": None})}
    )
    figures = {figure.label: figure for figure in report_on(tmp_path, lasting).figures}
    assert figures["Out of service"].value == "19 d 13 h 55 min" and "still out" in figures["Out of service"].note
    assert figures["Recovered after the report"].value == "–"
    log = replace(kept(tmp_path), incidents=(lasting,))
    told = list(texts_of(made(tmp_path, "quarter", log=log)))
    assert "still out: I1" in told and "Major faults of production that are not recovered: I1." in told


def test_actions_and_prevention_are_counted_apart(tmp_path: Path) -> None:
    frame = report_on(tmp_path, kept(tmp_path).incidents[0])
    assert [text for text in frame.remarks if "still to be done" in text] == [
        "Measures of prevention still to be done: 1."
    ]


def test_a_first_response_in_working_hours_is_told_as_its_promise_counts(tmp_path: Path) -> None:
    engagement = engage(tmp_path)
    promises = engagement.service.promises.model_copy(update={"hours": "5x8"})
    service = engagement.service.model_copy(update={"promises": promises})
    friday = datetime(2026, 11, 6, 17, 50, tzinfo=ZONE)
    incident = (
        kept(tmp_path)
        .incidents[0]
        .model_copy(
            update={"severity": "P2", "reported": friday, "responded": datetime(2026, 11, 9, 9, 40, tzinfo=ZONE)}
        )
    )
    report = IncidentReport(
        engagement=engagement.model_copy(update={"service": service}), incident=incident, timelines=(), now=NOW,
        occasion=Occasion(customer="Acme", subject="s", number="N", made=NOW),
    )  # fmt: skip
    figures = {one.label: one for one in build_incident_report(report, Words("en", zone=ZONE), Style()).figures}
    assert figures["First response"].value == "50 min" and figures["First response"].tone == "good"
    assert (
        figures["First response"].note == "50 min (promised: 60 min); in working hours. By the clock: 2 d 15 h 50 min."
    )


def test_a_record_of_a_minute_stands_behind_what_happened_in_it(tmp_path: Path) -> None:
    incident = kept(tmp_path).incidents[0]
    begun = incident.begun + timedelta(seconds=15)
    event = replace(timeline().events[0], at=incident.begun, until=None, texts={"en": "Error by the minute"})
    frame = report_on(tmp_path, incident.model_copy(update={"occurred": begun}), replace(timeline(), events=(event,)))
    chapter = next(chapter for chapter in frame.chapters if chapter.key == "timeline")
    said = [row[1].text for row in chapter.blocks[0].rows]
    assert said.index("The fault occurred") < said.index("Error by the minute")
    assert said.index("The fault occurred") < said.index("Reported by Wang")


def test_the_quarterly_report_counts_what_the_log_and_the_history_hold(tmp_path: Path) -> None:
    frame = made(tmp_path, "quarter")
    told = list(texts_of(frame))
    assert "2 of 4 responses came later than promised." in told
    assert "99.948%" in told and "out for 23 min" in told
    figures = {figure.label: figure.value for figure in frame.figures}
    assert figures["Responses in time: emergencies"] == "50%" and figures["Incidents"] == "2"
    assert "113.9%" in told and "CAP001, CAP002" in told
    assert frame.tone == "warn"
    assert "Major faults of production: 1." in told


def test_a_quarter_with_a_major_fault_is_not_green(tmp_path: Path) -> None:
    log = replace(kept(tmp_path), questions=(), incidents=kept(tmp_path).incidents[:1])
    frame = made(tmp_path, "quarter", log=log)
    assert (frame.verdict, frame.tone) == ("Major faults of production: 1.", "warn")


def test_availability_is_unknown_where_nobody_wrote_down_the_outage(tmp_path: Path) -> None:
    told = list(texts_of(made(tmp_path, "quarter", log=log_of(tmp_path, "incidents", outage=None))))
    assert "Unknown: the outage of I1 is not recorded." in told
    rows = made(tmp_path, "quarter", log=ServiceLog()).chapters[0].blocks[0].rows
    assert {row[1].text for row in rows} == {"Unknown: the service log holds nothing of these days."}


def test_documents_on_the_same_days_tell_the_same_shares(tmp_path: Path) -> None:
    older = (
        kept(tmp_path)
        .questions[0]
        .model_copy(update={"id": "Q0", "asked": datetime(2025, 6, 1, tzinfo=UTC), "closed": None, "responded": None})
    )
    log = replace(kept(tmp_path), questions=(older, *kept(tmp_path).questions))
    shares = {
        name: [
            (one.label, one.value, one.note) for one in made(tmp_path, name, log=log).figures if "in time" in one.label
        ]
        for name in ("questions", "quarter", "closing")
    }
    assert shares["questions"] and shares["questions"] == shares["quarter"] == shares["closing"]


def test_the_next_quarter_holds_nothing_of_another_time(tmp_path: Path) -> None:
    log = log_of(tmp_path, "projects", due=date(2027, 3, 1))
    told = made(tmp_path, "quarter", log=log).chapters[-1].blocks[0].items
    assert any("Special project Slow SQL, due on 2027-03-01." in text for text in told)
    assert not any("2026-07-30" in text or "2027-07-31" in text for text in told), "sessions of other times"
    near = made(tmp_path, "quarter", log=log_of(tmp_path, "projects", due=date(2026, 12, 31))).chapters[-1]
    assert not any("Slow SQL" in text for text in near.blocks[0].items), "it is due in this quarter"


def test_the_closing_list_sets_what_was_owed_against_what_was_delivered(tmp_path: Path) -> None:
    frame = made(tmp_path, "closing")
    figures = {figure.label: figure.value for figure in frame.figures}
    assert figures["Assessments"] == "1 of 16", "eight quarters of two targets"
    assert figures["Topic sessions"] == "1 of 4"
    assert figures["Documents"] == "1 of 18", "eight lists, eight reports, one fault, one period"
    states = [row[3].text for row in frame.chapters[0].blocks[0].rows]
    assert (states.count("Delivered"), states.count("Missed"), states.count("Not due yet")) == (1, 6, 9)
    documents = next(chapter for chapter in frame.chapters if chapter.key == "documents")
    states = [row[2].text for row in documents.blocks[0].rows]
    assert (states.count("Delivered"), states.count("No delivery recorded"), states.count("Not due yet")) == (1, 6, 11)
    assert frame.tone == "bad"
    assert frame.verdict == "Of what was owed, so much is not recorded as delivered: 12."


def test_the_closing_list_hands_over_every_fault_that_lasts(tmp_path: Path) -> None:
    left = made(tmp_path, "closing").chapters[-1].blocks[0].items
    assert "I2 · A page was slow" in left and "Q2 · Timeouts" in left
    assert not any("Slow import" in text for text in left), "it is closed"


@pytest.mark.parametrize("late", [False, True])
def test_the_closing_verdict_follows_from_all_that_was_owed(tmp_path: Path, late: bool) -> None:
    assert _tell_closing(0, int(late), is_over=True) == (
        "All that is due was delivered; responses that came later than promised: 1."
        if late
        else "All that the term owed was delivered."
    )
    assert "not recorded as delivered: 1" in _tell_closing(1, int(late), is_over=True)


def _tell_closing(missed: int, late: int, *, is_over: bool) -> str:
    return tell_closing_verdict(missed, late, is_over=is_over, words=Words("en", zone=ZONE))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@given(seconds=st.integers(0, 4_000_000), promise_min=st.integers(1, 10_000))
def test_a_duration_that_is_told_never_keeps_a_promise_that_was_missed(
    language: str, seconds: int, promise_min: int
) -> None:
    words = Words(language, zone=ZONE)
    told, promised = read_minutes(tell_minutes(seconds / 60, words)), read_minutes(tell_minutes(promise_min, words))
    assert promised == promise_min
    assert (told > promised) == (seconds > promise_min * 60)


UNITS = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440, "秒": 1 / 60, "分钟": 1, "小时": 60, "天": 1440}


def read_minutes(told: str) -> float:
    """A duration as a reader adds it up."""
    return round(sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+) (\S+)", told)), 6)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(61, "61 min"), (9 + 59 / 60, "9 min 59 s"), (0, "0 s"), (60, "60 min"), (160, "2 h 40 min"), (2880, "2 d")],
)
def test_durations_are_told_in_units_that_do_not_hide_a_minute(minutes: float, told: str) -> None:
    assert tell_minutes(minutes, Words("en", zone=ZONE)) == told


@pytest.mark.parametrize(
    ("share", "told"), [(99.97, "99.9%"), (100.0, "100%"), (100.02, "100.1%"), (59.8, "59.8%"), (None, "–")]
)
def test_a_share_that_is_not_all_is_not_rounded_to_all(share: float | None, told: str) -> None:
    assert tell_share(share, Words("en", zone=ZONE)) == told


def test_a_fault_outside_production_is_not_told_as_one_of_production(tmp_path: Path) -> None:
    told = list(texts_of(made(tmp_path, "questions", log=log_of(tmp_path, "incidents", production=False))))
    assert "P1 · Not production: stopped" in told and not any("P1 · Production" in text for text in told)


def test_an_empty_part_of_the_list_does_not_say_that_nothing_was_asked(tmp_path: Path) -> None:
    log = replace(kept(tmp_path), questions=kept(tmp_path).questions[1:])
    told = list(texts_of(made(tmp_path, "questions", log=log)))
    assert "There is no closed question." in told and "No question was asked." not in told


def test_a_plan_says_of_which_targets_nothing_is_known(tmp_path: Path) -> None:
    demand = Demand(first=date(2026, 12, 10), last=date(2026, 12, 12), load_factor=3.0, today=NOW.date(), zone=ZONE)
    never = judge_readiness("stock", None, demand)
    plan = ProtectionPlan(
        period="P", demand=demand, verdict=never.verdict, targets=(never,), preparation=None,
        occasion=Occasion(customer="Acme", subject="s", number="N", made=NOW),
    )  # fmt: skip
    frame = build_readiness_plan(plan, Words("en", zone=ZONE), Style())
    assert frame.verdict == "Readiness cannot be judged: stock was never assessed. Assess again before the period."
    figures = {figure.label: (figure.value, figure.tone) for figure in frame.figures}
    assert figures["Limits reached"] == figures["Findings to fix before"] == ("–", "warn")
    told = list(texts_of(frame))
    assert "No such finding is open." not in told and "By what was assessed, nothing has to be enlarged." not in told
    assert told.count("never assessed, so nothing can be said") == 2
    partly = replace(judge_readiness("shop", targets()[0].last, demand), missing=("CAP009",))
    partly = replace(partly, verdict=never.verdict)
    said = build_readiness_plan(replace(plan, targets=(partly,)), Words("en", zone=ZONE), Style()).verdict
    assert said == "Readiness cannot be judged: shop: CPU not assessed. Assess again before the period."
