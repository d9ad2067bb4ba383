"""Clusters held as data, read by the agent's own statements on the kernel and judged as their own version."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.preflight import HeldPrivileges, inspect_target
from agent.facts.definitions import TableDefinition
from agent.facts.schema import Table
from agent.judgement.assessed import is_known_gone
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.score import score_results
from agent.kernel.start import Kernel
from agent.model.result import CheckResult
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Outcome, Severity, TenantKind, UnavailableKind, Version
from agent.support.errors import TargetError
from agent.support.i18n import render_text
from tests.checks.removals import blinder_than
from tests.clusters.healthy import GIVEN, healthy
from tests.clusters.held import SCHEMA, Shelf
from tests.clusters.large import Size, put_large
from tests.clusters.schema import TARGETS, Target, views_of
from tests.clusters.troubled import FAULTS, KNOWN, troubled
from tests.harness import MOST_STATEMENTS, shipped

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
Well = Callable[[Target], Snapshot]

# Checks that must have an answer: the rest depends on views that some version lacks.
LEAST_COVERAGE = 95.0
# A fact set is empty on the healthy cluster only where nothing to report is the good state.
NOTHING_IS_GOOD = {
    "BalanceJob", "Deadlock", "FailedOperation", "FailedTransfer", "LockWait", "LogRestore", "UnsettledTables",
    "Outline", "PartitionedIndex", "PartitionedTable", "RecycledObject", "RunningBackup", "Sequence", "ThrottlingRule",
    "ViewUse", "RestoreJob", "RunningGather", "ForeignKey", "ForeignKeyColumn", "DynamicPartitions",
    "FailedLogins", "OpenAccount", "DatabaseGrant",
}  # fmt: skip
LARGEST_OR_NEWEST_FIRST = {"SqlShape", "SqlTotal", "CachedPlan", "BackupJob", "BackupSet", "DeleteJob"}
BUSINESS = {
    "AutoIncrement", "BusinessObject", "ColumnStatistics", "GatherTask", "IndexColumn", "Job", "NotableColumn", "Table",
    "TableChanges", "TableStatistics",
}  # fmt: skip


@pytest.fixture(scope="module")
def shelf(kernel: Kernel) -> Iterator[Shelf]:
    shelf = Shelf(kernel)
    yield shelf
    shelf.close()


@pytest.fixture(scope="module")
def well(shelf: Shelf) -> Well:
    """The healthy cluster as a target sees it, read once."""

    @cache
    def read(target: Target) -> Snapshot:
        shelf.put(healthy(target))
        return shelf.read(target, GIVEN)

    return read


def long(value: object) -> object:
    """A parameter of the long form alone."""
    return pytest.param(value, marks=pytest.mark.long)


def judged(snapshot: Snapshot) -> tuple[CheckResult, ...]:
    registry, ruleset = shipped()
    results = evaluate_checks(registry.checks.values(), ruleset, snapshot)
    assert [(result.code, result.reason) for result in results if result.outcome is Outcome.ERROR] == []
    return results


def worst(results: tuple[CheckResult, ...]) -> dict[str, Severity]:
    """The severity of every check that found something."""
    return {result.code: result.findings[0].severity for result in results if result.findings}


def broken(snapshot: Snapshot) -> list[str]:
    """Sources that failed for another reason than that this version lacks the view or the column."""
    absent = {"ok", "no_view", "no_column"}
    return [f"{record.source}: {record.status}" for record in snapshot.records if record.status not in absent]


@pytest.mark.parametrize("target", [long(target) if target in TARGETS[1:-1] else target for target in TARGETS], ids=str)
def test_a_healthy_cluster_is_found_healthy(well: Well, target: Target) -> None:
    snapshot = well(target)
    assert (snapshot.version, snapshot.tenant_kind, snapshot.embedded) == (target.full_version, target.kind, False)
    assert broken(snapshot) == [] and not any(record.truncated for record in snapshot.records)
    results = judged(snapshot)
    above_low = {code for code, severity in worst(results).items() if severity.rank > Severity.LOW.rank}
    assert {r.code: r.findings[0].text for r in results if r.code in above_low} == {}
    scored = score_results(results, shipped()[1].scoring, target.kind, None)
    print(f"{target}: score {scored.value}, coverage {scored.coverage_pct} %")  # noqa: T201 - shown with pytest -rP
    assert scored.value >= 90
    # Without the records of statements the checks that ask for a day of them cannot pass.
    if "oceanbase.GV$OB_SQLSTAT" not in views_of(target):
        excused = list_excused(snapshot)
        rest = [one for one in results if one.outcome is not Outcome.NOT_ASSESSED or one.code not in excused]
        scored = score_results(rest, shipped()[1].scoring, target.kind, None)
    assert scored.coverage_pct >= LEAST_COVERAGE


def list_excused(snapshot: Snapshot) -> set[str]:
    """The checks that ask for a day of the records, or for a view that this version lacks."""
    registry, ruleset = shipped()
    day_long = {code for code, rule in ruleset.rules.items() if (rule.evidence.span_hours or 0) >= 24}
    return day_long | {
        code
        for code, spec in registry.checks.items()
        for name, row in spec.facts.items()
        if name not in spec.optional
        and isinstance(found := snapshot.facts.get(row), Unavailable)
        and found.kind is UnavailableKind.NO_VIEW
    }


@pytest.mark.parametrize("kind", TenantKind)
def test_the_healthy_cluster_fills_what_is_judged(well: Well, kind: TenantKind) -> None:
    """Otherwise it would pass for want of facts."""
    found = well(Target("4.2.5", kind)).facts.items()
    empty = {row.__name__ for row, rows in found if not isinstance(rows, Unavailable) and not rows}
    assert empty <= NOTHING_IS_GOOD | (BUSINESS if kind is TenantKind.SYS else set())


@pytest.mark.parametrize("kind", TenantKind)
@pytest.mark.parametrize("version", ["4.2.5", long("4.3.3")])
def test_every_fault_is_found(shelf: Shelf, version: str, kind: TenantKind) -> None:
    target = Target(version, kind)
    shelf.put(troubled(target))
    snapshot = shelf.read(target, KNOWN)
    assert broken(snapshot) == []
    results = judged(snapshot)
    found = worst(results)
    wanted = {fault.code: fault for fault in FAULTS if kind in fault.kinds}
    assert {code: found.get(code) for code in wanted} == {code: fault.severity for code, fault in wanted.items()}
    assert score_results(results, shipped()[1].scoring, kind, None).value < 40


@pytest.mark.parametrize("kind", TenantKind)
def test_whatever_is_taken_away_from_a_troubled_cluster_makes_no_pass(shelf: Shelf, kind: TenantKind) -> None:
    target = Target("4.2.5", kind)
    shelf.put(troubled(target))
    snapshot = shelf.read(target, KNOWN)
    registry, ruleset = shipped()
    tried, wrong = 0, []
    for full in judged(snapshot):
        spec = registry.checks[full.code]
        for way, blinder in blinder_than(snapshot, spec) if full.findings else ():
            (blind,) = evaluate_checks([spec], ruleset, blinder)
            tried += 1
            kept = {finding.fingerprint for finding in blind.findings}
            gone = [was for was in full.findings if was.fingerprint not in kept and is_known_gone(blind, was)]
            if blind.outcome not in (Outcome.FINDING, Outcome.NOT_ASSESSED) or gone:
                wrong.append(f"{full.code} {way}: {blind.outcome} {[was.resource for was in gone]}")
    print(f"{target}: {tried} ways, {len(wrong)} wrong")  # noqa: T201 - shown with pytest -rP
    assert tried > 500
    assert wrong == []


def test_each_fault_is_planted_for_one_check_only() -> None:
    codes = [fault.code for fault in FAULTS]
    assert len(codes) == len(set(codes)) >= 50


@pytest.mark.parametrize(
    ("version", "mode", "says"), [("3.1.5", "MYSQL", "3.1.5.0 is not supported"), ("4.2.5", "ORACLE", "Oracle")]
)
def test_what_is_not_supported_is_refused(shelf: Shelf, kernel: Kernel, version: str, mode: str, says: str) -> None:
    endpoint = Endpoint(
        name="held", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
    )
    with ReadOnlySession(endpoint, Budget(), "held") as session, pytest.raises(TargetError) as error:
        inspect_target(
            session, shipped()[0].sources, TenantKind.USER, HeldPrivileges(SCHEMA, Version.parse(version), mode)
        )
    assert says in render_text(error.value.text, "en")
    assert "MySQL-mode tenants of 4.0 and later" in render_text(error.value.text, "en")


def test_views_that_a_version_lacks_are_said(well: Well) -> None:
    target = Target("4.3.0", TenantKind.USER)
    assert "oceanbase.GV$OB_SQLSTAT" not in views_of(target) and "oceanbase.DBA_RECYCLEBIN" in views_of(target)
    snapshot = well(target)
    told = [render_text(problem.what, "en") for problem in snapshot.problems]
    assert [text for text in told if text.startswith("This version has no GV$OB_SQLSTAT: ")], told
    results = {result.code: result for result in judged(snapshot)}
    assert results["SQL002"].outcome is Outcome.NOT_ASSESSED and results["SQL002"].reason
    assert render_text(results["SQL002"].reason, "en").startswith("plan cache: "), "it stands in, and covers too little"
    assert results["CAP007"].outcome is Outcome.PASS


@pytest.mark.parametrize("kind", [TenantKind.SYS, long(TenantKind.USER)])
def test_a_large_cluster_is_read_within_bounds(shelf: Shelf, kind: TenantKind) -> None:
    """9 servers, 200 tenants, 100,000 tablets; what judging it takes is measured by ``make bench``."""
    target = Target("4.2.5", kind)
    # A business tenant's tables are read up to 20,000: more of them make the same snapshot.
    put_large(shelf, target, Size(tablets=100_000 if kind is TenantKind.SYS else 25_000))
    snapshot = shelf.read(target, GIVEN, Budget(statement_timeout_s=30, total_database_ms=120_000))
    assert broken(snapshot) == []
    # A business tenant's columns are read for 128 tables of a schema at a time; each such slice is a statement.
    tables = snapshot.facts[Table] if kind is TenantKind.USER else ()
    assert not isinstance(tables, Unavailable)
    slices = sum(math.ceil(count / 128) for count in Counter(table.table_schema for table in tables).values())
    shown = sum(record.rows for record in snapshot.records if record.source == TableDefinition.__name__)
    assert snapshot.cost.statements - shown <= MOST_STATEMENTS + slices
    if kind is TenantKind.SYS:  # everything is read in full but what is ordered by weight or by age
        assert {record.source for record in snapshot.records if record.truncated} <= LARGEST_OR_NEWEST_FIRST
    above_low = {code for code, severity in worst(judged(snapshot)).items() if severity.rank > Severity.LOW.rank}
    # Two hundred tenants are many, which only sys sees.
    assert above_low == ({"CAP026"} if kind is TenantKind.SYS else set())
