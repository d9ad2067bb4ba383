"""History on SQLite, and the same on the real kernel."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import URL

from agent.archive.history.store import History
from agent.kernel.start import Kernel
from agent.model.assessment import Period
from agent.model.terms import Severity
from agent.support.errors import HistoryError
from tests.agent.archive.history.documents import MUTE, NOON, document, found, kept, message


@pytest.fixture(scope="module")
def kernel_url(kernel: Kernel) -> Iterator[str]:
    """A database on the kernel for the tests of this module: making one takes it a second."""
    kernel.run(["CREATE DATABASE history_test"])
    place = URL.create("mysql+pymysql", kernel.user, kernel.password, kernel.host, kernel.port, "history_test")
    yield place.render_as_string(hide_password=False)
    kernel.run(["DROP DATABASE history_test"])


@pytest.fixture(params=["sqlite", pytest.param("kernel", marks=[pytest.mark.kernel, pytest.mark.slow])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a history without assessments, on each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/history.sqlite"
        return
    place = str(request.getfixturevalue("kernel_url"))
    yield place
    kernel: Kernel = request.getfixturevalue("kernel")
    kernel.run(["DELETE FROM history_test.finding", "DELETE FROM history_test.assessment"])


@pytest.fixture
def history(url: str) -> Iterator[History]:
    with History.open(url) as opened:
        yield opened


def test_what_was_saved_is_loaded(history: History) -> None:
    saved = document("a1", findings=(found("订单😀", Severity.HIGH),))
    history.save(saved)
    assert history.load("a1") == saved


def test_an_entry_holds_the_summary(history: History) -> None:
    period = Period(2, date(2026, 2, 28), date(2026, 5, 31))
    history.save(document("a1", NOON.astimezone(timezone(timedelta(hours=8))), period=period))
    (entry,) = history.list()
    assert (entry.id, entry.customer, entry.target) == ("a1", "acme", "shop")
    assert entry.as_of == NOON
    assert entry.as_of.tzinfo is UTC
    assert (entry.period_number, entry.period_from, entry.period_to) == (2, date(2026, 2, 28), date(2026, 5, 31))
    assert (entry.score, entry.band, entry.coverage_pct) == (81.5, "B", 92.0)
    assert (entry.ruleset_sha256, entry.agent_version) == ("ab" * 32, "0.1.0")


def test_without_a_grade_or_a_period_the_entry_has_none(history: History) -> None:
    history.save(document("a1", band=None))
    (entry,) = history.list()
    assert (entry.score, entry.band, entry.period_number, entry.period_from) == (None, None, None, None)


def test_the_list_is_newest_first_filtered_and_limited(history: History) -> None:
    for day in range(4):
        history.save(document(f"a{day}", NOON + timedelta(days=day), target="shop" if day % 2 else "bank"))
    history.save(document("b", customer="Acme"))
    assert [entry.id for entry in history.list("acme")] == ["a3", "a2", "a1", "a0"]
    assert [entry.id for entry in history.list("acme", "bank")] == ["a2", "a0"]
    assert [entry.id for entry in history.list(limit=2)] == ["a3", "a2"]
    assert [entry.id for entry in history.list("Acme")] == ["b"]


def test_the_last_goes_by_as_of_and_not_by_order_of_saving(history: History) -> None:
    newer, older = document("a2", NOON + timedelta(microseconds=1)), document("a1", NOON)
    history.save(newer)
    history.save(older)
    assert history.last("acme", "shop") == newer
    assert history.last("acme", "shop", before=NOON + timedelta(microseconds=1)) == older
    assert history.last("acme", "shop", before=NOON) is None
    assert history.last("acme", "other") is None
    assert history.last("other", "shop") is None


def test_times_of_assessments_come_oldest_first(history: History) -> None:
    history.save(document("a2", NOON + timedelta(days=1)))
    history.save(document("a1", NOON))
    assert [past.as_of for past in history.recorded("acme", "shop")] == [NOON, NOON + timedelta(days=1)]
    assert history.recorded("acme", "bank") == ()


def test_a_finding_is_followed_by_its_fingerprint(history: History) -> None:
    history.save(document("a2", NOON + timedelta(days=90), findings=(found("disk", Severity.HIGH, MUTE),)))
    history.save(document("a1", findings=(found("log", Severity.HIGH), found("disk", Severity.LOW))))
    first, second = history.sightings("acme", "shop", "print-disk")
    assert (first.assessment_id, first.as_of, first.severity, first.outcome) == ("a1", NOON, "low", "finding")
    assert (second.assessment_id, second.severity, second.outcome, second.risk_points) == ("a2", "high", "muted", 4.5)
    assert history.sightings("other", "shop", "print-disk") == ()


def test_two_findings_may_share_a_fingerprint(history: History) -> None:
    history.save(document("a1", findings=(found("disk", Severity.LOW), found("disk", Severity.HIGH))))
    assert len(history.sightings("acme", "shop", "print-disk")) == 2


def test_saving_again_changes_nothing(history: History) -> None:
    saved = document("a1", findings=(found("disk", Severity.LOW),))
    history.save(saved)
    history.save(saved)
    assert len(history.list()) == 1
    assert len(history.sightings("acme", "shop", "print-disk")) == 1


def test_what_is_recorded_is_never_replaced(history: History) -> None:
    first = document("a1")
    history.save(first)
    with pytest.raises(HistoryError) as error:
        history.save(document("a1", band="D"))
    assert f"The history at {history.where} already holds another assessment with the id a1; " in message(error)
    assert history.load("a1") == first


def test_an_assessment_is_saved_whole_or_not_at_all(history: History) -> None:
    half = document("a1", findings=(found("disk", Severity.LOW),))
    half["results"][0]["findings"][0]["fingerprint"] = None
    with pytest.raises(HistoryError):
        history.save(half)
    assert history.list() == ()


def test_a_prefix_must_be_unique(history: History) -> None:
    for id in ("abc", "abd", "ab"):
        history.save(document(id))
    assert history.load("abc")["assessment_id"] == "abc"
    assert history.load("ab")["assessment_id"] == "ab"
    with pytest.raises(HistoryError) as error:
        history.load("a")
    assert all(id in message(error) for id in ("abc", "abd", "ab"))


def test_a_beginning_that_only_one_id_has_will_do(history: History) -> None:
    for id in ("abc", "b_d"):
        history.save(document(id))
    assert [history.load(begin)["assessment_id"] for begin in ("a", "ab", "b_")] == ["abc", "abc", "b_d"]
    for begin in ("c", "a_", "%"):
        with pytest.raises(HistoryError, match="holds no assessment whose id begins with"):
            history.load(begin)


def test_a_whole_id_goes_before_newer_ones_that_begin_with_it(history: History) -> None:
    for number, id in enumerate(("ab", "abc", "abd")):
        history.save(document(id, NOON + timedelta(days=number)))
    assert history.load("ab")["assessment_id"] == "ab"


def test_of_many_that_begin_alike_the_five_newest_are_named(history: History) -> None:
    for number in range(7):
        history.save(document(f"a{number}", NOON + timedelta(days=number)))
    with pytest.raises(HistoryError) as error:
        history.load("a")
    assert "begins with a: a6, a5, a4, a3, a2. Write more" in message(error)


def test_a_list_has_fifty_unless_told_otherwise(history: History) -> None:
    for number in range(51):
        history.save(document(f"a{number:02}", NOON + timedelta(days=number)))
    assert [entry.id for entry in history.list()] == [f"a{number:02}" for number in range(50, 0, -1)]
    assert len(history.list(limit=51)) == 51


def test_of_two_at_one_time_the_last_is_the_one_of_the_higher_id(history: History) -> None:
    for id in ("a2", "a3", "a1"):
        history.save(document(id))
    last = history.last("acme", "shop")
    assert last is not None and last["assessment_id"] == "a3"
    assert [entry.id for entry in history.list()] == ["a1", "a2", "a3"]


def test_what_may_be_kept_no_longer_is_removed_at_that_moment(history: History) -> None:
    end = NOON + timedelta(days=30)
    history.save(kept("old", 30, findings=(found("disk", Severity.LOW),)), Path("/reports/shop"))
    history.save(kept("longer", 31))
    history.save(kept("other", 30, customer="bolt"))
    history.save(document("for_ever"))
    assert history.purge(end - timedelta(microseconds=1)) == ()
    (purged,) = history.purge(end, "acme")
    assert (purged.id, purged.keep_until, purged.place) == ("old", end, "/reports/shop")
    assert sorted(entry.id for entry in history.list()) == ["for_ever", "longer", "other"]
    assert history.sightings("acme", "shop", "print-disk") == ()
    assert {purged.id for purged in history.purge(end + timedelta(days=9999))} == {"longer", "other"}


def test_a_time_without_a_zone_is_refused_and_never_guessed(history: History) -> None:
    history.save(document("a1"))
    with pytest.raises(HistoryError):
        history.last("acme", "shop", NOON.replace(tzinfo=None))
    with pytest.raises(HistoryError):
        history.save(document("a2", NOON.replace(tzinfo=None)))
    assert [entry.id for entry in history.list()] == ["a1"]


@pytest.mark.parametrize("wanted", ["x", "a%", "_1", "' OR 1=1"])
def test_an_unknown_id_says_where_to_look(history: History, wanted: str) -> None:
    history.save(document("a1"))
    with pytest.raises(HistoryError) as error:
        history.load(wanted)
    assert f"The history at {history.where} holds no assessment whose id begins with {wanted}. " in message(error)
    assert "history list" in message(error)


def test_a_large_assessment_is_kept(history: History) -> None:
    large = document("a1")
    large["notes"] = [{"en": f"table {number} " + "x" * 1000} for number in range(20_000)]
    history.save(large)
    assert history.load("a1") == large


def test_opening_again_finds_everything(url: str) -> None:
    with History.open(url) as first:
        first.save(document("a1"))
    with History.open(url) as second:
        assert [entry.id for entry in second.list()] == ["a1"]


def test_two_writers_lose_nothing(history: History, url: str) -> None:
    errors: list[Exception] = []

    def write(name: str) -> None:
        try:
            with History.open(url) as mine:
                for number in range(8):
                    mine.save(document(f"{name}{number}"))
                    mine.save(document(f"shared{number}"))
        except HistoryError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(history.list()) == 24


# What makes an assessment count


@pytest.mark.parametrize(
    ("coverage_pct", "sources", "is_complete"),
    [
        (30.0, {"A": "ok", "B": "not_granted", "C": "no_view", "D": "no_column"}, True),
        (0.0, {"A": "ok"}, False),
        (0.1, {"A": "ok"}, True),
        (95.0, {"A": "ok", "B": "lost"}, False),
        *(
            (30.0, {"A": "ok", "B": kind}, False)
            for kind in ("privilege", "timeout", "budget", "busy", "error", "unknown")
        ),
    ],
)
def test_an_assessment_is_complete_if_all_that_is_granted_was_read(
    history: History, coverage_pct: float, sources: dict[str, str], is_complete: bool
) -> None:
    history.save(document("a1", coverage_pct=coverage_pct, sources=sources))
    (past,) = history.recorded("acme", "shop")
    assert (past.coverage_pct, past.is_complete, past.unwritten) == (coverage_pct, is_complete, ())


def test_what_is_still_to_be_written_is_kept(history: History) -> None:
    names = ["report.en.pdf", "report.zh-CN.pdf", "findings.en.xlsx"]

    def unwritten() -> list[str]:
        (past,) = history.recorded("acme", "shop")
        return list(past.unwritten)

    history.save(document("a1"), unwritten=names)
    assert unwritten() == names
    history.note_written("a1", ["report.en.pdf", "assessment.json"])
    assert unwritten() == names[1:]
    history.note_unwritten("a1", names[2:])
    assert unwritten() == names[2:]
    history.note_written("none", names)
    history.note_written("a1", names)
    assert unwritten() == []


def test_a_file_of_an_earlier_agent_is_known_by_its_plain_name(history: History) -> None:
    history.save(document("a1"), unwritten=["report.en.pdf", "findings.en.xlsx"])
    history.note_written("a1", ["report_Acme_shop_2026-10-03.en.pdf", "report_Acme_shop_2026-10-03.zh-CN.html"])
    (past,) = history.recorded("acme", "shop")
    assert past.unwritten == ("findings.en.xlsx",)
