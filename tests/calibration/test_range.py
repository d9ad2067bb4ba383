"""The short form of ``make calibration``: of the half of the tenants that the numbers in rules.yaml were not chosen by,
each is blinded in an eighth of the ways, another eighth for each next tenant.
"""

from __future__ import annotations

import os
import statistics
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.calibration.blindings import BLINDINGS
from tests.calibration.kept import load_all
from tests.calibration.measure import FULL, Case, measure_tenant
from tests.calibration.tenants import Half, list_tenants

pytestmark = pytest.mark.slow
EIGHTH = 8


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    held_out = [tenant for tenant in list_tenants(load_all()) if tenant.half is Half.HELD_OUT]
    chosen = [list(BLINDINGS)[number % EIGHTH :: EIGHTH] for number in range(len(held_out))]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return [case for some in pool.map(measure_tenant, held_out, chosen) for case in some]


def test_the_range_holds_the_truth_in_95_of_100_cases(cases: list[Case]) -> None:
    assert len(cases) > 2000 / EIGHTH
    assert {case.blinding for case in cases} >= {FULL, *BLINDINGS}, "every way is among them"
    assert statistics.fmean(case.holds for case in cases) >= 0.95


def test_the_range_is_narrow_where_much_was_assessed(cases: list[Case]) -> None:
    """The aim is 25 points where 80 % were assessed. The kept tenants lack what newer checks read: few reach that."""
    assert statistics.median(case.width for case in cases if case.coverage_pct >= 75) <= 25


def test_a_tenant_seen_in_full_has_its_score_in_the_range(cases: list[Case]) -> None:
    assert all(case.holds and case.value == case.truth for case in cases if case.blinding == FULL)


def test_what_is_not_seen_makes_no_good_grade_of_a_bad_one(cases: list[Case]) -> None:
    called_good = [case for case in cases if case.band in ("excellent", "good") and case.truth < 60]
    assert called_good == []
