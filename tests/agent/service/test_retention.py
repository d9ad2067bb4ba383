"""What may be kept no longer leaves history, aloud; files are only named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.history.claims import make_claim
from agent.archive.history.store import History
from agent.model.terms import Severity
from agent.service import retention
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.archive.history.documents import NOON, document, found, kept

DAY = timedelta(days=1)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    with History.open(str(tmp_path / "history.sqlite")) as opened:
        yield opened


def test_what_is_past_its_retention_is_removed_and_said(
    history: History, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    place.mkdir()
    (place / "snapshot.obh").write_text("the customer's")
    history.save(kept("old", 30), place)
    history.save(kept("older", 30, NOON - DAY), place)
    history.save(kept("elsewhere", 30), tmp_path / "gone")
    history.save(kept("young", 31), place)
    retention.purge_expired(history, NOON + 30 * DAY)
    said = capsys.readouterr().out
    assert {entry.id for entry in history.list()} == {"young"}
    counts = [said.count(f"removed from history: {name} of acme, shop") for name in ("old", "older", "young")]
    assert counts == [1, 1, 0]
    assert said.count(f"{place} may still hold reports, snapshots and journals from 2026-03-01 and before") == 1
    assert str(tmp_path / "gone") not in said
    assert (place / "snapshot.obh").is_file(), "files are the user's to delete"


def test_an_assessment_without_a_limit_stays(history: History) -> None:
    history.save(document("a1"))
    assert retention.purge_expired(history, NOON + 10_000 * DAY) == ()
    assert len(history.list()) == 1


def test_the_file_forgets_too(history: History, tmp_path: Path) -> None:
    history.save(kept("a1", 1, findings=(found("hx-secret-resource", Severity.HIGH),)))
    file = tmp_path / "history.sqlite"
    assert b"hx-secret-resource" in file.read_bytes()
    retention.purge_expired(history, NOON + DAY)
    assert b"hx-secret-resource" not in file.read_bytes()


def test_each_assess_purges_its_own_customer_only(history: History, capsys: pytest.CaptureFixture[str]) -> None:
    history.save(kept("a1", 1))
    history.save(kept("b1", 1, customer="bolt"))
    retention.purge_customer(history, "acme", NOON + DAY, NOON + DAY)
    assert [entry.id for entry in history.list()] == ["b1"]
    history.close()
    Path(history.where).unlink()
    Path(history.where).mkdir()
    retention.purge_customer(history, "bolt", NOON + DAY, NOON + DAY)
    assert "cannot be used" in capsys.readouterr().err


YEARS = timedelta(days=3 * 365)


@pytest.mark.parametrize(
    ("server", "local"),
    [
        (NOON + DAY, NOON + YEARS),
        (NOON + YEARS, NOON + DAY),
        (NOON + 100 * DAY, NOON + 100 * DAY + timedelta(minutes=11)),
        (datetime(1970, 1, 1, tzinfo=UTC), NOON + YEARS),
    ],
)
def test_a_clock_that_jumped_is_told_and_removes_nothing(
    history: History, server: datetime, local: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    history.save(kept("a1", 30))
    retention.purge_customer(history, "acme", server, local)
    assert [entry.id for entry in history.list()] == ["a1"]
    said = capsys.readouterr().err
    assert "Nothing is removed" in said and str(server.year) in said and str(local.year) in said


def test_time_passes_by_the_clock_of_the_target(history: History) -> None:
    history.save(kept("a1", 30))
    end = NOON + 30 * DAY
    retention.purge_customer(history, "acme", end - timedelta(seconds=1), end + timedelta(minutes=9))
    assert len(history.list()) == 1
    retention.purge_customer(history, "acme", end, end - timedelta(minutes=9))
    assert history.list() == ()


def test_without_a_target_a_clock_far_ahead_of_the_history_is_not_trusted(history: History) -> None:
    retention.refuse_jumped_clock(history, NOON)
    history.save(kept("a1", 30))
    retention.refuse_jumped_clock(history, NOON + retention.LONGEST_SILENCE)
    with pytest.raises(ConfigError) as caught:
        retention.refuse_jumped_clock(history, NOON + YEARS)
    assert "--today 2029-02-28" in render_text(caught.value.text, "en") and len(history.list()) == 1


def test_claims_leave_with_the_last_assessment_of_their_customer(history: History) -> None:
    wanted = make_claim("acme", "shop", NOON.date(), "one", timedelta(seconds=-1))
    history.claim(wanted)
    history.save(kept("a1", 30))
    history.save(kept("a2", 60))
    retention.purge_expired(history, NOON + 30 * DAY)
    assert history.claim(wanted).token == 2, "numbers go on while the customer is in the history"
    retention.purge_expired(history, datetime.now(UTC) + 600 * DAY)
    assert history.list() == () and history.claim(wanted).token == 1
