"""Faults judged after the ring and the plan cache have forgotten them: found in the repository, or not assessed.

The short form makes the server forget by its own means. ``OB_HEALTH_STATEMENTS=100000`` sends so many statements
instead, once of few shapes and once of ten thousand, and waits ten minutes (``make proof-later``).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence

import pytest

from agent.facts.sql import RepositoryShape
from agent.judgement.assessed import is_known_gone
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome
from tests.harness import Plant, shipped
from tests.integration.plants.sql import NOTHING_REMEMBERED, PLANTS, USUAL, queries
from tests.integration.proving import Proof, found, judged, read
from tests.integration.reading import rows_of

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
STATEMENTS = int(os.environ.get("OB_HEALTH_STATEMENTS", "0"))
WAIT_S = 600 if STATEMENTS else 0
CODES = ("SQL003", "SQL004", "SQL008", "SQL009", "SQL011", "SQL012", "SQL014", "SQL017", "SQL018", "SQL019")
# Faults that the figures of the repository show by themselves. The others need the text or the plan, which is gone, or
# rows that the repository counted: it leaves out what a scan goes through block by block, once rows are on disk.
SHOWN_BY_FIGURES = frozenset({"SQL008", "SQL011", "SQL012"})
SHOWN_BY_ROWS = ("SQL019", 12 * 90_000)
# Signs of one cause: what one of them says of a statement is said of the fault.
ONE_CAUSE = frozenset({"SQL003", "SQL004", "SQL017", "SQL019"})
SNAPSHOT = "CALL dbms_workload_repository.create_snapshot()"


def plants_of(codes: Sequence[str]) -> list[Plant]:
    return [next(plant for plant in PLANTS if plant.code == code) for code in codes]


def judge_all(snapshot: Snapshot) -> dict[str, CheckResult]:
    """The checks by the shipped rules."""
    registry, ruleset = shipped()
    return {code: evaluate_checks([registry.checks[code]], ruleset, snapshot)[0] for code in CODES}


def forget(kernel: Kernel, shapes: int) -> None:
    """Make the plan cache and the ring forget: by so many statements, or by the server's own means."""
    if not STATEMENTS:
        kernel.run(NOTHING_REMEMBERED)
        kernel.run(queries(50))
        return
    kernel.run(USUAL)
    statements = queries(shapes)
    connection = kernel.connect()
    with connection, connection.cursor() as cursor:
        for number in range(STATEMENTS):
            cursor.execute(statements[number % shapes])
    time.sleep(WAIT_S)


@pytest.fixture(scope="module")
def planted(kernel: Kernel) -> Iterator[list[Proof]]:
    """The faults. The memory takes all of their rows, or the server would write them to disk while they are planted."""
    proofs = [Proof(plant) for plant in plants_of(CODES)]
    usual = rows_of(kernel, "SHOW PARAMETERS LIKE 'freeze_trigger_percentage'")[0][4]
    kernel.run(["ALTER SYSTEM SET freeze_trigger_percentage = 60"])
    for proof in proofs:
        proof.create(kernel)
        proof.plant_it(kernel)
    yield proofs
    for proof in proofs:
        proof.remove(kernel)
    kernel.run([f"ALTER SYSTEM SET freeze_trigger_percentage = {usual}", *USUAL])


def send_all(kernel: Kernel, proofs: Sequence[Proof]) -> None:
    for proof in proofs:
        proof.hold(kernel)
        proof.send_load(kernel, proof.plant.load)
        proof.holder.close()


@pytest.mark.parametrize("shapes", [3, 10_000] if STATEMENTS else [3])
@pytest.mark.parametrize(
    "kept",
    [pytest.param(True, id="snapshot between"), pytest.param(False, id="no snapshot", marks=pytest.mark.long)],
)
def test_a_fault_that_was_seen_is_never_passed_or_resolved(
    kernel: Kernel, planted: list[Proof], shapes: int, kept: bool
) -> None:
    kernel.run(NOTHING_REMEMBERED)
    send_all(kernel, planted)
    snapshot = read(kernel, shipped()[0].checks)
    before = {proof.plant.code: judged(proof.plant.code, snapshot) for proof in planted}
    unseen = [proof.plant.code for proof in planted if proof.resource not in found(before[proof.plant.code])]
    assert unseen == [], "the faults are there while they are fresh"
    if kept:
        kernel.run([SNAPSHOT])
    forget(kernel, shapes)
    snapshot = read(kernel, shipped()[0].checks)
    now = judge_all(snapshot)
    passed = [code for code, result in now.items() if result.outcome not in (Outcome.FINDING, Outcome.NOT_ASSESSED)]
    assert passed == []
    resolved = [
        (code, was.resource)
        for code, result in before.items()
        for was in result.findings
        if was.resource not in found(now[code]) and is_known_gone(now[code], was)
    ]
    assert resolved == []
    if kept:
        counted = are_rows_counted(planted, snapshot)
        shown = SHOWN_BY_FIGURES | ({SHOWN_BY_ROWS[0]} if counted else set())
        assert {proof.plant.code for proof in planted if is_told(proof, now)} >= shown
        if not counted and not STATEMENTS:
            pytest.skip(f"all but {SHOWN_BY_ROWS[0]} was proven: the repository counted none of its rows")
    else:
        assert all(result.reason for result in now.values() if result.outcome is Outcome.NOT_ASSESSED)


def are_rows_counted(proofs: Sequence[Proof], snapshot: Snapshot) -> bool:
    """Whether the repository counted the rows of the one fault, as it does while they are in memory."""
    code, rows_read = SHOWN_BY_ROWS
    sql_id = next(proof.resource for proof in proofs if proof.plant.code == code).removeprefix("SQL ")
    kept = snapshot.facts[RepositoryShape]
    assert isinstance(kept, tuple)
    return any(row.sql_id == sql_id and row.rows_read >= rows_read for row in kept)


def is_told(proof: Proof, results: dict[str, CheckResult]) -> bool:
    """Whether the fault's check, or one of the same cause, names its statement."""
    code = proof.plant.code
    return any(proof.resource in found(results[other]) for other in (ONE_CAUSE if code in ONE_CAUSE else {code}))
