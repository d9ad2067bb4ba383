"""Every figure, sentence and statement of every case is as kept in ``kept/``.

After a change that is meant, ``make golden`` writes it anew; the difference is what readers will see.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.checks import figures
from tests.harness import shipped

CHECKS = shipped()[0].checks
kept_in = cache(figures.kept_in)


@pytest.mark.parametrize("code", CHECKS)
def test_cases_say_what_is_kept(code: str) -> None:
    assert figures.said_by_check(code).splitlines() == kept_in(CHECKS[code].category.value).get(code, "").splitlines()


def test_nothing_is_kept_of_a_check_that_is_gone() -> None:
    kept = {path.stem: set(kept_in(path.stem)) for path in figures.FOLDER.glob("*.txt")}
    present: dict[str, set[str]] = {spec.category.value: set() for spec in CHECKS.values()}
    for code, spec in CHECKS.items():
        present[spec.category.value].add(code)
    assert kept == present
