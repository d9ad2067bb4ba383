"""Fault and cure on the real kernel: planted by SQL, found with code, severity and resource, gone once mended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pymysql
import pytest

from agent.collect import collect
from agent.connect import Budget, Endpoint, Session
from agent.evaluate import evaluate
from agent.kernel import Kernel
from agent.model import CheckResult
from agent.preflight import inspect
from agent.terms import Severity, TenantKind
from tests.harness import Plant, gathered, shipped
from tests.integration import plants

PLANTS: list[Plant] = gathered(plants, "PLANTS")


def assess_one(kernel: Kernel, code: str) -> CheckResult:
    """One check on the kernel, read by root (the account's own limits are tested elsewhere)."""
    registry, ruleset = shipped()
    spec = registry.checks[code]
    endpoint = Endpoint("test", kernel.host, kernel.port, kernel.user, lambda: kernel.password)
    with Session(endpoint, Budget(), "test") as session:
        capabilities = inspect(session, spec.facts.values(), TenantKind.USER)
        snapshot = collect(session, spec.facts.values(), capabilities, None, datetime.now(UTC))
    return evaluate([spec], ruleset, snapshot)[0]


def found(result: CheckResult) -> dict[str, Severity]:
    return {finding.resource: finding.severity for finding in result.findings}


@contextlib.contextmanager
def held_open(kernel: Kernel, statements: list[str]) -> Iterator[None]:
    """Another session that has run these statements and stays as it is."""
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        yield


def send_load(kernel: Kernel, plant: Plant, database: str, statements: Sequence[str]) -> None:
    """The plant's workload, sent by an account that exists only for it; returns once the audit shows it all."""
    user, password = f"load_{plant.code.lower()}", "Load-2026"
    account = f"CREATE USER IF NOT EXISTS '{user}' IDENTIFIED BY '{password}'"
    kernel.run([account, f"GRANT ALL ON {database}.* TO '{user}'"])
    with contextlib.closing(kernel.connect(user, password, database)) as connection, connection.cursor() as cursor:
        for statement in statements:
            try:
                cursor.execute(statement)
            except pymysql.MySQLError as error:
                assert error.args[0] in plant.errors, error
    await_audit(kernel, user)


def await_audit(kernel: Kernel, user: str) -> None:
    """Wait until the audit of the account grows no more: it lags behind by up to a second."""
    count, seen = "SELECT COUNT(*) FROM oceanbase.GV$OB_SQL_AUDIT WHERE USER_NAME = %s", -1
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for _ in range(20):
            cursor.execute(count, (user,))
            row = cursor.fetchone()
            if row and 0 < row[0] == seen:
                return
            seen = row[0] if row else 0
            time.sleep(0.6)
    raise AssertionError(f"the audit shows nothing of {user}")


@pytest.mark.kernel
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.code)
def test_fault_is_found_and_gone_once_mended(kernel: Kernel, plant: Plant) -> None:
    database = f"plant_{plant.code.lower()}"
    resource = plant.resource.replace("{db}", database)

    def filled(statements: object) -> list[str]:
        return [str(statement).replace("{db}", database) for statement in statements]  # type: ignore[attr-defined]

    kernel.run([f"CREATE DATABASE IF NOT EXISTS {database}"])
    try:
        assert resource not in found(assess_one(kernel, plant.code)), "found before it was planted"
        kernel.run(filled(plant.plant))
        with held_open(kernel, filled(plant.during)) if plant.during else contextlib.nullcontext():
            if plant.load:
                send_load(kernel, plant, database, filled(plant.load))
            time.sleep(plant.settle_s)
            result = assess_one(kernel, plant.code)
        assert found(result).get(resource) is plant.severity, (result.outcome, result.reason, found(result))
        kernel.run(filled(plant.cure))
        mended = plant.load if plant.mended_load is None else plant.mended_load
        if mended:
            send_load(kernel, plant, database, filled(mended))
        time.sleep(plant.settle_s)
        after = assess_one(kernel, plant.code)
        assert resource not in found(after), found(after)
    finally:
        drops = [f"DROP DATABASE IF EXISTS {database}", f"DROP USER IF EXISTS 'load_{plant.code.lower()}'"]
        kernel.run([*filled(plant.always), *drops])
