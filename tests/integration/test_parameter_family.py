"""The family on the real kernel: wrong values set by SQL are found, the checks' own advice mends them, its rollback
brings them back. Many rows at once, so that a few assessments do for all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from pymysql.cursors import Cursor

from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.preflight import inspect_target
from agent.facts.settings import Parameter, Variable
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel
from agent.model.result import CheckResult
from agent.model.rule import Expected
from agent.model.terms import Outcome, TenantKind
from checks.parameters.family import Level
from tests.checks.settings_family import ROWS, WRONG
from tests.harness import shipped

NOT_ON_KERNEL = {"PAR027": "the embedded kernel has no enable_syslog_recycle: it always removes old logs"}
OVERRIDDEN = {"PAR022": "the embedded kernel has a memory_limit, which a server goes by instead"}
ALONE = {
    "VAR019": "without query rewriting system views are too slow to bear the other faults as well",
    "PAR047": "the server keeps data_disk_usage_limit_percentage at or below it",
    "PAR049": "it goes before the value that PAR021 judges",
}
BY_DEFAULT = {"PAR047": "0 is the default"}
PLANTED = sorted(ROWS.keys() - NOT_ON_KERNEL.keys() - OVERRIDDEN.keys())
PARAMETERS = "SELECT VALUE FROM oceanbase.GV$OB_PARAMETERS WHERE NAME = %s"
VARIABLES = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME = %s"


def assess(kernel: Kernel) -> Mapping[str, CheckResult]:
    registry, ruleset = shipped()
    endpoint = Endpoint(
        name="test", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
    )
    with ReadOnlySession(endpoint, Budget(), "test") as session:
        capabilities = inspect_target(session, [Parameter, Variable], TenantKind.USER)
        snapshot = collect_facts(session, [Parameter, Variable], capabilities, None, datetime.now(UTC))
    results = evaluate_checks([registry.checks[code] for code in ROWS], ruleset, snapshot)
    return {result.code: result for result in results}


def present(cursor: Cursor, code: str) -> str:
    level, row = ROWS[code]
    cursor.execute(VARIABLES if level is Level.VARIABLE else PARAMETERS, (row.setting,))
    (found,) = cursor.fetchall()
    return str(found[0])


def put(cursor: Cursor, code: str, value: str) -> None:
    """Set the value as the view shows it: a variable's number bare, a parameter always in quotes."""
    level, row = ROWS[code]
    literal = value if level is Level.VARIABLE and value.lstrip("-").isdecimal() else f"'{value}'"
    verb = "SET GLOBAL" if level is Level.VARIABLE else "ALTER SYSTEM SET"
    cursor.execute(f"{verb} {row.setting} = {literal}")


@pytest.fixture
def writer(kernel: Kernel) -> Iterator[Cursor]:
    """One session opened before anything is wrong (later ones would start read-only), that restores all it met."""
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        before = {code: present(cursor, code) for code in PLANTED}
        yield cursor
        for code, value in before.items():
            put(cursor, code, value)
        assert {code: present(cursor, code) for code in PLANTED} == before


@pytest.mark.kernel
def test_an_untouched_kernel_passes_all_that_it_has(kernel: Kernel) -> None:
    results = assess(kernel)
    odd = {code: result.outcome for code, result in results.items() if result.outcome is not Outcome.PASS}
    assert odd == {
        **dict.fromkeys(NOT_ON_KERNEL, Outcome.NOT_ASSESSED),
        **dict.fromkeys(BY_DEFAULT, Outcome.FINDING),
    }


@pytest.mark.slow
@pytest.mark.kernel
@pytest.mark.parametrize("codes", [sorted(set(PLANTED) - ALONE.keys()), *([code] for code in ALONE)], ids=len)
def test_wrong_values_are_found_mended_by_the_advice_and_brought_back_by_the_rollback(
    kernel: Kernel, writer: Cursor, codes: list[str]
) -> None:
    ruleset = shipped()[1]
    for code in codes:
        put(writer, code, WRONG[code])
    wrong = assess(kernel)
    for code in codes:
        rule = ruleset.rules[code].judge
        assert isinstance(rule, Expected)
        assert [finding.severity for finding in wrong[code].findings] == [rule.severity], code
    planted = {code: present(writer, code) for code in codes}

    for code in codes:
        for statement in wrong[code].findings[0].sql:
            writer.execute(statement)
    mended = assess(kernel)
    assert {code: mended[code].outcome for code in codes} == dict.fromkeys(codes, Outcome.PASS)

    for code in codes:
        for statement in wrong[code].findings[0].rollback:
            writer.execute(statement)
    assert {code: present(writer, code) for code in codes} == planted
    back = assess(kernel)
    assert {code: back[code].outcome for code in codes} == dict.fromkeys(codes, Outcome.FINDING)
