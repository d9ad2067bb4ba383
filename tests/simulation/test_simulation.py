"""A short decade: none missed, none double, the same each time. A broken service is seen."""

from __future__ import annotations

import dataclasses

import pytest

from agent.engagement.subscription import PeriodStatus
from agent.service import look
from tests.simulation import machine
from tests.simulation.claims import MemoryClaims
from tests.simulation.simulate import Tally, simulate


def what_came(tally: Tally) -> dict[str, object]:
    return {**dataclasses.asdict(tally), "seconds": None, "processor_s": None}


@pytest.mark.slow
def test_none_is_missed_none_double_and_a_seed_gives_the_same_decade() -> None:
    tally = simulate(6, 3, 7)
    assert tally.owed == 6 * 8 and tally.made + tally.excused == tally.owed
    assert (tally.missed, tally.double, tally.hidden) == ([], [], [])
    assert min(tally.faults[what] for what in ("killed", "clock set", "history away", "typed by hand")) > 5
    assert what_came(simulate(6, 3, 7)) == what_came(tally)


@pytest.mark.long
def test_it_sees_a_service_that_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that look at once both assess where a claim is given to everybody, and a late one may record."""
    monkeypatch.setattr(MemoryClaims, "claim", lambda claims, wanted: dataclasses.replace(wanted, token=1))
    monkeypatch.setattr(MemoryClaims, "renew", lambda claims, claim: claim)
    assert simulate(6, 2, 7).double


@pytest.mark.slow
def test_it_sees_a_service_that_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(site: look.Site) -> int:
        status: PeriodStatus = site.read_status()
        return 0 if status.current is None or status.current.number % 2 else look.look_at_target(site)

    monkeypatch.setattr(machine, "look_at_target", sleep)
    assert simulate(4, 2, 7).missed
