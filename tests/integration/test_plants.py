"""Fault and cure on the real kernel: planted by SQL, found with code, severity and resource, gone once the finding's
own SQL has run, back once its rollback has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest

from agent.kernel.start import Kernel
from agent.model.terms import Outcome
from tests.harness import Plant, gathered, modules_of
from tests.integration import plants
from tests.integration.proving import Proof, found, prove

pytestmark = pytest.mark.slow

PLANTS: list[Plant] = gathered(plants, "PLANTS")
# What else is in the kernel that all tests share keeps these checks from passing, for this reason and no other; the
# mended object they must judge. SCH036: tables of other plants have no statistics. SQL018: the ring has a statement
# whose text left the cache with its plan. SQL038: a kernel keeps figures of its last thousand sorts only.
BESIDE_UNJUDGED = {
    "SCH036": "{unjudged_count} ",
    "SQL018": "{unjudged_count} ",
    "SQL038": "A server keeps figures of the last {kept_count} sorts and hash tables only",
}


def _rounds() -> dict[str, list[Plant]]:
    """Plants by what they are proven together with: their ground, else their category."""
    rounds: defaultdict[str, list[Plant]] = defaultdict(list)
    for module in modules_of(plants):
        for plant in getattr(module, "PLANTS", ()):
            rounds[plant.ground.name if plant.ground else module.__name__].append(plant)
    return dict(rounds)


ROUNDS = _rounds()


@pytest.fixture(scope="module")
def proof_of(kernel: Kernel) -> Callable[[Plant], Proof]:
    """A plant's proof; the first of a round takes the whole round through the loop."""
    proofs: dict[str, Proof] = {}

    def proof(plant: Plant) -> Proof:
        if plant.code not in proofs:
            together = next(members for members in ROUNDS.values() if plant in members)
            proofs.update(prove(kernel, together))
        return proofs[plant.code]

    return proof


@pytest.mark.kernel
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.code)
def test_fault_is_found_gone_once_mended_and_back_by_the_rollback(
    proof_of: Callable[[Plant], Proof], plant: Plant
) -> None:
    proof = proof_of(plant)
    if proof.error:
        raise proof.error
    before, planted, mended, *back = proof.results
    assert proof.resource not in found(before), "found before it was planted"
    assert found(planted).get(proof.resource) is plant.severity, planted
    if mended.outcome is Outcome.NOT_ASSESSED and plant.code in BESIDE_UNJUDGED:
        assert mended.reason and mended.reason.msgid.startswith(BESIDE_UNJUDGED[plant.code]), mended
    else:
        assert mended.outcome in {Outcome.PASS, Outcome.FINDING}, mended
    assert proof.resource not in mended.unjudged, mended
    assert proof.resource not in found(mended), found(mended)
    if proof.own_sql and proof.finding and proof.finding.rollback:
        assert found(back[0]).get(proof.resource) is plant.severity, back[0]
