"""``service``, ``document``, ``incident report`` and ``readiness`` as they are typed."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.history.store import History
from agent.archive.timeline_file import save_timeline
from agent.cli.actions.documents import read_assessed
from agent.engagement.loading import load_engagement
from tests.agent.cli.typed import Ended, run_here
from tests.agent.engagement.service_log.logs import BUSINESS, WHOLE, keep
from tests.agent.engagements import MINIMAL
from tests.agent.report import sample
from tests.agent.report.documents.telling import timeline

LATER = datetime(2026, 11, 12, tzinfo=UTC)
ENTERPRISE = MINIMAL.replace("tier: premier", "tier: 企业级版")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An engagement with a service log; its history lies where none is yet."""
    write(tmp_path, MINIMAL)
    keep(tmp_path, WHOLE)
    return tmp_path


def write(folder: Path, engagement: str) -> None:
    business = BUSINESS.replace("]}", ", {name: Spring, from: 2026-02-15, to: 2026-02-20}]}")
    content = f"{engagement}{business}history: sqlite:///{folder}/history.sqlite\n"
    (folder / "engagement.yaml").write_text(content, "utf-8")


def run(folder: Path, *words: object, code: int = 0) -> Ended:
    done = run_here(folder, *words, COLUMNS="200")
    assert done.code == code, (done.out + done.err).decode()
    return done


def record(
    folder: Path, id: str = "A1", as_of: str = "2026-11-20T00:00:00+00:00", coverage_pct: float | None = None
) -> None:
    document = copy.deepcopy(sample.rich(2))
    document |= {"customer": "Acme", "assessment_id": id, "as_of": as_of, "authorization": None}
    if coverage_pct is not None:
        document["score"]["coverage_pct"] = coverage_pct
    document["target"]["name"] = "orders"
    with History.open(f"sqlite:///{folder}/history.sqlite") as history:
        history.save(document)


def files(folder: Path) -> list[str]:
    return sorted(path.name.partition("_")[0] + path.suffix for path in (folder / "out").iterdir())


def test_the_log_is_listed_with_states_and_promises(folder: Path) -> None:
    told = run(folder, "service", "list").out.decode()
    assert "Q2" in told and "16/10 min missed" in told and "4/10 min" in told
    only = run(folder, "service", "list", "--kind", "question", "--open").out.decode()
    assert "Q2" in only and "Q1" not in only and "I1" not in only
    assert b"known are question, incident" in run(folder, "service", "list", "--kind", "x", code=2).err


def test_an_entry_that_is_typed_is_in_the_log(folder: Path) -> None:
    words = ("title=New", "asked=2026-11-05T10:00:00+08:00", "asked_by=Wang")
    assert b"question-Q" in run(folder, "service", "add", "question", *words).out
    assert b"New" in run(folder, "service", "list").out
    refused = run(folder, "service", "add", "question", "title=New", code=2).err
    assert b"asked: this key is missing" in refused and b"Traceback" not in refused
    assert b"questions[0]" not in refused, "there is no file whose place that would be"


def test_the_documents_of_the_log_are_written(folder: Path) -> None:
    record(folder)
    run(folder, "document", "questions", "-o", "out", "-f", "html", "-l", "en")
    run(folder, "document", "quarter", "-o", "out", "-f", "html", "-l", "en", "--period", "4")
    run(folder, "document", "closing", "-o", "out", "-f", "docx", "-l", "en")
    assert files(folder) == ["closing-list.docx", "quarterly-report.html", "questions.html"]
    quarter = next((folder / "out").glob("quarterly*")).read_text("utf-8")
    assert "Health score orders" in quarter and "A1" not in quarter


