"""The twin on real kernels: a small shop with data is read as an assessment reads a tenant, and advised from that.

Hostile definitions and statements are not taken, a kernel that ends does not end the run, and nothing of the tenant's
data is on the twin.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.archive.snapshot import save_snapshot
from agent.facts.definitions import TableDefinition
from agent.kernel.start import Kernel
from agent.model.snapshot import Snapshot
from agent.support.errors import ConfigError
from agent.twin import prove
from agent.twin.candidates import Candidate
from agent.twin.fidelity import match_statements
from agent.twin.index_advisor import CHOOSING
from agent.twin.matched import Match
from agent.twin.material import read_material
from agent.twin.prove import ProposedChange, prove_advice, try_change
from agent.twin.result import Remedy, TwinReport, Verdict
from agent.twin.twin import Twin, open_twin
from agent.twin.verify import JUDGING
from agent.twin.what_if import WhatIf
from tests.agent.cli.typed import run_process
from tests.twin.bench import is_advised
from tests.twin.planting import plant, read_tenant
from tests.twin.schemas import scale
from tests.twin.schemas.shop import SCHEMA

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
SMALL = scale(SCHEMA, 0.1)
HOSTILE = (
    "CREATE TABLE `h1` (`id` int); DROP DATABASE shop",
    "DROP DATABASE `shop`",
    "CREATE TABLE `h2` AS SELECT LOAD_FILE('/etc/passwd')",
    "CREATE TABLE `h3` (\n  `id` nonsense(3)\n)",
    "",
)


@pytest.fixture(scope="module")
def snapshot(kernel: Kernel) -> Iterator[Snapshot]:
    plant(kernel, SMALL)
    yield read_tenant(kernel, SMALL)[0]
    kernel.run([f"DROP DATABASE {SMALL.name}"])


@pytest.fixture(scope="module")
def report(snapshot: Snapshot) -> TwinReport:
    definitions = tuple(
        TableDefinition(table_schema="shop", table_name=f"h{number}", definition=text)
        for number, text in enumerate(HOSTILE)
    )
    facts = {**snapshot.facts, TableDefinition: (*snapshot.list_rows(TableDefinition), *definitions)}
    # A table is made where a statement reads it or a finding's SQL changes it.
    changes = tuple(f"ALTER TABLE `shop`.`h{number}` ADD INDEX `i` (`id`)" for number in range(len(HOSTILE)))
    remedies = [Remedy(code="SCH001", fingerprint="f", resource="shop.h", sql=changes, rollback=())]
    return prove_advice(dataclasses.replace(snapshot, facts=facts), remedies=remedies)


def test_plans_of_the_twin_are_the_tenant_s(report: TwinReport) -> None:
    assert report.fidelity_pct is not None and report.fidelity_pct >= 85, report.matches
    assert report.matches["same"] >= 40, report.matches


def test_removed_indexes_are_advised_with_a_proof(report: TwinReport) -> None:
    advised = {(one.table, one.columns[0]) for one in report.indexes if is_advised(one)}
    missing = [table for table, columns in SMALL.removed if (table, columns[0]) not in advised]
    assert len(missing) <= len(SMALL.removed) // 3, (missing, report.indexes)
    for one in report.indexes:
        if is_advised(one):
            assert one.effects and one.sql.startswith("CREATE INDEX") and one.rollback.startswith("DROP INDEX")
        assert (one.verdict is Verdict.WITH_PINS) == (is_advised(one) and bool(one.pins))


def test_hostile_definitions_are_not_taken_and_the_run_goes_on(report: TwinReport) -> None:
    assert {what for what, _ in report.refusals} >= {f"shop.h{number}" for number in range(len(HOSTILE))}
    assert report.problem is None and report.indexes


def test_the_advice_is_what_the_server_takes(kernel: Kernel, report: TwinReport) -> None:
    for one in report.indexes:
        for sql in (one.sql, one.rollback, *(each for pin in one.pins for each in (pin.sql, pin.rollback))):
            kernel.run([f"USE {SMALL.name}", sql.rstrip(";")])
    for retired in report.retired:
        kernel.run([retired.sql.rstrip(";"), retired.rollback.rstrip(";")])


def test_memory_and_time_have_limits(report: TwinReport) -> None:
    assert 0 < report.peak_bytes < 1.5 * 2**30
    assert report.plans <= 3000


def test_a_change_is_tried_and_a_bad_one_is_refused(snapshot: Snapshot) -> None:
    found = try_change(snapshot, ProposedChange(indexes=(Candidate("shop", "orders", ("customer_id", "created_at")),)))
    assert {effect.verdict for effect in found.effects} >= {Verdict.VERIFIED}
    (advice,) = found.indexes
    assert advice.columns == ("customer_id", "created_at") and advice.effects
    dropped = try_change(snapshot, ProposedChange(dropped=frozenset({("shop", "orders", "by_shop_day")})))
    worse = [effect for effect in dropped.effects if effect.cost_after > effect.cost_before]
    assert worse and all(effect.verdict is not Verdict.VERIFIED for effect in worse)


@pytest.mark.long
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ProposedChange(indexes=(Candidate("shop", "orders", ("id",) * 2),)), "does not make"),
        (ProposedChange(settings=(("no_such_variable", "1"),)), "setting"),
    ],
)
def test_a_change_that_the_twin_refuses_is_one_message(snapshot: Snapshot, change: ProposedChange, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        try_change(snapshot, change)


def test_a_candidate_that_is_refused_leaves_its_table_and_the_end_of_the_kernel_ends_no_run(snapshot: Snapshot) -> None:
    material = read_material(snapshot)
    good, bad = Candidate("shop", "orders", ("customer_id",)), Candidate("shop", "products", ("nobody",))
    with open_twin(material, also=material.tables, candidates=[good, bad]) as twin:
        assert twin.candidates == [good] and not twin.refusals
        (shown,) = twin.ask("SHOW CREATE TABLE shop.orders")
        assert good.name in str(shown[1])
        assert [refused.what for refused in WhatIf(twin).make([good, bad])] == [bad.tell()]
        for schema, table in material.tables:
            assert twin.ask(f"SELECT COUNT(*) FROM `{schema}`.`{table}`") == [(0,)], "not a row of the tenant"
        os.kill(twin.kernel.pid, signal.SIGKILL)
        matched = match_statements(twin, material)
    assert len(matched) == len(material.statements)
    explained = [one for one in matched if one.match in (Match.SAME, Match.FORCED, Match.OTHER)]
    assert explained == [] and any(one.match is Match.REFUSED and "ended" in one.cause for one in matched)


@pytest.mark.parametrize("what", [CHOOSING, pytest.param(JUDGING, marks=pytest.mark.long)])
def test_a_kernel_that_ends_during_the_search_leaves_what_was_found(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    twins: list[Twin] = []

    @contextlib.contextmanager
    def remember(*args: Any) -> Iterator[Twin]:
        with open_twin(*args) as twin:
            twins.append(twin)
            yield twin

    def end_kernel(phase: str, done: int, total: int) -> None:
        if phase == what and done == 1:
            os.kill(twins[0].kernel.pid, signal.SIGKILL)

    monkeypatch.setattr(prove, "open_twin", remember)
    report = prove_advice(snapshot, end_kernel)
    assert report.problem is not None and "ended" in report.problem.msgid
    assert report.statements and report.matches["same"] and not report.indexes


def test_the_command_answers_for_machines(snapshot: Snapshot, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.obh"
    save_snapshot(snapshot, path)
    ended = run_process(tmp_path, "what-if", "-s", path, "--index", "shop.orders(customer_id)", "--json")
    assert ended.code == 0, ended.err
    answer = json.loads(ended.out)
    assert answer["fidelity_pct"] >= 85 and answer["effects"] and answer["indexes"][0]["sql"]
