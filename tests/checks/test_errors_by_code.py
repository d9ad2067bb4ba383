"""Each serious return code has advice of its own, in one case of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.sql.error_codes import SERIOUS, TIMEOUTS
from tests.checks.cases.sql import _plan, _ret
from tests.harness import run_check, snapshot_of


@pytest.mark.parametrize("code", SERIOUS)
def test_each_serious_code_has_advice_of_its_own(code: int) -> None:
    result = run_check("SQL006", snapshot_of([_ret(980), _ret(20, code)]))
    assert result.findings
    told = [text for part, text in result.cases if part == "advice"]
    assert len(told) == 1, told


@pytest.mark.parametrize("code", [-4012, -6212, -6003])
def test_a_limit_that_the_statement_sets_itself_is_what_the_advice_is_about(code: int) -> None:
    hints = "/*+ BEGIN_OUTLINE_DATA FULL(t) QUERY_TIMEOUT(5000) END_OUTLINE_DATA */"
    facts = [_ret(980), _ret(20, code, sql_id="B"), replace(_plan(sql_id="B"), outline=hints)]
    result = run_check("SQL006", snapshot_of(facts))
    (finding,) = result.findings
    is_timeout = code in TIMEOUTS
    assert finding.evidence["own_timeout_us"] == (5000 if is_timeout else None)
    told = " ".join(text for _, text in result.cases)
    assert ("QUERY_TIMEOUT" in told, "ob_query_timeout is:" in told) == (is_timeout, is_timeout)
    assert "before raising" not in told and "only hides" not in told
