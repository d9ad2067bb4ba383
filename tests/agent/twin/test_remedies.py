"""What is sent to the twin of what findings advise, and what is not; and whatever fails there ends no assessment."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

import pytest

from agent import pipeline
from agent.facts.definitions import TableDefinition
from agent.model.snapshot import Snapshot
from agent.support.errors import KernelError
from agent.support.i18n import render_text
from agent.twin import prove
from agent.twin.plan_shape import PlanShape
from agent.twin.prove import prove_what_can_be
from agent.twin.remedies import MOST_TRIED, try_remedies
from agent.twin.result import Remedy, Tried, Verdict
from agent.twin.table_trial import list_lost_indexes, shows_effect
from agent.twin.trial import Scene
from agent.twin.what_if import WhatIf
from tests.agent.report import sample
from tests.agent.twin.made import AnsweringTwin, make_matched, make_snapshot, make_step, scan

T = "ALTER TABLE `shop`.`orders`"


def make_remedy(*sql: str, rollback: Sequence[str] = ()) -> Remedy:
    return Remedy(code="X", fingerprint="f", resource="r", sql=sql, rollback=tuple(rollback))


def try_here(*remedies: Remedy) -> tuple[list[Tried], list[str]]:
    """The verdicts, and what was sent."""

    def answer(sql: str) -> PlanShape:
        return scan(cost=1000)

    one, material = make_matched(cost=1000)
    twin = AnsweringTwin(answer)
    scene = Scene(twin.as_twin(), WhatIf(twin.as_twin()), material, [one])
    return list(try_remedies(scene, remedies, lambda what, done, total: None)), twin.asked


@pytest.mark.parametrize(
    "sql",
    [
        "KILL 7;",
        "DROP DATABASE shop;",
        "REVOKE SUPER ON *.* FROM 'a'@'%';",
        "SET GLOBAL secure_file_priv = '/';",
        "SET GLOBAL ob_tcp_invited_nodes = '%';",
        "SET GLOBAL wait_timeout = (SELECT LOAD_FILE('/etc/passwd'));",
        "ALTER SYSTEM SET memory_limit = '1G';",
        "CALL DBMS_STATS.GATHER_TABLE_STATS('shop', 'orders');",
        "ALTER TABLE `shop`.`gone` DROP INDEX `i`;",
        f"{T} MODIFY COLUMN `amount` DECIMAL(<digits>, <decimals>);",
        f"{T} DROP INDEX `by_status`; DROP DATABASE shop",
        f"{T} DROP INDEX `by_status` /* ;",
    ],
)
def test_what_the_twin_has_not_or_must_not_have_is_not_sent(sql: str) -> None:
    (found,), asked = try_here(make_remedy(sql))
    assert found.verdict is Verdict.NOT_VERIFIABLE and render_text(found.why, "en")
    assert asked == []


def test_what_only_reads_is_not_tried_and_of_the_rest_no_more_than_so_many() -> None:
    found, _ = try_here(make_remedy("SELECT 1;"), *[make_remedy("KILL 7;")] * (MOST_TRIED + 1))
    assert len(found) == MOST_TRIED + 1
    assert "too many" in render_text(found[-1].why, "en") and "too many" not in render_text(found[-2].why, "en")


def test_the_index_that_a_statement_takes_away() -> None:
    assert list_lost_indexes(f"{T} ALTER INDEX `a``b` INVISIBLE") == ("a`b",)
    assert list_lost_indexes(f"{T} DROP INDEX `i`") == ("i",)
    assert list_lost_indexes(f"{T} ALTER INDEX `i` VISIBLE") == list_lost_indexes(f"{T} ADD COLUMN `i` INT") == ()


@pytest.mark.parametrize(
    ("sql", "line", "is_shown"),
    [
        ("ALTER INDEX `i` INVISIBLE", "KEY `i` (`a`) /*!80000 INVISIBLE */", True),
        ("ALTER INDEX `i` INVISIBLE", "KEY `i` (`a`)", False),
        ("ALTER INDEX `i` VISIBLE", "KEY `i` (`a`)", True),
        ("DROP INDEX `i`", "KEY `j` (`a`)", True),
        ("DROP INDEX `i`", "KEY `i` (`a`)", False),
        ("MODIFY COLUMN `a` BIGINT UNSIGNED", "`a` bigint(20) unsigned NOT NULL", True),
        ("MODIFY COLUMN `a` BIGINT UNSIGNED", "`a` int(11) NOT NULL", False),
    ],
)
def test_a_definition_shows_what_was_done(sql: str, line: str, is_shown: bool) -> None:
    assert shows_effect(f"{T} {sql}", (line,)) is is_shown


@pytest.fixture
def snapshot() -> Snapshot:
    return make_snapshot("SELECT * FROM orders WHERE customer_id = ?", make_step(0, "TABLE FULL SCAN", "orders"))


def test_without_the_extra_the_assessment_goes_on_and_says_so(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    before = sample.joined()
    document = pipeline.prove_document(before, snapshot, lambda stage, done, total: None)
    assert document["proof"] and "not installed" in document["proof"]["problem"]["en"]
    assert {**document, "proof": None} == before


def test_without_definitions_the_assessment_goes_on(snapshot: Snapshot) -> None:
    bare = make_snapshot("SELECT 1", more={TableDefinition: ()})
    assert "definition" in render_text(prove_what_can_be(bare, ()).problem, "en")


@pytest.mark.parametrize("error", [KernelError("The kernel has ended."), OSError("no room"), ZeroDivisionError()])
def test_whatever_fails_on_the_twin_is_told_in_its_report(
    error: Exception, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(prove, "open_twin", fail)
    report = prove_what_can_be(snapshot, ())
    assert render_text(report.problem, "en") and report.statements == ()
