"""Published and restated stand side by side over the checks that were assessed in both."""

from __future__ import annotations

from dataclasses import replace

from agent.judgement.restate import Restated, restate_results
from agent.model.result import CheckResult
from agent.model.terms import Outcome, Severity, TenantKind
from tests.agent.scoring import POLICY, failed, finding, points_of, value_at, without_finding

M, H, C = Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


def restate(published: list[CheckResult], restated: list[CheckResult]) -> tuple[int, float | None, float | None]:
    both = restate_results(published, restated, POLICY, TenantKind.USER)
    return both.checks, both.published, both.restated


def test_the_same_judgement_gives_the_same_score() -> None:
    results = [failed("CAP001", finding(H)), failed("CAP002", finding(M)), without_finding("CAP003")]
    assert restate(results, results) == (
        3,
        value_at(points_of(H) + points_of(M)),
        value_at(points_of(H) + points_of(M)),
    )


def test_a_check_of_only_one_side_counts_on_neither() -> None:
    unseen = replace(without_finding("CAP001"), outcome=Outcome.NOT_ASSESSED)
    published = [failed("CAP001", finding(C)), failed("CAP002", finding(M))]
    restated = [unseen, failed("CAP002", finding(M)), failed("CAP009", finding(C))]
    assert restate(published, restated) == (1, value_at(points_of(M)), value_at(points_of(M)))
    assert restate(restated, published) == (1, value_at(points_of(M)), value_at(points_of(M)))


def test_another_limit_shows_as_a_difference() -> None:
    published = [failed("CAP001", finding(H)), without_finding("CAP002")]
    restated = [without_finding("CAP001"), failed("CAP002", finding(M, resource="t"))]
    both = restate_results(published, restated, POLICY, TenantKind.USER)
    assert both.added == (("CAP002", "t"),) and both.dropped == (("CAP001", "r"),)
    assert both.delta == round(value_at(points_of(M)) - value_at(points_of(H)), 1)


def test_a_muted_finding_is_neither_added_nor_dropped() -> None:
    results, muted = [failed("CAP001", finding(M))], [failed("CAP001", finding(M, muted=True))]
    both = restate_results(results, muted, POLICY, TenantKind.USER)
    assert (both.added, both.dropped, both.restated) == ((), (("CAP001", "r"),), 100.0)


def test_without_a_check_assessed_in_both_there_is_no_score() -> None:
    both = restate_results([failed("CAP001", finding(C))], [], POLICY, TenantKind.USER)
    assert (both.checks, both.published, both.restated, both.delta) == (0, None, None, None)


def test_the_difference_is_told_in_tenths_and_only_of_two_scores() -> None:
    assert Restated(checks=1, published=80.04, restated=83.3).delta == 3.3
    assert Restated(checks=1, published=80.0, restated=None).delta is None
    assert Restated(checks=1, published=None, restated=80.0).delta is None
