"""The report is never at odds with itself, nor with what was judged: values, limits, gains, states and counts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from agent.archive.document_earlier import read_earlier
from agent.judgement.evaluate import count_shown_digits
from agent.judgement.severity import judge_value
from agent.model.document import Document
from agent.model.labels import EFFORTS
from agent.model.rule import Ladder
from agent.model.terms import Outcome, Text
from agent.report.view import assurance
from agent.report.view.cards import CardMaker, find_state, list_open_findings
from agent.report.view.decisions import build_decisions
from agent.report.view.proof import ProofTeller
from agent.report.view.report import build_report
from agent.report.view.roadmap import build_stages
from agent.report.view.statement import build_statement
from agent.report.view.work_lines import build_work_lines
from agent.report.words import Words
from agent.support.i18n import LANGUAGES, render_text, translate
from tests.agent.report import sample
from tests.harness import shipped

DOCUMENTS = {
    name: make()
    for name, make in (
        ("rich", sample.rich),
        ("healthy", sample.healthy),
        ("blind", sample.blind),
        ("empty", sample.empty),
        ("joined", sample.joined),
        ("large", lambda: sample.rich(300)),
        ("fleet", lambda: sample.of_fleet("orders")),
    )
}
LADDERS = {code: rule.judge for code, rule in shipped()[1].rules.items() if isinstance(rule.judge, Ladder)}
A_LITTLE = 3e-6

every_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize("code", LADDERS)
def test_a_sentence_never_shows_a_value_on_the_other_side_of_a_rung(code: str) -> None:
    spec, ladder = shipped()[0].checks[code], LADDERS[code]
    tried = 0
    for _, rung in ladder.rungs:
        for value in (rung * (1 - A_LITTLE), rung * (1 + A_LITTLE)):
            verdict = judge_value(ladder, value)
            if verdict is None or value == rung:
                continue
            args = {"value": value, "limit": rung, "unit": spec.unit.value}
            digits = count_shown_digits(value, spec.unit, ladder)
            shown = render_text(Text("{value} | {limit}", {**args, **digits}), "en").split(" | ")
            assert shown[0] != shown[1]
            tried += 1
    assert tried or all(rung == 0 for _, rung in ladder.rungs)


@every_language
def test_a_card_never_shows_a_value_on_the_other_side_of_a_rung(language: str) -> None:
    document = sample.rich()
    tried = 0
    for result in document["results"]:
        rungs = result["ladder"].get("rungs", {})
        for finding in list_open_findings(result):
            for rung in rungs.values():
                finding["value"] = rung * (1 - A_LITTLE)
                card = CardMaker.of(document, Words(language)).card(result)
                shown = next(row.value for row in card.rows if row.resource == Words(language).resource(finding))
                assert all(not limit.endswith(f" {shown}") for _, limit in card.judged)
                tried += 1
    assert tried


@every_language
@every_document
def test_the_gains_of_the_roadmap_add_up_to_the_score_that_it_ends_with(document: Document, language: str) -> None:
    units = [unit for stage in build_stages(document, Words(language)) for unit in stage.units]
    reached = [document["score"]["value"], *(float(unit.score_after) for unit in units)]
    assert [f"{after - before:.1f}" for before, after in pairwise(reached)] == [unit.gain for unit in units]


@every_language
@every_document
def test_page_one_begins_as_the_roadmap_does(document: Document, language: str) -> None:
    front = build_report(document, language).front
    units = [unit for stage in build_stages(document, Words(language)) for unit in stage.units]
    told = [(step.code, step.title, step.gain, step.deadline) for step in front.steps]
    assert told == [(unit.first, unit.title, unit.gain, unit.deadline_label) for unit in units[:3]]
    assert front.score_after_steps == (units[: len(told)][-1].score_after if told else "")


@every_document
def test_only_what_can_be_provided_is_asked_for(document: Document) -> None:
    words = Words("en")
    lacking = [r for r in document["results"] if r["outcome"] == Outcome.NOT_ASSESSED and any(r["unlock"].values())]
    asked = [
        decision
        for decision in build_decisions(document, words)
        if "lacks evidence" in decision.text or "lack evidence" in decision.text
    ]
    assert len(asked) == bool(lacking)
    if lacking:
        said = f"{len(lacking)} checks lack evidence" if len(lacking) > 1 else "One check lacks evidence"
        assert asked[0].text.startswith(said)
        assert set(asked[0].codes) <= {result["code"] for result in lacking}


def test_a_check_with_nothing_to_provide_is_not_asked_for() -> None:
    document = sample.blind()
    for result in document["results"]:
        result["unlock"] = {"en": "", "zh-CN": ""}
    assert not any("evidence" in decision.text for decision in build_decisions(document, Words("en")))


@every_language
@every_document
def test_an_item_has_one_state_on_its_card_and_in_the_list(document: Document, language: str) -> None:
    words, report = Words(language), build_report(document, language)
    alone = {line.codes[0]: line.state for line in build_work_lines(document, report, words) if len(line.codes) == 1}
    told = [card for card in (*report.cards, *report.platform) if card.change and card.code in alone]
    assert [(card.code, card.change) for card in told] == [(card.code, alone[card.code]) for card in told]
    assert told or document is not DOCUMENTS["rich"]


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], ""),
        (["", ""], ""),
        (["new", "", "new"], "new"),
        (["new", "unchanged"], "worsened"),
        (["worsened", "improved"], "worsened"),
        (["improved", "unchanged"], "improved"),
        (["unchanged"], "unchanged"),
    ],
)
def test_the_state_of_several_findings(kinds: list[str], state: str) -> None:
    assert find_state(kinds) == state


def _count_changes(document: Any) -> dict[str, int]:
    comparison = document["comparison"]
    kinds = [change["kind"] for change in comparison["changes"]] if comparison else []
    return {kind: kinds.count(kind) for kind in kinds}


@every_document
def test_page_one_counts_the_changes_that_the_document_has(document: Document) -> None:
    since = build_report(document, "en").front.since
    shown = {kind: count for kind, _, count in since.counts if count} if since else {}
    assert shown == _count_changes(document)


def test_a_change_has_one_word_for_its_window() -> None:
    told = (
        EFFORTS["window"],
        "Change window needed",
        "Agree on a change window: {count} actions need one.",
    )
    assert all("变更窗口" in translate(text, "zh-CN") and "维护窗口" not in translate(text, "zh-CN") for text in told)
    assert all("change window" in text.lower() for text in told)


@every_document
def test_no_two_units_mend_one_object_with_one_statement(document: Document) -> None:
    units = {code: number for number, unit in enumerate(document["roadmap"]) for code in unit["codes"]}
    mended: dict[str, set[int]] = {}
    for result in document["results"]:
        if result["outcome"] == Outcome.FINDING and result["code"] in units:
            for finding in list_open_findings(result):
                for statement in finding["sql"]:
                    mended.setdefault(statement, set()).add(units[result["code"]])
    assert {statement: places for statement, places in mended.items() if len(places) > 1} == {}


@every_document
def test_checks_of_one_remedy_cost_once(document: Document) -> None:
    by_group: dict[str, list[float]] = {}
    for result in document["results"]:
        if result["group"] and result["outcome"] == Outcome.FINDING:
            by_group.setdefault(result["group"], []).append(result["points_lost"])
    assert all(sum(points > 0 for points in lost) <= 1 for lost in by_group.values())


@every_language
@every_document
def test_a_card_and_its_line_tell_the_states_of_its_findings_in_the_same_words(
    document: Document, language: str
) -> None:
    words, report = Words(language), build_report(document, language)
    cards = {card.code: card for card in (*report.cards, *report.platform)}
    lines = [line for line in build_work_lines(document, report, words) if len(line.codes) == 1]
    for line in lines:
        card = cards.get(line.codes[0])
        if card and card.change:
            assert card.change_told == (line.state_told or card.change_label)


@every_language
@every_document
def test_a_finding_on_statements_shows_one_or_says_why_not(document: Document, language: str) -> None:
    report = build_report(document, language)
    cards = [card for card in (*report.cards, *report.platform) if card.category_key == "sql"]
    for card in (found for cause in cards for found in (cause, *cause.symptoms)):
        for row in (*card.rows, *card.more_rows):
            assert (row.statement is None) is bool(row.no_statement)
            assert row.statement is None or row.statement.text or row.statement.no_text


def test_an_error_code_shows_the_statement_that_it_names_as_an_example() -> None:
    document: Any = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "SQL003")
    result["findings"][0] |= {"resource": "return code -4012", "evidence": {"sql_id": "7F3A" * 8, "errors_count": 12}}
    row = CardMaker.of(document, Words("en")).card(result).rows[0]
    assert row.statement and row.statement.text.startswith("SELECT id, amount")
    assert row.statement.facts[0] == ("SQL_ID of an example", "7F3A" * 8)
    assert row.evidence == (("errors", "12"),)
    result["findings"][0]["evidence"] = {"sql_id": "gone"}
    row = CardMaker.of(document, Words("en")).card(result).rows[0]
    assert row.statement is None and row.no_statement.startswith("No record of the load held")


@every_language
def test_one_node_is_no_high_availability_whatever_passed(language: str) -> None:
    document: Any = sample.rich()
    told = {line.key: line for line in build_report(document, language).front.assurance}["availability"]
    alone = translate(assurance._ALONE, language)
    assert alone not in told.known
    document["instance"]["units"] = document["instance"]["units"][:1]
    document["instance"] |= {"replicas": [], "locality": ""}
    told = {line.key: line for line in build_report(document, language).front.assurance}["availability"]
    assert told.known.startswith(alone) and told.state == "risk"
    document["instance"]["locality"] = "FULL{1}@z1, FULL{1}@z2"
    told = {line.key: line for line in build_report(document, language).front.assurance}["availability"]
    assert alone not in told.known, "one unit is seen, and others are known of"


@every_language
def test_a_score_without_a_grade_is_shown_beside_the_present_one(language: str) -> None:
    before = sample.rich()
    before["score"] |= {"band": None, "grade_needs": []}
    earlier = read_earlier(before)
    assert (earlier.score, earlier.score_shown) == (None, before["score"]["value"])
    document: Any = sample.rich()
    document["comparison"] |= {"score_was": earlier.score_shown, "score_delta": None, "bridge": []}
    since = build_report(document, language).front.since
    assert since and since.was == f"{before['score']['value']:.1f}" and not since.delta
    assert since.not_compared == translate("Too little was assessed to compare the two scores.", language)


@every_language
def test_parameters_are_told_in_words(language: str) -> None:
    document: Any = sample.rich()
    told = {
        "enable_x": ("True", "False"),
        "log_disk_size": ("2G", "0M"),
        "large_query_threshold": ("100ms", "5s"),
        "server_create_time": ("1796046194956918", "0"),
        "ha_info": ("PRIMARY:NORMAL", ""),
        "undo_retention": ("60 / 90", "1800"),
        "mysql_port": ("37595", "2881"),
    }
    document["instance"]["settings"] = [
        {"name": name, "value": value, "default": default} for name, (value, default) in told.items()
    ]
    rows = {row.name: (row.value, row.default) for row in build_report(document, language).instance.settings}
    empty = translate("(empty)", language)
    assert rows["mysql_port"] == ("37595", "2881")
    assert rows["log_disk_size"] == ("2 GiB", "0")
    assert rows["server_create_time"] == ("2026-11-30 21:43 UTC+8", empty)
    assert rows["ha_info"] == ("PRIMARY:NORMAL", empty)
    assert rows["undo_retention"][0].startswith("60") and "90" in rows["undo_retention"][0]
    if language == "zh-CN":
        assert rows["enable_x"] == ("True（开启）", "False（关闭）")
        assert rows["large_query_threshold"] == ("100 毫秒", "5 秒")


@every_language
def test_the_longest_execution_is_never_shorter_than_the_average(language: str) -> None:
    """The average may come from a record that goes back further than the ring that knows the longest."""
    document: Any = sample.rich()
    words = Words(language)
    teller = ProofTeller(document, words)
    missing = translate("not in the SQL audit any more", language)
    entry = next(entry for entry in document["sql"] if entry["longest_us"])
    assert dict(build_statement(entry, words, teller).facts)[words("Longest")] != missing
    entry["longest_us"] = int(entry["average_us"]) - 1
    told = build_statement(entry, words, teller)
    assert dict(told.facts)[words("Longest")] == missing
    shape = {**document["figures"]["top_sql"][0], "longest_us": 1}
    document["figures"]["top_sql"] = [shape]
    chapter = build_report(document, language).slow_sql
    assert chapter and chapter.statements[0].longest == "–"
