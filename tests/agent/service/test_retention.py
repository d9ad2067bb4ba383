"""What may be kept no longer leaves history, aloud; files are only named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.archive.history.store import History
from agent.model.terms import Severity
from agent.service import retention
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
    retention.purge_customer(history, NOON + DAY, "acme")
    assert [entry.id for entry in history.list()] == ["b1"]
    history.close()
    Path(history.where).unlink()
    Path(history.where).mkdir()
    retention.purge_customer(history, NOON + DAY, "bolt")
    assert "cannot be used" in capsys.readouterr().err
