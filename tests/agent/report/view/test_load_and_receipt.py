"""The load section: allowed and spent, journal beside audit, and what it says where they disagree."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from agent.archive.document import serialize_receipt
from agent.archive.upgrade import upgrade_document
from agent.model.cost import Receipt
from agent.model.terms import Text
from agent.report.html.render_html import render_html
from agent.report.view.load_and_receipt import build_load_and_receipt
from agent.report.words import Words
from tests.agent.report.sample import rich

AGREED = Receipt(
    way="account", sent=31, sent_ms=214.6, sent_rows=6123, found=31, total_ms=188.2, longest_ms=74.9, rows=6123
)


def told(receipt: Receipt) -> Any:
    """The sample with this receipt, as a document would hold it."""
    return {**rich(), "receipt": serialize_receipt(receipt)}


def test_figures_stand_beside_each_other() -> None:
    proof = build_load_and_receipt(told(AGREED), Words("en"))
    assert proof is not None and proof.differences == ()
    assert ("Statements", "31", "31") in proof.figures and ("Statements that wrote", "0", "0") in proof.figures
    assert ("Database time", "214.6 ms", "30 s") in proof.budget
    assert "by account and time" in proof.way and "not among them" not in proof.way


@pytest.mark.parametrize(
    ("way", "said"),
    [("account", "statements that read the audit itself are not"), ("marker", "the driver's own at connecting, which")],
)
def test_fewer_statements_than_were_sent_are_explained(way: str, said: str) -> None:
    proof = build_load_and_receipt(told(dataclasses.replace(AGREED, way=way, sent=29, found=29)), Words("en"))
    assert proof is not None and said in proof.way and proof.way.endswith("are not among them: 2.")


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        (AGREED, "Journal and SQL audit agree."),
        (dataclasses.replace(AGREED, found=30), "holds 30 of the 31 statements"),
        (dataclasses.replace(AGREED, way="", reason=Text("The target is busy.")), "The target is busy."),
    ],
)
def test_the_report_says_whether_they_agree(receipt: Receipt, said: str) -> None:
    assert said in render_html(told(receipt), "en").decode()


def test_an_assessment_of_an_earlier_agent_has_no_such_section() -> None:
    document: Any = {key: value for key, value in rich().items() if key != "receipt"}
    document["cost"] = {name: document["cost"][name] for name in ("statements", "database_ms", "longest_ms", "rows")}
    document = upgrade_document(document)
    assert build_load_and_receipt(document, Words("en")) is None
    assert 'id="load"' not in render_html(document, "en").decode()
    assert 'id="load"' in render_html(told(AGREED), "en").decode()
