"""What an untouched kernel has: found as it comes, gone by the advice's own SQL, back by its rollback."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest

from agent.kernel.start import Kernel
from agent.model.terms import Outcome, Severity
from tests.integration.proving import assess_one, found

pytestmark = pytest.mark.kernel
PROVEN = {
    "SEC008": "an untouched kernel has it, and it changes only over the server's Unix socket",
    "SEC011": "",
    "SEC012": "",
}


@pytest.mark.parametrize("code", ["SEC011", "SEC012"])
def test_default_is_found_and_advice_mends_it(kernel: Kernel, code: str) -> None:
    before = assess_one(kernel, code)
    assert found(before) == {"tenant": Severity.LOW}
    finding = before.findings[0]
    try:
        kernel.run(finding.sql)
        assert assess_one(kernel, code).outcome is Outcome.PASS
    finally:
        kernel.run(finding.rollback)
    assert found(assess_one(kernel, code)) == {"tenant": Severity.LOW}


def test_unlimited_file_access_is_found(kernel: Kernel) -> None:
    assert found(assess_one(kernel, "SEC008")) == {"tenant": Severity.MEDIUM}


def test_sessions_of_the_same_host_tell_nothing_of_encryption(kernel: Kernel) -> None:
    assert assess_one(kernel, "SEC009").outcome is Outcome.NOT_ASSESSED


def test_fresh_passwords_are_not_old(kernel: Kernel) -> None:
    assert assess_one(kernel, "SEC007").outcome is Outcome.PASS


def test_the_assessing_account_is_left_out_and_only_that(kernel: Kernel) -> None:
    # Tied to no single address, for an account that works on the server only is not judged.
    own, other = "'live_own'@'127.0.0.%'", "'live_own'@'10.%'"
    try:
        for name in (own, other):
            kernel.run([f"CREATE USER {name} IDENTIFIED BY 'Live-2026'", f"GRANT CREATE USER ON *.* TO {name}"])
        kernel.run([f"GRANT SELECT ON oceanbase.* TO {own}"])
        assert set(found(assess_one(kernel, "SEC003"))) == {"live_own@10.%", "live_own@127.0.0.%"}
        as_own = dataclasses.replace(kernel, user="live_own", password="Live-2026")
        assert set(found(assess_one(as_own, "SEC003"))) == {"live_own@10.%"}
    finally:
        kernel.run([f"DROP USER IF EXISTS {own}", f"DROP USER IF EXISTS {other}"])


def test_a_pool_of_root_is_found_and_gone_with_it(kernel: Kernel) -> None:
    assert assess_one(kernel, "SEC013").outcome is Outcome.NOT_ASSESSED, "no session is open, so nothing is known"
    with contextlib.closing(kernel.connect()):
        assert assess_one(kernel, "SEC013").outcome is Outcome.PASS
        with contextlib.ExitStack() as pool:
            for _ in range(5):
                pool.enter_context(contextlib.closing(kernel.connect()))
            assert found(assess_one(kernel, "SEC013")) == {"root": Severity.LOW}
        assert assess_one(kernel, "SEC013").outcome is Outcome.PASS
