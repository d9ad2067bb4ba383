"""Whatever is changed of what was recorded breaks the chain at its place; what is removed leaves a tombstone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import CursorResult, inspect, text
from sqlalchemy.orm import Session

from agent.archive.history.chain import _COLUMNS, _FINDING, check_chain
from agent.archive.history.entries import ChainProblemKind
from agent.archive.history.sealing import HistoryKeys
from agent.archive.history.store import History
from agent.archive.snapshot import PackedSnapshot, pack_snapshot
from agent.model.document import Document
from agent.model.terms import Severity
from agent.support.errors import DamagedHistory
from tests.agent.archive.history.documents import MUTE, NOON, document, found, kept, message
from tests.agent.tiny import memstore, snapshot

KEYS = HistoryKeys([b"k" * 32])
PACKED = pack_snapshot(snapshot([memstore("10.0.0.1", 100)]))
BROKEN, MISSING, ALTERED, CUT = ChainProblemKind


def record(history: History, *ids: str, customer: str = "acme") -> None:
    """Assessments of one target, a day after the other, each with two findings and a snapshot."""
    for number, name in enumerate(ids):
        findings = (found("disk", Severity.HIGH), found("log", Severity.LOW, MUTE))
        told = document(name, NOON + timedelta(days=number), customer=customer, findings=findings)
        history.save(predicted(told), sealed=KEYS.seal(name, PACKED))


def predicted(told: Document) -> Document:
    """The document with what became of a prediction."""
    entry = {"kind": "gain", "code": "CAP-001", "fingerprint": "print-log", "resource": "日志", "advised_id": "a0"}
    numbers = {"predicted": 4.5, "predicted_most": None, "measured": 4.4, "came_true": True}
    rate = {"came_true": 1, "counted": 1, "low_pct": 20.7, "high_pct": 100.0}
    return {**told, "track_record": {"predictions": [{**entry, **numbers}], **rate}}  # type: ignore[typeddict-item]


def change(history: History, *statements: str) -> None:
    with history._engine.begin() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount == 1, statement


def problems(history: History) -> list[tuple[ChainProblemKind, int, str]]:
    return [(one.kind, one.position, one.assessment_id) for one in history.check_chain()[1]]


def test_what_was_recorded_is_as_it_was(any_history: History) -> None:
    record(any_history, "a1", "a2", "a3")
    head, wrong = any_history.check_chain()
    assert (head.length, head.tombstones, head.unlinked, wrong) == (3, 0, (), ())
    any_history.note_unwritten("a2", ["report.en.pdf"])
    assert problems(any_history) == [], "what is still to be written changes all the time"
    any_history.save(
        predicted(
            document(
                "a3",
                NOON + timedelta(days=2),
                findings=(found("disk", Severity.HIGH), found("log", Severity.LOW, MUTE)),
            )
        )
    )
    assert any_history.check_chain()[0] == head, "saving again adds no link"


OTHER = {
    "as_of": "'2020-01-01 00:00:00'", "period_number": "7", "period_from": "'2020-01-01'", "period_to": "'2020-01-01'",
    "score": "99.5", "coverage_pct": "12.5", "keep_until": "'2036-01-01 00:00:00'", "risk_points": "0.25",
}  # fmt: skip
CHANGES = [
    *(
        f"UPDATE assessment SET {column.key} = {OTHER.get(column.key, repr('other'))} WHERE id = 'a2'"
        for column in _COLUMNS
        if column.key != "id"
    ),
    *(
        f"UPDATE finding SET {column.key} = {OTHER.get(column.key, repr('other'))}"
        " WHERE assessment_id = 'a2' AND position = 1"
        for column in _FINDING
    ),
    "DELETE FROM finding WHERE assessment_id = 'a2' AND position = 1",
    "UPDATE snapshot_part SET content = 'x' WHERE assessment_id = 'a2' AND position = 0",
    "UPDATE assessment SET as_of = '0001-01-01 00:00:00' WHERE id = 'a2'",
    "UPDATE assessment SET document = 'x' WHERE id = 'a2'",
]


def test_every_change_of_a_record_is_found_at_its_place(any_history: History) -> None:
    record(any_history, "a1", "a2", "a3")
    for statement in CHANGES:
        with Session(any_history._engine) as session:  # never committed
            changed = session.execute(text(statement))
            assert isinstance(changed, CursorResult) and changed.rowcount == 1, statement
            found_there = [(one.kind, one.position, one.assessment_id) for one in check_chain(session)]
            assert found_there == [(ALTERED, 2, "a2")], statement
    assert problems(any_history) == []


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE link SET content_sha256 = 'ff' WHERE position = 2"], [(BROKEN, 2, "a2")]),
        (["UPDATE link SET sha256 = 'ff' WHERE position = 2"], [(BROKEN, 2, "a2"), (BROKEN, 3, "a3")]),
        (["DELETE FROM link WHERE position = 2"], [(BROKEN, 3, "a3")]),
        (["DELETE FROM link WHERE position = 3"], [(CUT, 3, "")]),
        (["UPDATE chain SET position = 2"], [(CUT, 2, "")]),
        (["UPDATE link SET assessment_id = 'a9' WHERE position = 2"], [(BROKEN, 2, "a9")]),
    ],
)
def test_a_chain_that_was_changed_is_found(
    any_history: History, statements: Iterable[str], expected: list[object]
) -> None:
    record(any_history, "a1", "a2", "a3")
    change(any_history, *statements)
    assert problems(any_history) == expected


def test_an_assessment_that_somebody_deleted_is_missing(any_history: History) -> None:
    record(any_history, "a1", "a2")
    with any_history._engine.begin() as connection:
        for table in ("snapshot_part", "snapshot", "prediction", "finding"):
            connection.execute(text(f"DELETE FROM {table} WHERE assessment_id = 'a1'"))
        connection.execute(text("DELETE FROM assessment WHERE id = 'a1'"))
    assert problems(any_history) == [(MISSING, 1, "a1")]


def test_what_retention_removes_leaves_a_tombstone_that_names_nobody(any_history: History) -> None:
    record(any_history, "a1")
    any_history.save(kept("b1", 30, customer="Bolt & Söhne"), sealed=KEYS.seal("b1", PACKED))
    record(any_history, "c1")
    assert [gone.id for gone in any_history.purge(NOON + timedelta(days=31))] == ["b1"]
    head, wrong = any_history.check_chain()
    assert (head.length, head.tombstones, wrong) == (3, 1, ())
    record(any_history, "d1")
    assert problems(any_history) == []
    change(any_history, "UPDATE link SET content_sha256 = 'ff' WHERE assessment_id = 'b1'")
    assert problems(any_history) == [(BROKEN, 2, "b1")], "a tombstone cannot be changed either"
    with any_history._engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f"SELECT * FROM `{table}`")):
                assert "Bolt" not in str(tuple(row)), table


def test_an_assessment_of_before_the_chain_is_told_and_no_problem(any_history: History) -> None:
    record(any_history, "a1", "a2")
    change(any_history, "DELETE FROM link WHERE position = 2")
    change(any_history, "UPDATE chain SET position = 1, sha256 = (SELECT sha256 FROM link WHERE position = 1)")
    head, wrong = any_history.check_chain()
    assert (head.unlinked, wrong) == (("a2",), ())


def test_without_the_end_of_the_chain_nothing_is_recorded(any_history: History) -> None:
    record(any_history, "a1")
    change(any_history, "DELETE FROM chain")
    with pytest.raises(DamagedHistory) as caught:
        any_history.save(document("a2"))
    assert "has lost the end of its chain" in message(caught)
    assert [entry.id for entry in any_history.list()] == ["a1"]


def test_several_writers_at_once_make_one_chain(any_url: str) -> None:
    History.open(any_url).close()
    writers, each = 3, 6
    barrier = threading.Barrier(writers)

    def write(number: int) -> None:
        with History.open(any_url) as history:
            barrier.wait()
            for count in range(each):
                name = f"w{number}-{count}"
                history.save(document(name, findings=(found("disk", Severity.HIGH),)), sealed=KEYS.seal(name, PACKED))

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    with History.open(any_url) as history:
        head, wrong = history.check_chain()
        assert (head.length, head.unlinked, wrong) == (writers * each, (), ())
        assert len(history.list(limit=100)) == writers * each


def test_a_snapshot_of_several_parts_is_kept_and_opened(any_history: History) -> None:
    large = PackedSnapshot(bytes(range(256)) * 10_000, "ab" * 32)
    any_history.save(document("a1"), sealed=KEYS.seal("a1", large))
    sealed = any_history.load_sealed("a1")
    assert sealed is not None and KEYS.open("a1", sealed) == large
    assert any_history.load_sealed("a0") is None
    with any_history._engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM snapshot_part")) == 3
    change(any_history, "UPDATE snapshot_part SET content = 'x' WHERE position = 1")
    with pytest.raises(DamagedHistory) as caught:
        any_history.load_sealed("a1")
    assert "a1 in the history has been altered" in message(caught)


def test_curves_findings_and_predictions_come_from_rows(any_history: History) -> None:
    record(any_history, "a1", "a2")
    record(any_history, "B1", customer="Acme")
    points = any_history.points()
    assert [point.entry.id for point in points] == ["B1", "a1", "a2"], "names are compared byte by byte"
    assert [dict(point.findings) for point in points] == [{"high": 1}] * 3, "a muted finding is not open"
    assert all(point.snapshot_kept for point in points)
    rows = [(one.assessment_id, one.resource, one.outcome) for one in any_history.findings("acme", "shop")]
    assert rows == [(id, *rest) for id in ("a1", "a2") for rest in (("disk", "finding"), ("log", "muted"))]
    told = any_history.predictions("acme")
    assert [(one.assessment_id, one.resource, one.predicted, one.measured, one.came_true) for one in told] == [
        ("a1", "日志", 4.5, 4.4, True),
        ("a2", "日志", 4.5, 4.4, True),
    ]
    assert not (any_history.points("nobody") or any_history.findings("nobody") or any_history.predictions("nobody"))


def test_a_damaged_row_is_left_out_and_the_rest_is_read(tmp_path: Path, empty_history: Path) -> None:
    with History.open(str(shutil.copy(empty_history, tmp_path / "h.db"))) as history:
        record(history, "a1", "a2")
        change(history, "UPDATE assessment SET as_of = 'yesterday' WHERE id = 'a1'")
        assert [point.entry.id for point in history.points()] == ["a2"]
        assert {one.assessment_id for one in history.findings()} == {"a2"}
        assert {one.assessment_id for one in history.predictions()} == {"a2"}
        assert history.find_damaged() == ("a1",)
        assert problems(history) == [(ALTERED, 1, "a1")]
