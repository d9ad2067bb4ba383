"""Slow SQL and the proof beside findings: what is proven is told whole, what is rejected is no advice."""

from __future__ import annotations

from typing import Any

import pytest

from agent.model.terms import Text
from agent.report.html.render_html import render_html
from agent.report.view.report import build_report
from agent.report.view.slow_sql import LIMITS, build_slow_sql
from agent.report.words import Words
from agent.support.i18n import LANGUAGES, render_all_languages, translate
from tests.agent.report import sample
from tests.agent.report.pages import page, text_of
from tests.agent.report.sample_proof import ADVICE, TIED
from tests.harness import shipped

EN = Words("en")


def find_rows(document: Any, code: str) -> list[Any]:
    cards = build_report(document, "en").cards
    return [row for card in cards if card.code == code for row in (*card.rows, *card.more_rows)]


def test_the_chapter_tells_load_indexes_and_limits() -> None:
    told = build_slow_sql(sample.rich(), EN, ())
    assert told is not None and told.is_proven and told.problem == ""
    assert [line.sum for line in told.statements][-1] > told.statements[0].sum == told.statements[0].share
    (index,) = told.indexes
    assert index.place == "shop.orders (customer_id, created_at) LOCAL"
    assert index.judged.label == "Verified with pins" and index.create.text == ADVICE.sql
    assert index.pins.text.splitlines()[1].startswith("CREATE OUTLINE") and index.pinned
    assert index.rollback.text.splitlines()[0] == ADVICE.rollback and "DROP OUTLINE" in index.rollback.text
    assert dict(index.facts)["Size before compression"] == "3 GiB"
    (change,) = index.changes
    assert (change.gain, change.cost) == ("49% – 99%", "184,210 → 64")
    assert change.before == "TABLE FULL SCAN orders" and ADVICE.name in change.after
    assert ("Statements whose plan on the twin is the tenant's", "2 of 4 (50%)") in told.facts
    assert told.limits == LIMITS
    assert [line.place.split(" ")[0] for line in told.spare] == ["shop.orders.by_customer", "shop.orders.by_note"]
    assert told.hide.count == told.show.count == 2


def test_fidelity_and_verdict_stand_beside_each_statement() -> None:
    told = build_slow_sql(sample.rich(), EN, ())
    assert told is not None
    first, second, third, *_ = told.statements
    assert (first.match, first.outcome) == ("another plan, forced to the tenant's", "Unverified")
    assert (second.match, second.outcome) == ("another plan", "")
    assert third.match == "not taken" and third.proof and third.proof.judged.label == "Not verifiable here"
    assert third.proof.judged.why.startswith("Unknown column")


def test_a_finding_has_the_proof_of_its_statement() -> None:
    (row,) = find_rows(sample.rich(), "SQL003")
    proof = row.statement.proof
    assert row.statement is not None and proof is not None and proof.judged.verdict == "verified"
    assert dict(proof.facts)["Expected gain (estimate)"] == "49% – 99%"
    assert proof.change.before and proof.indexes[0].create.text == ADVICE.sql


def test_an_index_is_told_whole_once() -> None:
    """In the card of the finding that it mends, or else in the chapter."""
    report = build_report(sample.rich(), "en")
    assert report.slow_sql is not None
    (index,) = report.slow_sql.indexes
    assert index.card == "SQL003"
    document = sample.rich()
    shown = text_of(page(document, "en"))
    assert shown.count(ADVICE.sql) == 1 and f"SQL, plans and rollback: {index.card}" in shown
    document["results"] = [result for result in document["results"] if not result["code"].startswith("SQL")]
    assert text_of(page(document, "en")).count(ADVICE.sql) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_rejected_is_no_advice(language: str) -> None:
    document = sample.rich()
    shown = text_of(page(document, language))
    assert "never_shown" not in shown
    rejected = next(row for row in find_rows(document, "SCH002") if row.resource == "shop.t0001.idx_1")
    assert rejected.tried.verdict == "rejected" and not rejected.steps and not rejected.rollback.count
    assert "DROP INDEX idx_1 ON shop.t0001;" not in shown
    assert "DROP INDEX idx_2 ON shop.t0002;" in shown