def test_the_assessment_that_counts_is_that_of_the_schedule(folder: Path) -> None:
    """Three attempts that read too little: the best of them makes the quarter done, and the documents say so."""
    for id, day, coverage in (("A1", 10, 40.0), ("A2", 12, 50.0), ("A3", 14, 45.0)):
        record(folder, id, f"2026-11-{day}T00:00:00+00:00", coverage)
    engagement = load_engagement(folder / "engagement.yaml")
    told = read_assessed(engagement, date(2026, 10, 31), date(2027, 1, 31))[0]
    assert [document["assessment_id"] for document in told.documents] == ["A1", "A2", "A3"]
    assert told.delivered == {"A2"}
    for id, day in (("A4", 16), ("A5", 18)):
        record(folder, id, f"2026-11-{day}T00:00:00+00:00", 90.0)
    told = read_assessed(engagement, date(2026, 10, 31), date(2027, 1, 31))[0]
    assert told.delivered == {"A4"}, "the first that read enough counts, not the last"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("document", "quarter", "--period", "99"), "The term has no quarter 99; it has 8."),
        (("document", "questions", "--from", "2026-11-02", "--to", "2026-11-01"), "before the first day"),
        (("document", "questions", "--from", "5.12.2026"), "5.12.2026' is no day; write one such as 2026-12-05"),
        (("document", "questions", "-f", "xlsx"), "unknown document format: xlsx"),
        (("incident", "report", "I9"), "known are I1, I2"),
        (("incident", "report", "I2"), "for major faults of production (P1, P2); I2 is P3"),
        (("readiness", "--period", "Double 12"), "no critical period “Double 12”; known are Double 11, Spring"),
        (("readiness", "--period", "Double 11", "--factor", "-1"), "--factor is a number above 0"),
        (("readiness", "--period", "Spring"), "“Spring” ended on 2026-02-20"),
        (("incident", "collect", "--from", "x", "--to", "y"), "--from takes a time such as"),
        (("incident", "collect", "--from", "2026-11-02", "--to", "2026-11-01"), "is not after the beginning"),
        (("incident", "collect", "--from", "2026-01-02", "--to", "2026-11-01"), "is longer than 31 days"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run(folder, *words, "-o", "out", code=2)
    assert said in done.err.decode() and b"Traceback" not in done.err
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("document", "quarter", "-o", "out"),
        ("document", "closing", "-o", "out"),
        ("incident", "report", "I1", "-o", "out"),
        ("incident", "collect", "--from", "2026-11-01", "--to", "2026-11-02", "-o", "out"),
        ("readiness", "--period", "Double 11", "-o", "out"),
        ("service", "add", "session", "title=t", "held=2026-11-01"),
        ("service", "add", "preparation", "title=t", "period=Double 11", "load_factor=2"),
    ],
)
def test_the_enterprise_tier_is_refused_what_it_has_not(folder: Path, words: tuple[str, ...]) -> None:
    write(folder, ENTERPRISE)
    done = run(folder, *words, code=3)
    assert "企业级版" in done.err.decode() and b"--outside-service" in done.err
    assert not (folder / "out").exists()


def test_a_refusal_names_what_was_asked_for(folder: Path) -> None:
    write(folder, ENTERPRISE)
    assert (
        "The closing list of the term belongs to"
        in run(folder, "document", "closing", "-o", "out", code=3).err.decode()
    )


def test_the_closing_list_of_the_enterprise_tier_holds_what_it_owes(folder: Path) -> None:
    write(folder, ENTERPRISE)
    keep(folder, WHOLE[: WHOLE.index("deliveries:")])
    run(folder, "document", "closing", "-o", "out", "-f", "html", "-l", "en", "--outside-service", "agreed")
    told = next((folder / "out").glob("closing*")).read_text("utf-8")
    assert "Documents owed and delivered" in told and "Assessments owed and delivered" not in told


def test_the_enterprise_tier_has_its_list_of_questions_and_others_for_a_reason(folder: Path) -> None:
    write(folder, ENTERPRISE)
    run(folder, "document", "questions", "-o", "out", "-f", "html", "-l", "en")
    reason = ("--outside-service", "agreed by mail")
    run(folder, "incident", "report", "I1", "-o", "out", "-f", "html", "-l", "en", *reason)
    assert "agreed by mail" in next((folder / "out").glob("fault*")).read_text("utf-8")


def test_the_verdict_is_the_exit_code(folder: Path) -> None:
    words = ("readiness", "--period", "Double 11", "-o", "out", "-f", "html", "-l", "en")
    assert b"orders: Cannot be judged" in run(folder, *words, code=5).out
    record(folder)
    assert b"orders: Not ready" in run(folder, *words, code=1).out
    assert "The sale" not in next((folder / "out").glob("protection*")).name


def test_the_load_must_be_known(folder: Path) -> None:
    keep(folder, "usage: [{id: U, title: t, month: 2026-11, unit: x, estimated: 1, used: 1}]\n")
    done = run(folder, "readiness", "--period", "Double 11", "-o", "out", code=2)
    assert "Give --factor NUMBER" in done.err.decode()


def test_a_fault_report_has_the_timelines_that_are_given(folder: Path) -> None:
    save_timeline(timeline(), folder / "t.json")
    run(folder, "incident", "report", "I1", "-o", "out", "-f", "html", "-l", "en", "--timeline", "t.json")
    assert "Memory ran out." in next((folder / "out").glob("fault*")).read_text("utf-8")
    for change, said in (
        ({"target": "stock"}, "is a timeline of stock, but I1 concerns orders"),
        (
            {"first": LATER, "last": LATER + timedelta(hours=1)},
            "but I1 lasted from 2026-11-11 00:05 to 2026-11-11 00:28",
        ),
        ({"first": timeline().first + timedelta(minutes=12)}, "No timeline covers the beginning of I1"),
    ):
        save_timeline(replace(timeline(), **change), folder / "other.json")
        refused = run(folder, "incident", "report", "I1", "-o", "o2", "--timeline", "other.json", code=2).err.decode()
        assert said in refused and "Traceback" not in refused and not (folder / "o2").exists()
    write(folder, MINIMAL.replace("name: Acme", "name: Bravo"))
    done = run(folder, "incident", "report", "I1", "-o", "out", "--timeline", "t.json", code=2)
    assert "is a timeline of Acme, not of Bravo" in done.err.decode()
