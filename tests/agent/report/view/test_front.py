"""What page one tells before the numbers: headline, what to do by when, what is known of backup, what to buy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.model.terms import Deadline, Outcome
from agent.report.view.assurance import build_assurance
from agent.report.view.by_hand import build_hand_items
from agent.report.view.decisions import build_decisions
from agent.report.view.due import DUE_DAYS, find_due_day
from agent.report.view.headline import Headline, take_opening
from agent.report.view.instance import build_instance, list_top_statements
from agent.report.view.measured import format_measured
from agent.report.view.purchase import list_purchases
from agent.report.view.report import build_report
from agent.report.words import Words
from agent.support.i18n import LANGUAGES
from tests.agent.report import sample
from tests.agent.report.pages import page_one, text_of

EN, ZH = Words("en"), Words("zh-CN")
GIB = 2**30
MADE = [sample.rich, sample.healthy, sample.blind, sample.empty, sample.joined]


def headline(document: Any, language: str = "en") -> Headline:
    return build_report(document, language).front.headline


def with_worst(document: Any, severity: str) -> Any:
    """No finding is worse than this."""
    order = ["low", "medium", "high", "critical"]
    for result in document["results"]:
        for finding in result["findings"]:
            finding["severity"] = min(finding["severity"], severity, key=order.index)
    return document


def test_the_headline_says_how_grave_it_is_what_was_found_and_what_follows() -> None:
    found = headline(sample.rich())
    assert found.verdict == "Critical risks need action now: 1 critical, 2 high."
    assert found.consequence.startswith("Data disk nearly full: zone1 (93.4%). When the data disk is full,")
    assert found.outlook == "The first 3 actions take the score from 42.2 to 90.0."
    assert found.limits.endswith("does not cover them: 3.")


@pytest.mark.parametrize(
    ("severity", "start"),
    [
        ("high", "Nothing critical was found. High risks to fix within 30 days: 3."),
        ("medium", "Nothing critical or high was found. Smaller risks: 6."),
        ("low", "Nothing critical or high was found. Smaller risks: 6."),
    ],
)
def test_the_headline_goes_by_the_worst_severity(severity: str, start: str) -> None:
    found = headline(with_worst(sample.rich(), severity))
    assert found.verdict == start
    assert bool(found.consequence) is (severity == "high")


def test_no_risk_and_no_assessment_are_two_things() -> None:
    assert headline(sample.healthy()).verdict == "None of the checks that were assessed found a risk."
    assert headline(sample.blind()).verdict.startswith("Nothing could be assessed")
    assert headline(sample.blind()).limits == ""


def test_of_joined_findings_the_worst_sign_is_told() -> None:
    assert headline(sample.joined()).consequence.startswith("It reads 4,000,000 rows for each.")


def test_a_disk_that_is_full_within_a_year_is_told_with_its_day() -> None:
    document = sample.rich()
    forecast = {"kind": "data_disk", "resource": "zone1", "bytes_per_day": 1, "full_on": "2026-12-24"}
    document["figures"]["forecasts"] = [forecast]
    assert "the data disk of zone1 is full on 2026-12-24" in headline(document).outlook
    forecast["full_on"] = "2028-12-24"
    assert "full on" not in headline(document).outlook


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_object_consequence_way_owner_and_day(language: str) -> None:
    steps = build_report(sample.rich(), language).front.steps
    for step in steps:
        assert all((step.advice, step.action, step.consequence, step.effort, step.owner, step.deadline, step.due))
    assert [step.due for step in steps] == ["2026-10-10", "2026-11-02", "2027-01-01"]
    text = text_of(page_one(sample.rich(), language))
    assert all(step.due in text and step.consequence in text and step.owner in text for step in steps)


def test_due_days() -> None:
    assert set(DUE_DAYS) == set(Deadline)
    document = sample.rich()
    document["business"]["critical_periods"] = []
    assert document["as_of"].startswith("2026-10-03")
    assert find_due_day("now", ["SQL003"], document, EN) == date(2026, 10, 10)
    assert find_due_day("someday", ["SQL003"], document, EN) is None


@pytest.mark.parametrize(
    ("begins", "ends", "due"),
    [
        ("2026-11-01", "2026-11-11", date(2026, 10, 31)),
        ("2026-10-04", "2026-10-05", date(2027, 1, 1)),  # the day before is the assessment's own
        ("2026-10-05", "2026-10-05", date(2026, 10, 4)),
        ("2026-09-01", "2026-09-30", date(2027, 1, 1)),  # it is over
        ("2026-09-01", "2026-10-03", date(2027, 1, 1)),  # it ends today
        ("2027-02-01", "2027-02-02", date(2027, 1, 1)),
    ],
)
def test_capacity_is_due_before_the_next_critical_period(begins: str, ends: str, due: date) -> None:
    document = sample.rich()
    document["business"]["critical_periods"] = [{"name": "sale", "from": begins, "to": ends}]
    assert find_due_day("quarter", ["SQL003", "CAP001"], document, EN) == due
    assert find_due_day("quarter", ["SQL003"], document, EN) == date(2027, 1, 1)


def test_page_one_counts_objects_and_not_findings() -> None:
    document = sample.rich()
    action = build_report(document, "en").front.steps[0].action
    first = next(one for one in document["results"] if one["code"] == build_report(document, "en").front.steps[0].code)
    first["findings"].append({**first["findings"][0], "fingerprint": "0" * 16})
    assert build_report(document, "en").front.steps[0].action == action
    first["findings"].append({**first["findings"][0], "fingerprint": "1" * 16, "resource": "another"})
    assert build_report(document, "en").front.steps[0].action != action


def test_the_opening_of_a_text_is_whole_sentences() -> None:
    assert take_opening("One. Two. " + "X" * 300, EN) == "One. Two."
    assert take_opening("x" * 300 + ". Two.", EN) == "x" * 300 + "."
    assert take_opening("一。二。" + "三" * 120, ZH) == "一。二。"


@pytest.mark.parametrize("make", MADE)
def test_backup_and_availability_are_never_silent(make: Callable[[], Any]) -> None:
    for words in (EN, ZH):
        lines = build_assurance(make(), words)
        assert [line.key for line in lines] == ["backup", "availability"]
        assert all(line.state_label and (line.known or line.unknown) for line in lines)
        assert all(line.state != "well" or not line.unknown for line in lines)


@pytest.mark.parametrize("embedded", [True, False])
def test_the_chapter_of_availability_says_what_page_one_says(embedded: bool) -> None:
    document = sample.rich()
    document["target"]["embedded"] = embedded
    for result in document["results"]:
        if result["category"] == "availability":
            result["outcome"], result["findings"] = Outcome.PASS, []
    report = build_report(document, "en")
    chapter = next(chapter for chapter in report.chapters if chapter.key == "availability")
    (line,) = (line for line in report.front.assurance if line.key == "availability")
    assert ("runs on a single node" in chapter.note) is ("runs on a single node" in line.known) is embedded


def test_the_state_of_backup_follows_from_its_checks() -> None:
    document = sample.rich()
    backup = next(result for result in document["results"] if result["category"] == "backup")
    assert build_assurance(document, EN)[0].state == "unknown"
    assert "No recent backup" in build_assurance(document, EN)[0].unknown
    backup["outcome"] = Outcome.PASS
    assert build_assurance(document, EN)[0].state == "well"
    assert build_assurance(document, EN)[0].known == "1 check passed."
    document["results"].append({**backup, "code": "BAK099", "outcome": Outcome.NOT_ASSESSED})
    assert build_assurance(document, EN)[0].state == "partly"
    document["results"].append({**backup, "code": "BAK098", "outcome": Outcome.FINDING})
    assert build_assurance(document, EN)[0].state == "risk"
    assert build_assurance(document, EN)[0].known.startswith("Found: No recent backup.")
    for result in document["results"]:
        if result["category"] == "backup":
            result["outcome"] = Outcome.NOT_APPLICABLE
    assert build_assurance(document, EN)[0].unknown.startswith("No check of this kind applies")


def with_disk(used_gib: float, size_gib: float | None, growth: float | None = None, per_day: int | None = None) -> Any:
    document = sample.rich()
    gauge = {"kind": "data_disk", "resource": "zone1", "used_bytes": int(used_gib * GIB), "size_bytes": None}
    document["figures"]["capacity"] = [{**gauge, "size_bytes": size_gib and int(size_gib * GIB)}]
    document["business"]["growth_pct_per_year"] = growth
    known = {"kind": "data_disk", "resource": "zone1", "bytes_per_day": per_day, "full_on": None}
    document["figures"]["forecasts"] = [known] if per_day is not None else []
    for result in document["results"]:
        for finding in result["findings"]:
            finding["purchase"] = None
    return document


def test_the_size_to_buy_is_computed_from_demand_growth_and_limit() -> None:
    (told,) = list_purchases(with_disk(80, 100, growth=40.0), EN)
    assert told.codes == ("CAP001",)
    assert told.text == (  # (80 + 32) / 0.7 = 160
        "Approve 160 GiB of data disk for zone1 instead of 100 GiB: (80 GiB in use + 32 GiB growth in a year) ÷ 70%."
    )
    (measured,) = list_purchases(with_disk(60, 100, growth=40.0, per_day=GIB // 10), EN)
    assert "138 GiB" in measured.text and "36.5 GiB growth" in measured.text  # (60 + 36.5) / 0.7 = 137.9
    (now,) = list_purchases(with_disk(84, 100), EN)
    assert "120 GiB" in now.text and "no growth is known" in now.text


def test_what_findings_compute_goes_before_and_the_largest_of_each_kind_counts() -> None:
    document = with_disk(80, 100, growth=40.0)
    disk = next(result for result in document["results"] if result["code"] == "CAP001")["findings"][0]
    formula = {"en": "80 GiB ÷ 70%", "zh-CN": "80 GiB ÷ 70%"}
    disk["purchase"] = {"what": "data_disk", "present": 1, "needed": 150 * GIB, "unit": "bytes", "formula": formula}
    (told,) = list_purchases(document, EN)
    assert told.text == "Approve data disk for zone1: 150 GiB instead of 1 B, 80 GiB ÷ 70%."
    disk["purchase"]["what"] = "memory"
    assert len(list(list_purchases(document, ZH))) == 2
    disk["purchase"]["what"] = "connections"  # set, not bought
    assert len(list(list_purchases(document, EN))) == 1


def test_the_parts_of_a_specification_are_one_decision() -> None:
    document = with_disk(10, 100)
    formula = {"en": "F", "zh-CN": "F"}
    sizes = {"cores": (1, 9, "count"), "memory": (GIB, 5 * GIB, "bytes"), "log_disk": (2 * GIB, 15 * GIB, "bytes")}
    found = [finding for result in document["results"] for finding in result["findings"] if not finding["muted"]]
    for finding, (what, (present, needed, unit)) in zip(found, sizes.items(), strict=False):
        finding["purchase"] = {"what": what, "present": present, "needed": needed, "unit": unit, "formula": formula}
    (told,) = list_purchases(document, EN)
    assert "no less than 9 CPU cores, 5 GiB memory, 15 GiB log disk (now 1, 1 GiB, 2 GiB)" in told.text
    assert len(told.codes) >= 2
    (told,) = list_purchases(document, ZH)
    assert "不低于 CPU 核数 9、内存 5 GiB、日志盘 15 GiB 的最小一档（当前依次为 1、1 GiB、2 GiB）" in told.text


@pytest.mark.parametrize(("day", "words"), [("2026-10-13", "in about 10 days"), ("2026-10-01", "as of now")])
def test_the_day_on_which_something_runs_out_is_in_the_headline(day: str, words: str) -> None:
    document = sample.rich()
    disk = next(result for result in document["results"] if result["code"] == "CAP001")["findings"][0]
    disk["exhausted_on"] = day
    assert words in headline(document).consequence


@pytest.mark.parametrize(
    "document", [with_disk(30, 100, growth=40.0), with_disk(84, None), with_disk(40, 100, per_day=-GIB)]
)
def test_what_suffices_or_is_not_known_is_no_purchase(document: Any) -> None:
    assert list(list_purchases(document, EN)) == []


def test_without_the_rule_there_is_no_limit_to_compute_with() -> None:
    document = with_disk(90, 100)
    document["results"] = [result for result in document["results"] if result["code"] != "CAP001"]
    assert list(list_purchases(document, EN)) == []


def test_page_one_holds_no_list_of_codes_and_the_scope_has_all() -> None:
    document = sample.rich()
    report, text = build_report(document, "en"), text_of(page_one(document))
    decided = dict(report.scope)
    for number, decision in enumerate(build_decisions(document, EN), start=1):
        assert decision.text in text and ", ".join(decision.all_codes) not in text.split(decision.text)[1][:40]
        assert decided[f"Checks behind decision {number}"] == ", ".join(decision.all_codes)


@pytest.mark.parametrize("make", MADE)
def test_the_form_has_every_item_and_says_what_is_known(make: Callable[[], Any]) -> None:
    for words in (EN, ZH):
        items = build_hand_items(make(), words)
        assert len(items) == 6 and all((i.subject and i.question and i.where and i.known) for i in items)


def test_the_form_tells_what_the_checks_on_it_found() -> None:
    document = sample.rich()
    backup = next(result for result in document["results"] if result["category"] == "backup")
    backup["name"] = "backup.no_recent_backup"
    assert build_hand_items(document, EN)[0].known == "No recent backup: Not known"
    backup |= {"outcome": Outcome.PASS, "attested": True}
    assert build_hand_items(document, EN)[0].known == "No recent backup: Stated by the customer"
    assert build_hand_items(document, EN)[5].known == "Nothing is known of it by this assessment."


def test_what_passed_is_told_with_its_value_and_never_across_its_limit() -> None:
    document = sample.rich()
    result = next(r for r in document["results"] if r["code"] == "CAP001")
    result["measured"] = {"resource": "zone1", "names": {}, "value": 69.9999, "count": 3}
    assert format_measured(result, EN) == "69.9999% at zone1, of 3 the nearest to its limit"
    result["measured"]["count"] = 1
    assert format_measured(result, EN) == "69.9999% (zone1)"
    result["measured"] = None
    assert format_measured(result, EN) == ""


def test_a_bare_number_of_a_setting_says_what_was_expected() -> None:
    document = sample.rich()
    result = next(r for r in document["results"] if r["code"] == "CAP001")
    result["unit"], result["ladder"] = "text", {"severity": "low", "expected": "0ms / ≥ 1s"}
    result["measured"] = {"resource": "tenant", "names": {}, "value": "0", "count": 1}
    assert format_measured(result, EN) == "0, as expected: 0 or at least 1 s"
    result["measured"]["value"] = "10"
    assert format_measured(result, EN) != "10"


def test_the_overview_says_unknown_for_what_was_not_read() -> None:
    document = sample.rich()
    shown = dict(build_instance(document, EN).facts)
    assert shown["Statements per second"] == "12.5 by the SQL audit of 10 min, without ours"
    assert shown["Sessions at the assessment"] == "57"
    assert shown["Parameters not at default"] == "1"
    document["instance"] |= {"sessions": None, "statements_per_s": None, "setting_count": None, "settings": []}
    bare = build_instance(document, EN)
    shown = dict(bare.facts)
    assert {shown["Statements per second"], shown["Sessions at the assessment"]} == {"not read"}
    assert shown["Parameters not at default"] == "not read" and not bare.settings_known


def test_a_single_node_has_one_replica_though_no_view_shows_it() -> None:
    document = sample.rich()
    document["instance"]["replicas"] = []
    for unit in document["instance"]["units"]:
        unit["zone"] = "tenant"
    assert {(row.zone, row.replicas) for row in build_instance(document, EN).units} == {("not shown", "unknown")}
    document["target"]["embedded"] = True
    assert {(row.zone, row.replicas) for row in build_instance(document, EN).units} == {("single node", "1")}


def test_the_dearest_statements_have_text_database_user_and_times() -> None:
    document = sample.rich()
    first, second, *_ = list_top_statements(document, EN)
    assert (first.text, first.database, first.executions, first.average) == (
        "SELECT * FROM orders WHERE customer_id = ? AND state = ?",
        "shop",
        "1,000",
        "90 ms",
    )
    assert not second.has_text and second.text.startswith("Text no longer")
    document["authorization"]["data_classes"] = ["statistics"]
    assert list_top_statements(document, EN)[1].text == "Text not granted by the authorization."
