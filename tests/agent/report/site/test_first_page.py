"""The first page: worst first, nothing hidden by an average, and what is owed, ends and runs out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from agent.model.assessment import Period
from agent.model.fleet import Agreed, FleetFinding, FleetTarget, KeptAssessment, KeptTarget, LatestDocument, RunOut
from agent.model.terms import Text
from agent.report.site.first_page import FirstPage, build_first_page, draw_path, format_change
from agent.report.site.target_line import build_line
from agent.report.words import Words
from tests.agent.report.site.fleets import NOW, QUARTER


def assess(number: int, score: float | None, findings: tuple[FleetFinding, ...] = ()) -> KeptAssessment:
    """The assessment so many quarters ago."""
    return KeptAssessment(
        id=f"a{number}", as_of=NOW - QUARTER * number, period_number=1, period_to=None, score=score,
        band=None if score is None else "good" if score >= 75 else "danger", coverage_pct=90.0, agent_version="0.1.0",
        place=None, is_complete=True, unwritten=(), findings=findings,
    )  # fmt: skip


def make(
    customer: str, target: str, *scores: float | None, agreed: Agreed | None = None, findings: str = "", **latest: Any
) -> FleetTarget:
    """A target with these scores, oldest first; ``findings`` are the first letters of severities."""
    words = {"c": "critical", "h": "high", "m": "medium", "M": "critical"}
    told = tuple(
        FleetFinding(f"f{place}", f"CHK{ord(letter):03}", "z", words[letter], "muted" if letter == "M" else "finding")
        for place, letter in enumerate(findings)
    )
    past = [assess(len(scores) - 1 - place, score) for place, score in enumerate(scores)]
    if past:
        past[-1] = assess(0, scores[-1], told)
    values: dict[str, Any] = {
        "timezone": "UTC", "version": "4.2.5", "low": 10.0, "provisional": False, "until": None,
        "titles": {"CHK099": {"en": "Bad", "zh-CN": "坏"}}, "names": {}, "carried": (), "run_outs": (), **latest,
    }  # fmt: skip
    kept = KeptTarget(customer=customer, target=target, assessments=tuple(past), latest=LatestDocument(**values))
    return FleetTarget(customer=customer, target=target, kept=kept if past else None, agreed=agreed, files={})


def agree(*overdue: int, until_days: int = 400, **more: Any) -> Agreed:
    periods = tuple(Period(n, date(2026, 1, 31), date(2026, 4, 30)) for n in overdue)
    values: dict[str, Any] = {
        "subscribed_until": NOW.date() + timedelta(days=until_days), "overdue": periods, "is_due": False,
        "state": Text("state"), "until": NOW + timedelta(days=400), "problem": None, **more,
    }  # fmt: skip
    return Agreed(**values)


def build(*targets: FleetTarget, has_agreed: bool = True) -> FirstPage:
    return build_first_page([build_line(found) for found in targets], NOW, Words("en"), has_agreed=has_agreed)


def listed(page: FirstPage) -> list[tuple[str, str]]:
    return [(group.customer, row.target) for group in page.groups for row in group.rows]


def test_customers_stand_by_their_worst_tenant_not_by_an_average() -> None:
    page = build(
        make("Fine", "a", 70.0), make("Mixed", "good", 99.0), make("Mixed", "bad", 20.0), make("Fine", "b", 72.0)
    )
    assert listed(page) == [("Mixed", "bad"), ("Mixed", "good"), ("Fine", "a"), ("Fine", "b")]


def test_a_tenant_without_a_grade_stands_where_the_worst_that_is_possible_puts_it() -> None:
    page = build(make("A", "known", 30.0), make("B", "blind", None, low=5.0), make("C", "dim", None, low=50.0))
    assert [target for _, target in listed(page)] == ["blind", "known", "dim"]
    assert page.groups[0].rows[0].score == "No grade"


def test_what_was_never_assessed_is_listed_and_counted() -> None:
    page = build(make("A", "a", 99.0), make("B", "never", agreed=agree(1)))
    assert listed(page)[-1] == ("B", "never")
    assert {tally.label: tally.count for tally in page.bands}["Never assessed"] == "1"
    assert page.groups[-1].rows[0].marks == "overdue never"
    assert page.groups[-1].rows[0].critical == "–"


def test_grave_findings_are_counted_with_their_tenants() -> None:
    page = build(make("A", "a", 20.0, findings="cch"), make("B", "b", 30.0, findings="c"), make("C", "c", 90.0))
    assert [(tally.count, tally.label) for tally in page.severities] == [
        ("3", "Critical, tenants: 2"),
        ("1", "High, tenants: 1"),
    ]


def test_a_muted_critical_finding_counts() -> None:
    (group,) = build(make("A", "a", 20.0, findings="M")).groups
    assert group.rows[0].critical == "1"


def test_carried_findings_count_and_are_marked() -> None:
    carried = (
        FleetFinding("x", "CHK099", "z", "critical", "carried"),
        FleetFinding("f0", "CHK104", "z", "high", "carried"),
    )
    (group,) = build(make("A", "a", 20.0, findings="h", carried=carried)).groups
    assert (group.rows[0].critical, group.rows[0].high, group.rows[0].marks) == ("1", "1", "carried")


def test_frequent_findings_come_with_the_number_of_tenants_and_can_be_chosen() -> None:
    page = build(
        make("A", "a", 20.0, findings="cc"), make("B", "b", 30.0, findings="ch"), make("C", "c", 90.0, findings="m")
    )
    assert [(row.code, row.tenants, row.severity) for row in page.frequent] == [
        ("CHK099", "2", "critical"),
        ("CHK104", "1", "high"),
        ("CHK109", "1", "medium"),
    ]
    assert page.frequent[0].title == "Bad"
    chosen = {row.target for group in page.groups for row in group.rows if "0" in row.numbers.split()}
    assert chosen == {"a", "b"}


def test_what_runs_out_first_comes_first() -> None:
    def out(days: int, code: str = "CHK099") -> RunOut:
        return RunOut(day=NOW.date() + timedelta(days=days), code=code, resource="tenant", names={}, by={})

    page = build(make("A", "a", 50.0, run_outs=(out(9),)), make("B", "b", 60.0, run_outs=(out(3, ""), out(30))))
    assert [(row.day, row.target, row.what) for row in page.run_outs.rows] == [
        ("2026-12-03", "b", "data disk full: this tenant"),
        ("2026-12-09", "a", "Bad: this tenant"),
        ("2026-12-30", "b", "Bad: this tenant"),
    ]


def test_what_is_overdue_ends_or_is_no_good_is_told() -> None:
    page = build(
        make("A", "a", 50.0, agreed=agree(1, 2)),
        make("B", "b", 50.0, agreed=agree(until_days=30)),
        make("C", "c", 50.0, agreed=agree(until_days=500, until=NOW - timedelta(days=3))),
        make("D", "d", 50.0, agreed=agree(until=None, problem=Text("unsigned"))),
        make("E", "e", 50.0, agreed=agree()),
    )
    assert [(row.target, row.what) for row in page.overdue.rows] == [("a", "periods without an assessment: 1, 2")]
    assert [(row.day, row.target, row.what) for row in page.endings.rows] == [
        ("2026-11-27", "c", "Authorization ends"),
        ("2026-11-30", "d", "unsigned"),
        ("2026-12-29", "b", "Subscription ends"),
    ]


def test_one_end_for_several_tenants_is_one_row() -> None:
    page = build(*(make("A", name, 50.0, agreed=agree(until_days=30)) for name in ("a", "b", "c")))
    assert [(row.target, row.others) for row in page.endings.rows] == [("a", "and 2 more")]


def test_without_engagement_files_the_page_says_what_it_cannot_know() -> None:
    (note,) = build(make("A", "a", 50.0), has_agreed=False).notes
    assert "history alone" in note
    (note,) = build(make("A", "a", 50.0), make("B", "b", 50.0, agreed=agree())).notes
    assert "no engagement file names: 1" in note


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    page = build(*(make(f"C{number}", "a", 50.0, agreed=agree(1)) for number in range(60)))
    assert (len(page.overdue.rows), page.overdue.more, len(listed(page))) == (40, 20, 60)


def test_a_curve_has_a_gap_where_a_score_is_missing() -> None:
    assert draw_path([]) == ""
    assert draw_path([0.0, 100.0]) == "M0 15h0L60 1"
    assert draw_path([50.0, None, 50.0]) == "M0 8h0M60 8h0"


def test_change_is_told_only_between_two_scores() -> None:
    changes = [format_change(*pair) for pair in ((50.0, None), (None, 50.0), (50.0, 50.02), (51.0, 50.0), (49.0, 50.0))]
    assert changes == [("", ""), ("", ""), ("=", ""), ("+1.0", "better"), ("−1.0", "worse")]