def test_without_the_twin_the_load_is_told_and_indexes_are_unverified() -> None:
    told = build_slow_sql(sample.joined(), EN, ())
    assert told is not None and not told.is_proven and told.statements and not told.indexes
    assert "Indexes are unverified" in text_of(page(sample.joined(), "en"))


def test_a_proof_that_failed_says_why() -> None:
    document = sample.rich()
    problem = render_all_languages(Text("The twin failed, so nothing is proven ({kind}).", {"kind": "OSError"}))
    document["proof"] |= {
        "problem": problem, "statements": [], "effects": [], "indexes": [], "retired": [], "remedies": [], "lacks": [],
    }  # fmt: skip
    told = build_slow_sql(document, EN, ())
    assert told is not None and told.problem == "The twin failed, so nothing is proven (OSError)."
    assert problem["zh-CN"] in render_html(document, "zh-CN").decode()


def test_nothing_is_told_where_nothing_is_known() -> None:
    document = sample.blind()
    document["figures"]["top_sql"] = []
    assert build_slow_sql(document, EN, ()) is None


def test_pins_are_made_in_their_database_and_looked_at_before_the_index_is_made() -> None:
    document = sample.rich()
    hints = "QUERY_TIMEOUT(5000) END_OUTLINE_DATA"
    pin = document["proof"]["indexes"][0]["pins"][0]
    pin["sql"] = pin["sql"].replace("END_OUTLINE_DATA", hints)
    told = build_slow_sql(document, EN, ())
    assert told is not None
    (index,) = told.indexes
    assert index.pins.text.splitlines()[0] == "USE `shop`;"
    assert [line.split(" ")[0] for line in index.rollback.text.splitlines()] == ["DROP", "USE", "DROP"]
    assert "DBA_OB_OUTLINES" in index.pin_check.text and pin["sql_id"] in index.pin_check.text
    assert "its own QUERY_TIMEOUT(5000) stay in the outline" in index.pinned[0]


def test_a_proof_stands_in_one_card_and_others_name_it() -> None:
    document = sample.rich()
    cause = next(result for result in document["results"] if result["code"] == "SQL003")
    other = {**cause, "code": "SQL011", "points_lost": 0.0, "risk_points": 0.0}
    document["results"].append(other)
    shown = text_of(page(document, "en"))
    assert shown.count(ADVICE.sql) == 1 and shown.count(f"CREATE OUTLINE keep_{TIED[:16]}") == 1
    (row,) = find_rows(document, "SQL011")
    assert [index.card for index in row.statement.proof.indexes] == ["SQL003"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "msgid",
    [
        "candidate index (not verified): ({candidate})",
        "candidate index without lookups (not verified): ({candidate})",
    ],
)
def test_a_sentence_names_the_proven_index_in_place_of_the_candidate(language: str, msgid: str) -> None:
    document, words = sample.rich(), Words(language)
    finding = next(result for result in document["results"] if result["code"] == "SQL003")["findings"][0]
    finding["evidence"]["candidate"] = "customer_id"
    finding["texts"] = {name: Words(name)(msgid, candidate="customer_id") + "." for name in LANGUAGES}
    cards = build_report(document, language).cards
    (row,) = [row for card in cards if card.code == "SQL003" for row in card.rows]
    place = "shop.orders (customer_id, created_at) LOCAL"
    assert words("index proven on the twin: {index}", index=place) in row.sentence
    assert words(msgid, candidate="customer_id") not in row.sentence


@pytest.mark.parametrize(("code", "msgid"), [
    ("SQL022", "candidate index (not verified): ({candidate})"),
    ("SQL031", "candidate index without lookups (not verified): ({candidate})"),
])  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_checks_hold_the_phrase_that_is_replaced(language: str, code: str, msgid: str) -> None:
    sentence = translate(shipped()[0].checks[code].finding, language)
    assert translate(msgid, language) in sentence


def test_without_enough_load_no_index_is_named_to_go_and_the_reason_is_told() -> None:
    document = sample.rich()
    reason = render_all_languages(Text("{what} is too short.", {"what": "The load"}))
    document["proof"] |= {"retired": [], "unseen": reason}
    shown = text_of(page(document, "en"))
    assert "None is named" in shown and "The load is too short." in shown and "INVISIBLE" not in shown
