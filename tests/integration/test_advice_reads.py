"""The part of the advice that only looks: the real kernel accepts each statement as a finding prints it."""

from __future__ import annotations

import contextlib

import pymysql
import pytest

from agent.kernel.start import Kernel
from tests.checks import cases
from tests.harness import READING, Case, gathered, run_check, shipped, snapshot_of

ABSENT = {1146, 1133}  # a view that the embedded kernel lacks, an account of the case
CASES: list[Case] = gathered(cases, "CASES")


def _statements() -> dict[str, str]:
    """Every reading statement of the advice, filled from a case: statement -> code."""
    found: dict[str, str] = {}
    for code, spec in shipped()[0].checks.items():
        if any(statement.startswith(READING) for statement in spec.remediation.sql):
            case = next(case for case in CASES if case.code == code and case.found)
            result = run_check(code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version))
            found |= {sql: code for sql in result.findings[0].sql if sql.startswith(READING)}
    return found


@pytest.mark.kernel
def test_what_the_advice_reads_can_be_read(kernel: Kernel) -> None:
    statements = _statements()
    assert len(statements) >= 9
    refused, absent = {}, []
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for statement, code in statements.items():
            try:
                cursor.execute(statement)
            except pymysql.MySQLError as error:
                if error.args[0] in ABSENT:
                    absent.append(statement)
                else:
                    refused[code] = f"{statement}: {error}"
    assert refused == {}
    assert len(absent) < len(statements) / 2
