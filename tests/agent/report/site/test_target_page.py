"""The page of one target: trend, findings through time, and each assessment with its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agent.model.fleet import FleetFinding, FleetTarget, ReportFile
from agent.report.site.target_line import build_line
from agent.report.site.target_page import TargetPage, build_target_page
from agent.report.words import Words
from tests.agent.report.site.fleets import NOW
from tests.agent.report.site.test_first_page import agree, assess, make


def build(found: FleetTarget) -> TargetPage:
    return build_target_page(found, build_line(found), NOW, Words("en"))


def seen(severity: str, fingerprint: str = "f", outcome: str = "finding") -> FleetFinding:
    return FleetFinding(fingerprint, "CHK099", f"on {fingerprint}", severity, outcome)


def through_time(*quarters: tuple[FleetFinding, ...]) -> TargetPage:
    """Assessments with these findings, oldest first."""
    made = make("A", "a", *(50.0 for _ in quarters))
    assert made.kept is not None
    past = tuple(assess(len(quarters) - 1 - place, 50.0, told) for place, told in enumerate(quarters))
    return build(replace(made, kept=replace(made.kept, assessments=past)))


def test_a_finding_is_followed_through_the_assessments() -> None:
    page = through_time((seen("medium"),), (), (seen("high"), seen("low", "g")), (seen("critical"),))
    assert [(row.resource, row.is_open, [sight.key for sight in row.sights]) for row in page.findings] == [
        ("on f", True, ["medium", "", "high", "critical"]),
        ("on g", False, ["", "", "low", ""]),
    ]
    assert page.findings[0].title == "Bad"


def test_muted_findings_are_named_as_muted() -> None:
    page = through_time((seen("high", outcome="muted"),))
    assert page.findings[0].sights[0].label == "High, muted"
    assert page.assessments[0].counts == ("0", "0", "0", "0")


def test_only_the_last_eight_assessments_have_columns() -> None:
    page = through_time(*((seen("low"),) for _ in range(10)))
    assert (len(page.days), len(page.findings[0].sights), len(page.assessments)) == (8, 8, 10)


def test_the_trend_has_no_line_over_a_missing_score() -> None:
    page = build(make("A", "a", 0.0, 100.0, None, 50.0))
    assert [(point.y, point.shown) for point in page.points] == [(118.0, "0"), (18.0, "100"), (68.0, "50")]
    assert len(page.segments) == 1


def test_assessments_stand_newest_first_with_their_change_and_files() -> None:
    found = make("A", "a", 40.0, 50.0)
    files = (ReportFile(Path("/srv/report.html"), "ab" * 32), ReportFile(Path("/srv/old.pdf"), None))
    page = build(replace(found, files={"a0": files}))
    assert [(row.id, row.change) for row in page.assessments] == [("a0", "+10.0"), ("a1", "")]
    assert [(file.name, file.sha256) for file in page.assessments[0].files] == [
        ("report.html", "ab" * 32),
        ("old.pdf", ""),
    ]


def test_a_target_without_an_assessment_has_a_page() -> None:
    page = build(make("A", "a", agreed=agree(1)))
    assert (page.score, page.assessments, page.points, page.findings) == ("Never assessed", (), (), ())
    assert any("Periods that ended without" in note for note in page.notes)


def test_a_damaged_newest_document_is_told() -> None:
    found = make("A", "a", 50.0)
    assert found.kept is not None
    page = build(replace(found, kept=replace(found.kept, latest=None)))
    assert any("damaged" in note for note in page.notes)
