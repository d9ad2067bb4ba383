"""Histories and engagement files together: what is owed of each target, and what nobody assessed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path

from agent.archive.history.store import History
from agent.engagement.loading import load_engagement
from agent.model.fleet import FleetTarget
from agent.service.fleet_overview import list_expected, read_fleet_targets
from agent.support.i18n import render_text
from tests.agent.engagements import AUTHORIZATION, MINIMAL
from tests.agent.report.site.fleets import NOW, QUARTER, add_assessment, make_document


def read(engagement: str, folder: Path, *places: Path) -> list[FleetTarget]:
    """The fleet at NOW; the engagement begins on 2026-01-31, so that its periods 1 to 3 are over."""
    (folder / "engagement.yaml").write_text(engagement, "utf-8")
    expected = list_expected([load_engagement(folder / "engagement.yaml")])
    with ExitStack() as stack:
        histories = [stack.enter_context(History.open(str(place))) for place in places]
        return list(read_fleet_targets(histories, expected, NOW, 60.0))


def test_a_target_that_was_never_assessed_is_owed_from_the_beginning(tmp_path: Path) -> None:
    (found,) = read(MINIMAL, tmp_path, tmp_path / "h.db")
    assert (found.customer, found.target, found.kept) == ("Acme", "orders", None)
    assert found.agreed is not None
    assert [period.number for period in found.agreed.overdue] == [1, 2, 3]
    assert found.agreed.is_due and found.agreed.subscribed_until == date(2028, 1, 31)


def test_what_was_assessed_is_not_owed(tmp_path: Path) -> None:
    for quarter in range(4):
        as_of = NOW - QUARTER * quarter
        add_assessment(tmp_path / "h.db", f"a{quarter}", "Acme", "orders", as_of, make_document("orders", [], None))
    (found,) = read(MINIMAL, tmp_path, tmp_path / "h.db")
    assert found.agreed is not None and found.kept is not None
    assert (found.agreed.overdue, found.agreed.is_due) == ((), False)


def test_a_target_without_an_engagement_stays(tmp_path: Path) -> None:
    add_assessment(tmp_path / "h.db", "a1", "Bravo", "stock", NOW, make_document("stock", [], None))
    bravo, acme = read(MINIMAL, tmp_path, tmp_path / "h.db")
    assert (bravo.customer, bravo.agreed, acme.customer) == ("Bravo", None, "Acme")


def test_assessments_in_two_histories_are_one_target(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    old, new = make_document("orders", [], None, low=11.0), make_document("orders", [], None, low=22.0)
    add_assessment(one, "a2", "Acme", "orders", NOW, new)
    add_assessment(one, "a1", "Acme", "orders", NOW - QUARTER * 2, old)
    add_assessment(other, "b1", "Acme", "orders", NOW - QUARTER, old)
    for places in ((one, other), (other, one)):
        (found,) = read(MINIMAL, tmp_path, *places)
        assert found.kept is not None and found.kept.latest is not None
        assert [past.id for past in found.kept.assessments] == ["a1", "b1", "a2"]
        assert found.kept.latest.low == 22.0


def test_an_authorization_that_is_none_is_told(tmp_path: Path) -> None:
    (without,) = read(MINIMAL, tmp_path, tmp_path / "h.db")
    (unsigned,) = read(MINIMAL + AUTHORIZATION, tmp_path, tmp_path / "h.db")
    assert without.agreed is not None and unsigned.agreed is not None
    assert (without.agreed.until, unsigned.agreed.until) == (None, None)
    assert "names no signed authorization" in render_text(without.agreed.problem, "en")
    assert "authorization.yaml" in render_text(unsigned.agreed.problem, "en")


def test_a_subscription_of_no_whole_years_owes_nothing_and_says_why(tmp_path: Path) -> None:
    (found,) = read(MINIMAL.replace("months: 24", "months: 7"), tmp_path, tmp_path / "h.db")
    assert found.agreed is not None
    assert (found.agreed.overdue, found.agreed.is_due) == ((), False)
    assert "12, 24, 36" in render_text(found.agreed.state, "en")
