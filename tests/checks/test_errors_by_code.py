"""Each serious return code has advice of its own, in one case of it."""

from __future__ import annotations

import pytest

from checks.sql.error_codes import SERIOUS
from tests.checks.cases.sql import _ret
from tests.harness import run_check, snapshot_of


@pytest.mark.parametrize("code", SERIOUS)
def test_each_serious_code_has_advice_of_its_own(code: int) -> None:
    result = run_check("SQL006", snapshot_of([_ret(980), _ret(20, code)]))
    assert result.findings
    told = [text for part, text in result.cases if part == "advice"]
    assert len(told) == 1, told
