"""The serious return codes are those that the advice speaks of, and those that say only that something went wrong."""

from __future__ import annotations

import re

from checks.sql.errors_by_code import SERIOUS
from tests.harness import shipped

# OB_ERROR, OB_ERR_SYS, OB_ERR_UNEXPECTED, OB_SIZE_OVERFLOW, OB_RPC_SEND_ERROR, OB_SNAPSHOT_DISCARDED.
WITHOUT_ADVICE = {-4000, -4015, -4016, -4019, -4121, -4138}


def test_each_serious_code_has_advice_or_says_nothing_of_the_cause() -> None:
    advice = shipped()[0].checks["SQL006"].remediation.advice
    assert {int(code) for code in re.findall(r"-\d{4}", advice)} == SERIOUS.keys() - WITHOUT_ADVICE
    assert SERIOUS.keys() >= WITHOUT_ADVICE
