"""Page one says what the document says, number for number."""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

import pytest

from agent.archive.upgrade import upgrade_document
from agent.model.labels import CATEGORIES
from agent.model.terms import Unit
from agent.report.view.report import build_report
from agent.support.i18n import format_value
from tests.agent.report import sample
from tests.agent.report.pages import page, page_one, text_of

DOCUMENTS = {"rich": sample.rich(), "healthy": sample.healthy(), "blind": sample.blind(), "empty": sample.empty()}
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def test_score_range_and_coverage() -> None:
    score, text = DOCUMENTS["rich"]["score"], text_of(page_one(DOCUMENTS["rich"]))
    assert f"Health score {score['value']:.1f} / 100" in text
    assert f"Range {score['low']:.1f}–{score['high']:.1f}" in text
    assert f"Coverage {score['coverage_pct']:g}%" in text
    assert "Grade Poor Provisional" in text


def test_points_lost_per_category_add_up() -> None:
    document = DOCUMENTS["rich"]
    text = text_of(page_one(document))
    bars = text[text.index("Points lost by category") : text.index("Checks with findings")]
    shown = 0.0
    for name, category in document["score"]["categories"].items():
        if category["points_lost"] is None:
            assert re.search(f"{CATEGORIES[name]} (not assessed|no check applies) –", bars)
        else:
            assert f"{CATEGORIES[name]} {category['points_lost']:.1f}" in bars
            shown += category["points_lost"]
    assert round(shown, 1) == round(100 - document["score"]["value"], 1)


def test_the_first_units_of_the_roadmap_come_first_and_none_is_the_platforms() -> None:
    document = DOCUMENTS["rich"]
    first = document["roadmap"][:3]
    text = text_of(page_one(document))
    steps = text[text.index("Three things to do first") : text.index("+ is what each action adds")]
    assert f"score then {first[-1]['score_after']:.1f}" in steps
    assert re.findall(r"\+(\d+\.\d)", steps) == [f"{unit['gain']:.1f}" for unit in first]
    titles = {result["code"]: result["texts"]["en"]["title"] for result in document["results"]}
    places = [steps.index(titles[unit["codes"][0]]) for unit in first]
    assert places == sorted(places)
    assert "CAP007" not in steps


def test_the_advice_of_a_step_is_whole_sentences() -> None:
    document = sample.rich()
    disk = next(result for result in document["results"] if result["code"] == "CAP001")
    sentences = [
        "Archive what nobody reads (see v4.2. of the guide).",
        "Or buy space, e.g. twice as much, in time.",
        "X" * 200 + ".",
    ]
    disk["texts"]["en"]["advice"] = " ".join(sentences)
    disk["texts"]["zh-CN"]["advice"] = "归档历史表。" + "扩" * 100 + "。" + "容" * 20 + "。"
    steps = [build_report(document, language).front.steps[0].advice for language in ("en", "zh-CN")]
    assert steps == [" ".join(sentences[:2]), "归档历史表。" + "扩" * 100 + "。"]
    disk["texts"]["en"]["advice"] = "y" * 400 + ". Then more."
    assert build_report(document, "en").front.steps[0].advice == "y" * 400 + "."


def test_scores_that_cannot_be_compared_have_no_arrow() -> None:
    document = copy.deepcopy(DOCUMENTS["rich"])
    document["comparison"]["score_delta"] = None
    since = build_report(document, "en").front.since
    assert since is not None and since.not_compared and "→" not in since.scores
    assert since.scores == f"{document['comparison']['score_was']:.1f} then, {document['score']['value']:.1f} now"


def test_a_score_to_come_is_of_the_part_that_was_assessed() -> None:
    document = copy.deepcopy(DOCUMENTS["rich"])
    for coverage_pct, is_told in ((60.0, True), (100.0, False)):
        document["score"]["coverage_pct"] = coverage_pct
        report = build_report(document, "en")
        for told in (report.front.score_after_told, *(stage.score_told for stage in report.roadmap)):
            assert ("of the part that was assessed" in told) is is_told


def test_change_since_last_time() -> None:
    document = DOCUMENTS["rich"]
    comparison, text = document["comparison"], text_of(page_one(document))
    kinds = Counter(change["kind"] for change in comparison["changes"])
    assert f"{comparison['score_was']:.1f} → {document['score']['value']:.1f} −{-comparison['score_delta']:.1f}" in text
    assert (
        f"{kinds['new']} New {kinds['worsened']} Worsened {kinds['improved']} Improved "
        f"{kinds['resolved']} Resolved {kinds['not_comparable']} Not comparable"
    ) in text
    assert kinds["worsened"] == kinds["resolved"] == kinds["not_comparable"] == 1


def scope(document: Any) -> str:
    html = page(document)
    return html[html.index('id="scope"') : html.index('id="instance"')]


