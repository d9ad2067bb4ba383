"""What the fleet site reads of a history: all rows, and of documents the newest of each target alone."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects import sqlite

from agent.archive.history.fleet_rows import select_fleet_rows
from agent.archive.history.store import History
from agent.model.fleet import FleetFinding, KeptTarget
from agent.model.terms import Severity
from tests.agent.archive.history.documents import NOON, document, found
from tests.agent.report.site.fleets import NOW, QUARTER, add_assessment, make_document, make_finding


def read(place: Path) -> list[KeptTarget]:
    with History.open(str(place)) as history:
        return list(history.read_fleet())


def test_what_assessments_left_is_read_back(tmp_path: Path) -> None:
    place = tmp_path / "h.db"
    with History.open(str(place)) as history:
        history.save(document("b2", NOON, findings=(found("disk", Severity.HIGH), found("log", Severity.LOW))))
        history.save(document("b1", NOON - QUARTER, findings=(found("disk", Severity.CRITICAL),)))
        history.save(document("c1", NOON, customer="Acme", target="other"), tmp_path / "out")
    other, shop = read(place)
    assert (other.customer, other.target, shop.customer, shop.target) == ("Acme", "other", "acme", "shop")
    assert [(past.id, past.as_of) for past in shop.assessments] == [("b1", NOON - QUARTER), ("b2", NOON)]
    assert shop.assessments[0].findings == (FleetFinding("print-disk", "CAP-001", "disk", "critical", "finding"),)
    assert [finding.resource for finding in shop.assessments[1].findings] == ["disk", "log"]
    assert other.assessments[0].place == str(tmp_path / "out")
    assert shop.latest is not None
    assert (shop.latest.version, shop.latest.low, shop.latest.until) == ("4.2.5.0", 80.0, None)
    assert shop.latest.titles["CAP-001"]["en"] == "Disk full"


def test_dates_names_and_carried_findings_are_read_of_the_newest_document(tmp_path: Path) -> None:
    place, until = tmp_path / "h.db", NOW + timedelta(days=5)
    ends = make_finding("f1", "tenant", exhausted_on="2027-01-05", names={"zh-CN": "租户"})
    made = make_document("shop", [("CHK001", ends), ("CHK002", make_finding("f2", "z1"))], until)
    made["results"][2]["carried"] = [{"fingerprint": "f3", "resource": "z2", "severity": "critical", "muted": None}]
    made["figures"]["forecasts"] = [{"resource": "zone1", "full_on": "2026-12-24"}, {"resource": "z", "full_on": None}]
    add_assessment(place, "a1", "acme", "shop", NOW, made)
    (shop,) = read(place)
    assert shop.latest is not None
    assert [(told.day, told.code, told.resource) for told in shop.latest.run_outs] == [
        (date(2026, 12, 24), "", "zone1"),
        (date(2027, 1, 5), "CHK001", "tenant"),
    ]
    assert shop.latest.carried == (FleetFinding("f3", "CHK002", "z2", "critical", "carried"),)
    assert (shop.latest.names, shop.latest.until) == ({"f1": {"zh-CN": "租户"}}, until)


def test_older_documents_are_not_read(tmp_path: Path) -> None:
    place = tmp_path / "h.db"
    add_assessment(place, "a1", "acme", "shop", NOW - QUARTER, b"no document at all")
    add_assessment(place, "a2", "acme", "shop", NOW, make_document("shop", [], None))
    (shop,) = read(place)
    assert shop.latest is not None and len(shop.assessments) == 2


@pytest.mark.parametrize("damage", [b"", b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_newest_document_costs_only_what_it_holds(damage: bytes, tmp_path: Path) -> None:
    place = tmp_path / "h.db"
    add_assessment(place, "a1", "acme", "shop", NOW, damage, score=61.0, band="attention")
    add_assessment(place, "b1", "acme", "stock", NOW, make_document("stock", [], None))
    shop, stock = read(place)
    assert shop.latest is None and shop.assessments[0].score == 61.0
    assert stock.latest is not None


def test_a_damaged_row_is_left_out_and_named(tmp_path: Path) -> None:
    place = tmp_path / "h.db"
    for id, days in (("a1", 0), ("a2", 90)):
        add_assessment(place, id, "acme", "shop", NOW - timedelta(days=days), make_document("shop", [], None))
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE assessment SET as_of = '0001-01-01 00:00:00.000000' WHERE id = 'a2'")
    (shop,) = read(place)
    assert [past.id for past in shop.assessments] == ["a1"]
    with History.open(str(place)) as history:
        assert history.find_damaged() == ("a2",)


def test_many_targets_are_read_in_several_batches(tmp_path: Path) -> None:
    place = tmp_path / "h.db"
    with History.open(str(place)) as history:
        for number in range(95):
            history.save(document(f"a{number}", NOON, target=f"t{number:02}", findings=(found("disk", Severity.LOW),)))
    targets = read(place)
    assert [kept.target for kept in targets] == [f"t{number:02}" for number in range(95)]
    assert all(kept.latest and len(kept.assessments[0].findings) == 1 for kept in targets)


def test_sqlite_reads_no_row_for_the_columns_of_all_assessments(tmp_path: Path) -> None:
    """A column behind the document would cost all pages of the document."""
    History.open(str(tmp_path / "h.db")).close()
    engine = create_engine(f"sqlite:///{tmp_path}/h.db")
    query = select_fleet_rows().compile(dialect=sqlite.dialect())
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
    engine.dispose()
    assert "COVERING INDEX ix_assessment_columns" in plan and "TEMP B-TREE" not in plan
