"""The kernel's parser takes every statement that advice prints, also those whose fault this kernel cannot show."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pymysql
import pytest

from agent.catalogue import pages
from agent.kernel.start import run_kernel
from tests.checks import cases
from tests.harness import Case, gathered, run_check, shipped, snapshot_of

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
NOT_PARSED = 1064
# The embedded kernel has one zone and one tenant, and its grammar no such statements.
NOT_IN_THE_GRAMMAR = {
    "AVL006": re.compile(r"ALTER SYSTEM (START|STOP) ZONE \S+;"),
    "AVL020": re.compile(r"ALTER TENANT \S+ (LOCK|UNLOCK);"),
}
PLACEHOLDER = re.compile(r"<[A-Za-z][\w =,]*>")
CASES: list[Case] = gathered(cases, "CASES")


def _list_statements() -> Iterator[tuple[str, str]]:
    """Code and statement of all findings of all cases, forward and back."""
    for case in CASES:
        if case.found:
            facts = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
            for finding in run_check(case.code, facts).findings:
                yield from ((case.code, sql) for sql in (*finding.sql, *finding.rollback))


def _list_explained() -> Iterator[tuple[str, str]]:
    """Code and statement of what ``checks explain`` prints."""
    registry, ruleset = shipped()
    for code, spec in registry.checks.items():
        for block in re.findall(r"(?s)```sql\n(.*?)\n```", pages.render_check(spec, ruleset.rules[code])):
            yield from ((code, sql) for sql in block.splitlines())


def test_every_printed_statement_is_understood() -> None:
    """A statement may fail for want of its object; a template with a placeholder must not be taken as it stands."""
    wrong = []
    listed = list(_list_statements())
    statements = {sql: code for code, sql in listed}
    assert len(statements) > 250
    assert {code for code, _ in listed} == {
        code for code, spec in shipped()[0].checks.items() if spec.remediation.sql or spec.remediation.rollback
    }
    statements |= {sql: code for code, sql in _list_explained()}
    with run_kernel() as kernel:
        for sql, code in statements.items():
            with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
                try:
                    cursor.execute(sql)
                    error = 0
                except pymysql.MySQLError as failed:
                    error = failed.args[0]
            unknown = code in NOT_IN_THE_GRAMMAR and NOT_IN_THE_GRAMMAR[code].fullmatch(sql)
            if bool(PLACEHOLDER.search(sql) or unknown) != (error == NOT_PARSED):
                wrong.append((code, error, sql))
    assert wrong == []
