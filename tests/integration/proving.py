"""The closed loop on the real kernel: plant, assess, run the finding's own SQL, assess, run its rollback, assess.

Plants on one ground go through it together, so that four assessments do for all of them. What goes wrong with one is
kept for its own test and leaves the others alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pymysql

from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.preflight import inspect_target
from agent.facts import find_source_spec
from agent.facts.given import Clock
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel
from agent.model.result import CheckResult, Finding
from agent.model.snapshot import Snapshot
from agent.model.terms import Severity, TenantKind
from tests.harness import READING, Plant, rules_of_cases, shipped, why_not_its_own

LOADS_AT_ONCE = 3
PASSWORD = "Load-2026"


def found(result: CheckResult) -> dict[str, Severity]:
    """What a result found: resource -> severity."""
    return {finding.resource: finding.severity for finding in result.findings}


def read(kernel: Kernel, codes: Iterable[str]) -> Snapshot:
    """All that these checks need, read by root (the account's own limits are tested elsewhere)."""
    checks = shipped()[0].checks
    asked = {row for code in codes for row in checks[code].facts.values()}
    # Plans are read for the dearest statements, which other checks ask for in an assessment.
    sources = asked.union(*(spec.narrowed_by for spec in map(find_source_spec, asked) if spec))
    endpoint = Endpoint(
        name="test", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
    )
    with ReadOnlySession(endpoint, Budget(), "test") as session:
        capabilities = inspect_target(session, sources, TenantKind.USER)
        return collect_facts(session, sources, capabilities, None, datetime.now(UTC))


def judged(code: str, snapshot: Snapshot) -> CheckResult:
    """One check by the shipped rules, though this kernel has seen minutes of load only."""
    return evaluate_checks([shipped()[0].checks[code]], rules_of_cases(), snapshot)[0]


def assess_one(kernel: Kernel, code: str) -> CheckResult:
    """One check on the kernel as it is now."""
    return judged(code, read(kernel, [code]))


@contextlib.contextmanager
def held_open(kernel: Kernel, statements: Sequence[str]) -> Iterator[None]:
    """Another session that has run these statements and stays as it is."""
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        yield


class Proof:
    """One plant on its way through the loop; ``error`` is where it left it."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.database = f"plant_{plant.code.lower()}"
        self.user = f"load_{plant.code.lower()}"
        self.resource = plant.resource.replace("{db}", self.database)
        self.own_sql = not why_not_its_own(plant.code, plant.no_loop)
        self.results: list[CheckResult] = []
        self.finding: Finding | None = None
        self.planted_at: datetime | None = None
        self.error: Exception | None = None
        self.holder = contextlib.ExitStack()

    def filled(self, statements: Sequence[str]) -> list[str]:
        return [statement.replace("{db}", self.database) for statement in statements]

    def create(self, kernel: Kernel) -> None:
        kernel.run([f"CREATE DATABASE IF NOT EXISTS {self.database}"])
        if self.plant.load or self.plant.during:
            account = f"CREATE USER IF NOT EXISTS '{self.user}' IDENTIFIED BY '{PASSWORD}'"
            kernel.run([account, f"GRANT ALL ON {self.database}.* TO '{self.user}'"])

    def plant_it(self, kernel: Kernel) -> None:
        kernel.run(self.filled(self.plant.plant))
        self.planted_at = datetime.now(UTC)

    def hold(self, kernel: Kernel) -> None:
        if self.plant.during:
            own = dataclasses.replace(kernel, user=self.user, password=PASSWORD)
            self.holder.enter_context(held_open(own, self.filled(self.plant.during)))

    def mend(self, kernel: Kernel) -> None:
        """By the finding's own SQL while the fault lasts; by hand once what was held open is gone."""
        assert self.finding, f"not found: {self.results[-1]}"
        if not self.own_sql:
            kernel.run([statement for statement in self.finding.sql if statement.startswith(READING)])
            self.holder.close()
        kernel.run(self.finding.sql if self.own_sql else self.filled(self.plant.cure))
        self.holder.close()

    def bring_back(self, kernel: Kernel) -> None:
        if self.own_sql and self.finding:
            kernel.run(self.finding.rollback)
            if self.finding.rollback:
                self.hold(kernel)

    def send_load(self, kernel: Kernel, statements: Sequence[str]) -> None:
        """The workload, sent by an account that exists only for it."""
        with contextlib.closing(kernel.connect(self.user, PASSWORD, self.database)) as connection:
            for statement in self.filled(statements):
                try:
                    connection.cursor().execute(statement)
                except pymysql.MySQLError as error:
                    assert error.args[0] in self.plant.errors, error

    def remove(self, kernel: Kernel) -> None:
        self.holder.close()
        kernel.run([*self.filled(self.plant.always), f"DROP DATABASE IF EXISTS {self.database}"])
        kernel.run([f"DROP USER IF EXISTS '{self.user}'"])


class Round:
    """All proofs of one ground, step by step."""

    def __init__(self, kernel: Kernel, plants: Sequence[Plant]) -> None:
        self.kernel = kernel
        self.proofs = [Proof(plant) for plant in plants]
        self.ground = plants[0].ground
        self.codes = [plant.code for plant in plants]

    def each(self, step: Callable[[Proof], None]) -> None:
        for proof in self.proofs:
            if proof.error is None:
                try:
                    step(proof)
                except (pymysql.MySQLError, AssertionError) as error:
                    proof.error = error

    def prepare(self) -> None:
        if self.ground:
            self.kernel.run(self.ground.prepare)

    def loads(self, of: Callable[[Plant], Sequence[str]]) -> None:
        """The workloads side by side; returns once the audit shows them all."""
        senders = [proof for proof in self.proofs if proof.plant.load and not proof.error]
        with ThreadPoolExecutor(LOADS_AT_ONCE) as pool:
            sent = {proof: pool.submit(proof.send_load, self.kernel, of(proof.plant)) for proof in senders}
        for proof, future in sent.items():
            if error := future.exception():
                proof.error = error if isinstance(error, Exception) else RuntimeError(error)
        if senders:
            await_audit(self.kernel)

    def assess(self) -> None:
        snapshot = read(self.kernel, self.codes)
        for proof in self.proofs:
            as_of = (proof.planted_at or snapshot.as_of) + proof.plant.later
            if not proof.plant.later:
                as_of = snapshot.as_of
            facts = {**snapshot.facts, Clock: (Clock(as_of=as_of),)}
            proof.results.append(judged(proof.plant.code, dataclasses.replace(snapshot, as_of=as_of, facts=facts)))

    def run(self) -> None:
        self.each(lambda proof: proof.create(self.kernel))
        self.assess()
        self.each(lambda proof: proof.plant_it(self.kernel))
        self.prepare()
        self.each(lambda proof: proof.hold(self.kernel))
        self.loads(lambda plant: plant.load)
        time.sleep(max(proof.plant.settle_s for proof in self.proofs))
        self.assess()
        self.mend()
        self.assess()
        if any(proof.finding and proof.own_sql and proof.finding.rollback for proof in self.proofs):
            self.each(lambda proof: proof.bring_back(self.kernel))
            self.assess()

    def mend(self) -> None:
        for proof in self.proofs:
            same = [finding for finding in proof.results[-1].findings if finding.resource == proof.resource]
            proof.finding = same[0] if same else None
        self.each(lambda proof: proof.mend(self.kernel))
        self.prepare()
        self.loads(lambda plant: plant.load if plant.mended_load is None else plant.mended_load)

    def clear(self) -> None:
        for proof in self.proofs:
            proof.remove(self.kernel)
        if self.ground:
            self.kernel.run(self.ground.restore)


def prove(kernel: Kernel, plants: Sequence[Plant]) -> dict[str, Proof]:
    """Take these plants, all on one ground, through the loop; code -> what happened."""
    together = Round(kernel, plants)
    try:
        together.run()
    finally:
        together.clear()
    return {proof.plant.code: proof for proof in together.proofs}


def await_audit(kernel: Kernel) -> None:
    """Wait until the audit of the loads grows no more: it lags behind by up to a second."""
    count, seen = "SELECT COUNT(*) FROM oceanbase.GV$OB_SQL_AUDIT WHERE USER_NAME LIKE 'load\\_%'", -1
    with contextlib.closing(kernel.connect()) as connection, connection.cursor() as cursor:
        for _ in range(20):
            cursor.execute(count)
            row = cursor.fetchone()
            if row and 0 < row[0] == seen:
                return
            seen = row[0] if row else 0
            time.sleep(0.6)
    raise AssertionError("the audit shows nothing of the loads")
