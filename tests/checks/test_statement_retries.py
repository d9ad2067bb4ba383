"""Retries that the queue of large queries causes are told as such, and no others."""

from __future__ import annotations

import pytest

from agent.model.rule import Expected
from tests.checks.cases.capacity import _parameter
from tests.checks.cases.sql import _shape
from tests.harness import rules_of_cases, run_check, snapshot_of

QUEUED, SMALL, LOCKS = "queue of large queries", "PAR023", "row locks"


@pytest.mark.parametrize(
    ("threshold", "average_ms", "retries", "told"),
    [
        ("100ms", 177, 79, (QUEUED, SMALL)),
        ("999ms", 1000, 80, (QUEUED, SMALL)),
        ("1s", 1001, 79, (QUEUED, "faster than the threshold")),
        ("5s", 6000, 41, (QUEUED, "faster than the threshold")),
        ("5s", 6000, 40, (LOCKS,)),
        ("5s", 6000, 81, (LOCKS,)),
        ("5s", 5000, 79, (LOCKS,)),
        ("0ms", 6000, 79, (LOCKS,)),
        (None, 6000, 79, (LOCKS,)),
    ],
)
def test_the_advice_is_about_what_causes_them(
    threshold: str | None, average_ms: int, retries: int, told: tuple[str, ...]
) -> None:
    facts = [_shape(executions=80, retries=retries, elapsed_us=80_000 * average_ms)]
    settings = [_parameter("large_query_threshold", threshold)] if threshold else []
    result = run_check("SQL011", snapshot_of([*facts, *settings]))
    assert len(result.findings) == 1
    advice = " ".join(text for part, text in result.cases if part == "advice")
    assert [word for word in (QUEUED, SMALL, "faster than the threshold", LOCKS) if word in advice] == list(told)


def test_the_usual_threshold_is_the_least_that_its_own_check_accepts() -> None:
    rules = rules_of_cases().rules
    expected = rules["PAR023"].judge
    assert isinstance(expected, Expected) and expected.minimum is not None
    assert rules["SQL011"].params_values["usual_threshold_ms"] == 1000 * expected.minimum
