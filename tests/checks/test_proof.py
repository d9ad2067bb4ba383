"""Every check is accounted for: proven on the kernel in one way, or with the reason why it cannot be."""

from __future__ import annotations

from collections import Counter

import pytest

from tests import proof
from tests.harness import Plant, gathered, shipped, why_not_its_own
from tests.integration import plants

DECLARED = list(proof.declared())
PLANTS: list[Plant] = gathered(plants, "PLANTS")


def test_every_check_is_declared_once_and_nothing_else_is() -> None:
    counted = Counter(entry.code for entry in DECLARED)
    assert sorted(shipped()[0].checks.keys() - counted.keys()) == [], "neither planted nor listed as UNPLANTABLE"
    assert sorted(counted.keys() - shipped()[0].checks.keys()) == [], "no such check"
    assert sorted(code for code, count in counted.items() if count > 1) == [], "declared in two places"


def test_whatever_cannot_be_proven_has_a_reason() -> None:
    assert [entry for entry in DECLARED if entry.how not in proof.IN_LOOP and len(entry.reason) < 10] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.code)
def test_a_cure_by_hand_stands_only_where_the_advice_cannot_run(plant: Plant) -> None:
    without = why_not_its_own(plant.code, "")
    assert not (without and plant.no_loop), f"no_loop is not needed: {without}"
    if not why_not_its_own(plant.code, plant.no_loop):
        assert not plant.cure, "the finding's own SQL is the cure; otherwise say in no_loop why it cannot be"


def test_the_page_is_fresh() -> None:
    assert not proof.stale(), "run: make docs"
