"""The server goes away, or takes back what preflight saw."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pymysql
import pytest

from agent.collection import preflight
from agent.collection.collect import collect_facts
from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.collection.journal import JournalState
from agent.collection.preflight import HeldPrivileges
from agent.facts.resources import Memstore
from agent.judgement.evaluate import evaluate_checks
from agent.kernel.start import Kernel, run_kernel
from agent.model.terms import Outcome, TenantKind
from agent.pipeline import AssessedTarget, AssessmentJob
from tests.clusters.healthy import healthy
from tests.clusters.held import SCHEMA, Shelf
from tests.clusters.schema import Target
from tests.faults.site import Site, site_on, statuses
from tests.harness import shipped

pytestmark = pytest.mark.kernel
ACCOUNT = "hx_left"
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def site(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on(kernel, tmp_path_factory.mktemp("server"), ACCOUNT) as made:
        yield made


def at(source: str, act: Callable[[], object]) -> Callable[[AssessmentJob], AssessmentJob]:
    """The job that does this to the server just before a source is read."""

    def progress(name: str, done: int, total: int) -> None:
        if name == source:
            act()

    return lambda job: job.with_progress(progress)


def outcomes(delivered: AssessedTarget) -> set[str]:
    return {result["outcome"] for result in delivered.document["results"]}


@pytest.mark.slow
def test_the_kernel_is_killed_while_sources_are_read(kernel: Kernel, tmp_path: Path, record_property: Record) -> None:
    found: dict[str, str] = {}
    with contextlib.suppress(pymysql.OperationalError), run_kernel() as own, site_on(own, tmp_path, ACCOUNT) as site:
        delivered = site.run(at("ResourceUnit", lambda: os.kill(own.pid, signal.SIGKILL)))
        found, missing = statuses(delivered), outcomes(delivered)
        assert site.journal is JournalState.INTACT and site.recorded() == 1
        said = site.tried()
        assert isinstance(said, str) and said.startswith("shop: ")
    assert found.pop("Memstore") == "ok" and set(found.values()) == {"lost"} and len(found) == 4, found
    assert "not_assessed" in missing and "error" not in missing
    with site_on(kernel, tmp_path, "hx_again") as site:
        assert set(statuses(site.run()).values()) == {"ok"} and site.recorded() == 2
    record_property("faults", 1)


def test_a_privilege_is_revoked_half_way(site: Site, record_property: Record) -> None:
    grant = "SELECT ON oceanbase.`GV$OB_UNITS`"
    delivered = site.run(at("ResourceUnit", lambda: site.kernel.run([f"REVOKE {grant} FROM {ACCOUNT}"])))
    assert {name for name, status in statuses(delivered).items() if status != "ok"} == {"ResourceUnit"}
    assert statuses(delivered)["ResourceUnit"] == "privilege" and "not_assessed" in outcomes(delivered)
    site.kernel.run([f"GRANT {grant} TO {ACCOUNT}"])
    assert set(statuses(site.run()).values()) == {"ok"}
    site.no_session_stays()
    record_property("faults", 1)


def test_the_account_is_dropped_half_way(site: Site, record_property: Record) -> None:
    """The session lives on or ends, as the server likes; what was read stays read."""
    with contextlib.ExitStack() as after:
        after.callback(site.kernel.run, [f"CREATE USER IF NOT EXISTS {ACCOUNT}"])
        outcome = site.tried(at("ResourceUnit", lambda: site.kernel.run([f"DROP USER {ACCOUNT}"])))
    assert not isinstance(outcome, str) and statuses(outcome)["Memstore"] == "ok"
    assert site.journal is JournalState.INTACT
    site.no_session_stays()
    record_property("faults", 1)


@pytest.mark.slow
def test_a_view_is_dropped_half_way(kernel: Kernel, record_property: Record) -> None:
    target = Target("4.2.5", TenantKind.USER)
    shelf, (registry, ruleset) = Shelf(kernel), shipped()
    with contextlib.closing(shelf):
        shelf.put(healthy(target))

        def progress(name: str, done: int, total: int) -> None:
            if done == 1:
                shelf.run(f"DROP TABLE `{SCHEMA}`.`GV$OB_MEMSTORE`")

        endpoint = Endpoint(
            name="held", host=kernel.host, port=kernel.port, user=kernel.user, password=lambda: kernel.password
        )
        with ReadOnlySession(endpoint, Budget(), "held") as session:
            held = HeldPrivileges(SCHEMA, target.full_version)
            seen = preflight.inspect_target(session, registry.sources, target.kind, held)
            facts = collect_facts(session, registry.sources, seen, None, datetime.now(UTC), progress=progress)
    found = {record.source: record.status for record in facts.records}
    assert found["Memstore"] == "no_view" and found["Counter"] == "ok"
    results = evaluate_checks(registry.checks.values(), ruleset, facts)
    assert not any(result.outcome is Outcome.ERROR for result in results)
    needing = {code for code, spec in registry.checks.items() if Memstore in spec.facts.values()}
    found_in = {result.outcome for result in results if result.code in needing}
    assert found_in <= {Outcome.NOT_ASSESSED, Outcome.NOT_APPLICABLE}
    record_property("faults", 1)


@pytest.mark.parametrize("timeout_s", [0.0005, 0.002, 0.01])
def test_every_statement_runs_into_its_timeout(site: Site, timeout_s: float, record_property: Record) -> None:
    def impatient(job: AssessmentJob) -> AssessmentJob:
        limits = job.engagement.targets["shop"].limits.model_copy(update={"statement_timeout_s": timeout_s})
        target = job.engagement.targets["shop"].model_copy(update={"limits": limits})
        return dataclasses.replace(job, engagement=job.engagement.model_copy(update={"targets": {"shop": target}}))

    outcome = site.tried(impatient)
    if not isinstance(outcome, str):
        assert set(statuses(outcome).values()) <= {"ok", "timeout", "privilege", "no_view", "no_column"}
        assert "error" not in outcomes(outcome)
    site.no_session_stays()
    record_property("faults", 1)
