"""What the report tells beyond single findings: roadmap, decisions, points, the bridge, chapters, what is at stake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.archive.upgrade import upgrade_document
from agent.report.view import chapters, decisions, impact, points, roadmap
from agent.report.view.cover import build_cover, build_glossary, build_scope
from agent.report.view.report import build_report
from agent.report.words import Words
from agent.support.i18n import LANGUAGES
from tests.agent.report import sample

EN, ZH = Words("en"), Words("zh-CN")
EMPTY: Any = {"peak_qps": None, "concurrency": None, "growth_pct_per_year": None, "critical_periods": []}
DOCUMENTS = [sample.rich, sample.healthy, sample.blind, sample.empty]


def old(document: Any) -> Any:
    """As an agent wrote it that knew nothing of all this."""
    for name in ("roadmap", "figures", "business", "statements", "sql", "colophon"):
        del document[name]
    if document["comparison"]:
        del document["comparison"]["bridge"], document["comparison"]["categories_was"]
    return upgrade_document(document)


@pytest.mark.parametrize("make", DOCUMENTS)
def test_documents_of_older_agents_can_still_be_shown(make: Callable[[], Any]) -> None:
    report = build_report(old(make()), "en")
    assert (report.roadmap, report.bridge) == ((), None)
    assert not any(line.id for line in report.sources)
    assert report.cover.prepared_by == ""


def test_the_roadmap_has_each_unit_once_by_deadline() -> None:
    document = sample.rich()
    found = roadmap.build_stages(document, EN)
    assert [stage.label for stage in found] == ["Now", "Within 30 days", "Within 90 days"]
    units = [unit for stage in found for unit in stage.units]
    assert [unit.number for unit in units] == list(range(1, len(document["roadmap"]) + 1))
    assert [list(unit.codes) for unit in units] == [unit["codes"] for unit in document["roadmap"]]
    assert [unit.score_after for unit in units] == [f"{unit['score_after']:.1f}" for unit in document["roadmap"]]
    assert [stage.score_after for stage in found] == [stage.units[-1].score_after for stage in found]
    assert units[0].codes == ("CAP001", "CAP002")
    assert (units[0].effort_label, units[0].severity) == ("In a change window", "critical")


def test_settings_set_together_are_named_by_their_number() -> None:
    document = sample.rich()
    extra = next(result for result in document["results"] if result["code"] == "PAR004")
    document["results"].append({**extra, "code": "PAR005"})
    unit = next(unit for unit in document["roadmap"] if unit["codes"] == ["PAR004"])
    unit["codes"].append("PAR005")
    titles = [unit.title for stage in roadmap.build_stages(document, ZH) for unit in stage.units]
    assert "调整 2 个配置项与变量" in titles


def test_decisions_are_the_customers_and_name_their_checks() -> None:
    found = decisions.build_decisions(sample.rich(), EN)
    assert 4 <= len(found) <= 6
    assert found[0].codes == ("CAP001", "CAP002")
    assert any("change window" in decision.text and "SQL003" in decision.codes for decision in found)
    assert any("data disk for" in decision.text and decision.codes == ("CAP001",) for decision in found)
    assert any("lack" in decision.text and "BAK001" in decision.codes for decision in found)
    assert any("exemptions" in decision.text and decision.codes == ("SEC002",) for decision in found)


def test_a_decision_counts_the_checks_that_it_does_not_name() -> None:
    document = sample.blind()
    first = document["results"][0]
    document["results"] = [{**first, "code": f"BAK{number:03}"} for number in range(9)]
    (english,), (chinese,) = decisions.build_decisions(document, EN), decisions.build_decisions(document, ZH)
    assert len(english.codes) == decisions.CODES_SHOWN and "9 checks" in english.text
    assert english.more == "and 3 more under “Not assessed”"
    assert chinese.more == "等，另有 3 项见“未评测项”"
    document["results"] = document["results"][: decisions.CODES_SHOWN]
    assert decisions.build_decisions(document, EN)[0].more == ""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("lost", "the connection broke"),
        ("busy", "off-peak hours"),
        ("budget", "larger load budget"),
        ("timeout", "off-peak hours"),
    ],
)
def test_what_a_broken_connection_left_unread_is_no_grant(kind: str, words: str) -> None:
    """Neither the check whose source it was, nor another that waits for the same."""
    document = sample.blind()
    first = document["results"][0]
    said = dict.fromkeys(("en", "zh-CN"), "Memstore was not read.")
    again = dict.fromkeys(("en", "zh-CN"), "Assess again.")
    granted = dict.fromkeys(("en", "zh-CN"), "GRANT SELECT ON x TO y;")
    document["sources"] = [
        {
            "source": "Memstore",
            "view": "V",
            "status": kind,
            "rows": 0,
            "duration_ms": 0,
            "truncated": False,
            "reason": said,
        }
    ]
    document["results"] = [
        {**first, "code": "CAP001", "reason": said, "unlock": again},
        {**first, "code": "CAP002", "reason": granted, "unlock": again},
        {**first, "code": "CAP003", "reason": granted, "unlock": granted},
    ]
    told, asked = decisions.build_decisions(document, EN)
    assert words in told.text and "2 checks" in told.text and told.codes == ("CAP001", "CAP002")
    assert "One check lacks evidence" in asked.text and asked.codes == ("CAP003",)
    document["results"] = document["results"][:2]
    assert len(decisions.build_decisions(document, EN)) == 1
    assert decisions.build_decisions(document, ZH)[0].text != decisions.build_decisions(document, EN)[0].text


def test_nothing_to_decide_is_no_decision() -> None:
    assert decisions.build_decisions(sample.healthy(), EN) == ()
    assert len(decisions.build_decisions(sample.blind(), EN)) == 1


@pytest.mark.parametrize("make", DOCUMENTS)
def test_points_lost_add_up(make: Callable[[], Any]) -> None:
    document = make()
    lost = points.list_losses(document, EN)
    assert round(sum(float(loss.points) for loss in lost), 1) == round(100 - document["score"]["value"], 1)
    assert [loss.value for loss in lost] == sorted((loss.value for loss in lost), reverse=True)


def test_what_is_carried_says_so() -> None:
    assert [loss.code for loss in points.list_losses(sample.rich(), EN) if loss.carried] == ["TRX001"]


def test_the_bridge_leads_from_the_last_score_to_this_one() -> None:
    document = sample.rich()
    bridge = points.build_score_change(document, EN)
    assert bridge
    printed = [float(step.points.replace("\N{MINUS SIGN}", "-")) for step in bridge.steps]
    assert round(float(bridge.was) + sum(printed), 1) == float(bridge.now) == document["score"]["value"]
    assert points.build_score_change(sample.healthy(), EN) is None


@pytest.mark.parametrize("make", DOCUMENTS)
def test_every_card_is_in_one_place_only(make: Callable[[], Any]) -> None:
    report = build_report(make(), "en")
    in_chapters = [card.code for chapter in report.chapters for card in chapter.cards]
    assert sorted([card.code for card in report.top] + in_chapters) == sorted(card.code for card in report.cards)
    linked = [card.code for chapter in report.chapters for card in chapter.top]
    assert sorted(linked) == sorted(card.code for card in report.top)


def test_more_than_ten_risks_go_on_in_their_chapters() -> None:
    document = sample.rich()
    extra = next(result for result in document["results"] if result["code"] == "SCH002")
    document["results"] += [{**extra, "code": f"SCH1{number:02}"} for number in range(9)]
    report = build_report(document, "en")
    assert len(report.top) == chapters.TOP
    schema = next(chapter for chapter in report.chapters if chapter.key == "schema")
    assert len(schema.cards) == len(report.cards) - chapters.TOP > 0


def test_chapters_count_what_was_asked() -> None:
    report = build_report(sample.rich(), "en")
    counts = {chapter.key: (chapter.passed, chapter.not_assessed, chapter.muted) for chapter in report.chapters}
    assert counts["security"] == (1, 0, 1)
    assert counts["backup"] == (0, 1, 0)
    assert "availability" not in counts  # its only check does not apply
    backup = next(chapter for chapter in report.chapters if chapter.key == "backup")
    assert (backup.points_lost, backup.coverage, backup.note) == ("", "0%", "Nothing here could be assessed.")


@pytest.mark.parametrize(
    ("outcomes", "kind", "said"),
    [
        (("pass", "not_assessed"), "user", "those that were assessed found nothing"),
        (("pass", "finding"), "user", "listed in the annex"),
        (("not_assessed",), "user", "Nothing here could be assessed."),
        (("pass",), "sys", "Nothing here that takes points could be assessed."),
    ],
)
def test_what_is_the_platforms_is_not_called_not_assessed(outcomes: tuple[str, ...], kind: str, said: str) -> None:
    document = sample.rich()
    document["target"]["kind"] = kind
    one = next(result for result in document["results"] if result["code"] == "CAP007")
    document["results"] += [
        {**one, "code": f"COM{number:03}", "category": "compaction", "outcome": outcome}
        for number, outcome in enumerate(outcomes)
    ]
    report = build_report(document, "en")
    chapter = next(chapter for chapter in report.chapters if chapter.key == "compaction")
    assert said in chapter.note and chapter.passed == outcomes.count("pass")
    assert chapter.coverage == ("–" if kind == "user" else "0%")
    bar = next(bar for bar in report.front.bars if bar.label == "Compaction")
    assert bar.note == ("the platform's, no points" if kind == "user" else "not assessed")


def said(severity: str, business: Any | None, category: str = "schema", **changes: Any) -> str:
    document: Any = {**sample.rich(), "business": business or EMPTY}
    result: Any = next(result for result in document["results"] if result["code"] == "CAP002")
    result["category"] = category
    result["findings"][0] |= changes
    return impact.describe_impact(result, severity, document, EN)


def test_what_is_at_stake_is_the_checks_own_with_the_customers_object_and_figures() -> None:
    document = sample.rich()
    for result in document["results"]:
        if result["findings"]:
            told = impact.describe_impact(result, "low", document, EN)
            assert told.startswith(result["texts"]["en"]["rationale"])
            assert EN.resource(result["findings"][0]) in told


def test_the_object_comes_with_its_value_and_its_limit_in_a_sentence() -> None:
    assert said("low", None, resource="zone1", value=91.5, limit=90.0, unit="pct").endswith(
        "For zone1, 91.5% was measured (limit ≤ 90%)."
    )
    assert said("low", None, resource="tenant", value=91.5, limit=90.0, unit="pct").endswith(
        "For this tenant, 91.5% was measured (limit ≤ 90%)."
    )
    assert said("low", None, resource="t", value=7, limit=5, unit="count").endswith("This concerns t.")
    assert said("low", None, resource="t", value="x" * 99, limit=None).endswith("This concerns t.")


def test_a_setting_comes_with_what_is_expected_in_words() -> None:
    document: Any = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "PAR004")
    result["findings"][0]["evidence"] = {"setting": "recyclebin"}
    told = {language: impact.describe_impact(result, "low", document, Words(language)) for language in LANGUAGES}
    assert told["en"].endswith("Here, recyclebin is OFF, and ON is expected.")
    assert told["zh-CN"].endswith("当前 recyclebin 为 OFF，应为 ON。")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [sample.rich, sample.joined, sample.blind, sample.empty])
def test_no_reason_ends_in_a_list_of_figures(make: Any, language: str) -> None:
    document = make()
    for result in document["results"]:
        if result["findings"]:
            told = impact.describe_impact(result, "high", document, Words(language))
            assert "Here:" not in told and "当前：" not in told and told.endswith((".", "。"))


def test_what_is_at_stake_for_this_business() -> None:
    told = sample.rich()["business"]
    assert "Singles' Day begins in 29 days, on 2026-11-01." in said("critical", told)
    assert "peaks at 800 statements per second and grows by 60" in said("high", told)
    assert said("medium", told) == said("critical", None)
    assert said("low", told, "capacity") == said("critical", told, "capacity") == said("critical", told)


def test_a_critical_period_that_runs_or_is_over() -> None:
    period = {"name": "Sale", "from": "2026-10-01", "to": "2026-10-03"}
    told = {"peak_qps": None, "growth_pct_per_year": None, "critical_periods": [period]}
    assert "Sale runs until 2026-10-03." in said("high", told)
    assert "Sale" not in said("high", {**told, "critical_periods": [{**period, "to": "2026-10-02"}]})


def test_cover_and_scope_leave_out_what_nobody_said() -> None:
    document = sample.rich()
    facts = dict(build_cover(document, "No. 2", EN).facts)
    assert facts["Prepared by"] == "Chen Jing"
    assert date.fromisoformat(facts["Valid until"]) == date(2027, 1, 1)
    assert (
        dict(build_scope(document, EN))["Critical periods of the business"] == "Singles' Day (2026-11-01 – 2026-11-12)"
    )
    bare = old(sample.empty())
    assert "Prepared by" not in dict(build_cover(bare, "–", EN).facts)
    assert "Period" not in dict(build_cover(bare, "–", EN).facts)
    assert dict(build_scope(bare, EN))["Checks that apply here"] == "0"


def test_the_glossary_is_in_both_languages() -> None:
    assert len(build_glossary(EN)) == len(build_glossary(ZH)) > 10
    assert all(one[1] != other[1] for one, other in zip(build_glossary(EN), build_glossary(ZH), strict=True))


def test_the_scope_says_what_may_be_read_and_by_which_authorization() -> None:
    scope = dict(build_scope(sample.rich(), EN))
    assert scope["Signed with the key"].startswith("SHA256:") and scope["Hash of the document"] == "5f" * 32
    assert scope["Data classes granted"].startswith("settings")
    unsigned = sample.rich()
    unsigned["authorization"] = None
    assert not {"Signed with the key", "Hash of the document", "Data classes granted"} & set(
        dict(build_scope(unsigned, EN))
    )
