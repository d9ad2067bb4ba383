"""Beside rows that are none of its business a check says what it says without them."""

from __future__ import annotations

import re

import pytest

from agent.facts import find_source_spec
from tests.checks.decoys import EVERY_ROW_COUNTS, MEANT, decoys_of, list_decoys, with_decoys
from tests.checks.figures import cases_of, said_by
from tests.harness import shipped, snapshot_of

CHECKS = shipped()[0].checks
# A check that measures the decoy as well, and finds nothing wrong with it.
WELL = re.compile(r"  well: (\w+ )?(990 \()?decoy")


@pytest.mark.parametrize("code", CHECKS)
def test_unrelated_rows_change_nothing(code: str) -> None:
    for case in cases_of()[code]:
        alone = list(said_by(CHECKS[code], snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)))
        for beside in with_decoys(case):
            said = [line for line in said_by(CHECKS[code], beside) if not WELL.match(line)]
            assert said == alone, case.label


def test_every_check_is_tried_beside_unrelated_rows_or_says_why_none_is() -> None:
    tried = {code for code in CHECKS if any(map(with_decoys, cases_of()[code]))}
    assert set(EVERY_ROW_COUNTS) == set(CHECKS) - tried
    assert all(EVERY_ROW_COUNTS.values())


@pytest.mark.parametrize("code", MEANT)
def test_a_decoy_that_is_meant_exists_and_says_why(code: str) -> None:
    why, is_meant = MEANT[code]
    rows = [row for row in CHECKS[code].facts.values() if find_source_spec(row)]
    made = [decoy for case in cases_of()[code] for row in rows for decoy in list_decoys(row, case)]
    used = [decoy for case in cases_of()[code] for row in rows for decoy in decoys_of(row, case)]
    assert why and any(map(is_meant, made)), "no longer needed"
    assert not any(map(is_meant, used))