def test_cost_and_authorization() -> None:
    text = text_of(scope(DOCUMENTS["rich"]))
    assert "Statements 31 Database time 214.6 ms Longest statement 81.7 ms Rows read 6,123 Writes none sent" in text
    assert "Reference AUTH-2026-017 Approved by Wang Fang Valid until 2027-01-01 00:00 UTC+8" in text
    assert "Outside the service, because Trial before the renewal." in text
    first = text_of(page_one(DOCUMENTS["rich"]))
    assert not any(told in first for told in ("SHA256:", "5f5f", "AUTH-2026-017", "6,123"))


def test_an_assessment_from_before_signatures_prints() -> None:
    document = sample.rich()
    document["authorization"] = {
        key: document["authorization"][key] for key in ("reference", "approver", "until", "data_classes")
    }
    text = text_of(scope(upgrade_document(document)))
    assert "Reference AUTH-2026-017" in text and "Signed with" not in text and "Outside" not in text


def test_counts_by_severity_leave_out_the_annex_and_mutes() -> None:
    assert "1 Critical 2 High 2 Medium 1 Low" in text_of(page_one(DOCUMENTS["rich"]))
    assert "30 findings in all" in text_of(page_one(DOCUMENTS["rich"]))


def allowed_numbers(document: Any) -> set[str]:
    """Every number that page one may show, as it prints it; dates and names are taken out before."""
    score = document["score"]
    floats = [score["value"], score["low"], score["high"]]
    floats += [category["points_lost"] for category in score["categories"].values()]
    floats += [unit[key] for unit in document["roadmap"][:3] for key in ("gain", "score_after")]
    comparison = document["comparison"] or {"score_was": None, "score_delta": None, "changes": []}
    floats += [comparison["score_was"], comparison["score_delta"] and abs(comparison["score_delta"])]
    worst = Counter(result["severity"] for result in document["results"] if result["outcome"] == "finding")
    worst[next(r["severity"] for r in document["results"] if r["code"] == "CAP007")] -= 1
    counts = [*worst.values(), *Counter(change["kind"] for change in comparison["changes"]).values()]
    # Days of the deadlines; 30 findings; 24 and 3 checks without a result; 3 steps.
    counts += [0, document["period"]["number"], 30, 90, 24, 3]
    shown = {f"{number:.1f}" for number in floats if number is not None} | {f"{number:,}" for number in counts}
    return shown | {format_value(score["coverage_pct"], Unit.PCT, "en").rstrip("%"), "100"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_number_is_anybody_elses(language: str) -> None:
    document = DOCUMENTS["rich"]
    html = re.sub(r"<svg.*?</svg>", "", page_one(document, language), flags=re.DOTALL)
    text, report = text_of(html), build_report(document, language)
    # Sentences of findings and computed sizes, which other tests compare with what they are made of.
    for told in (report.front.headline.consequence, *(decision.text for decision in report.decisions)):
        assert " ".join(told.split()) in text
        text = text.replace(" ".join(told.split()), " ")
    text = text.replace(document["comparison"]["baseline_id"], " ")
    signed = document["authorization"]
    names = [document["target"]["version"], signed["reference"], signed["signer"], signed["sha256"]]
    for result in document["results"]:
        names += [result["code"], *(finding["resource"] for finding in result["findings"])]
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = re.sub(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC\+8)?", " ", text)
    assert set(NUMBER.findall(text)) <= allowed_numbers(document)


def test_a_grade_that_cannot_be_given_is_not_given() -> None:
    text = text_of(page_one(DOCUMENTS["blind"]))
    assert "Health score – Grade Grade withheld No check could be completed" in text
    assert "/ 100" not in text
    assert "Coverage 0%" in text


def test_a_withheld_grade_keeps_the_score() -> None:
    document = sample.rich()
    document["score"]["band"] = None
    text = text_of(page_one(document))
    assert f"Health score {document['score']['value']:.1f} / 100 Grade Grade withheld" in text


def test_what_a_good_grade_needs_is_named() -> None:
    document = sample.rich()
    text = {"en": "Data disk nearly full (CAP004): Attest its size.", "zh-CN": "数据盘将满（CAP004）：请声明其大小。"}
    document["score"] |= {"band": None, "grade_needs": [{"code": "CAP004", "text": text}]}
    said = text_of(page_one(document))
    assert "Grade withheld No grade yet: “excellent” and “good” need every check that can find" in said
    assert "Missing: Data disk nearly full (CAP004): Attest its size." in said
    assert "Too many checks could not be assessed" not in said
    document["score"]["grade_needs"] *= 6
    assert text_of(page_one(document)).count("Attest its size.") == 4
    assert "… and 2 more" in text_of(page_one(document))


def test_a_healthy_target_has_nothing_to_do() -> None:
    text = text_of(page_one(DOCUMENTS["healthy"]))
    assert "Health score 100.0 / 100 Grade Excellent" in text
    assert "The checks that were assessed found nothing to fix" in text
    assert "First assessment" in text
    assert "No authorization is recorded" in text_of(scope(DOCUMENTS["healthy"]))


def test_an_assessment_without_checks_prints() -> None:
    assert "No category has a check that applies." in text_of(page_one(DOCUMENTS["empty"]))
