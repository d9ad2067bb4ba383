"""A target to do harm to: an account and a signed engagement on the kernel, reached through the proxy."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent import pipeline
from agent.archive.history.store import History
from agent.catalogue.registry import Registry
from agent.collection import busy, connect, receipt
from agent.collection.journal import ALL_JOURNALS, JournalState, verify_journal
from agent.engagement import targets
from agent.engagement.loading import load_engagement
from agent.kernel.start import Kernel
from agent.model.rule import Ruleset
from agent.pipeline import AssessedTarget, AssessmentJob
from agent.support.errors import HealthAgentError
from agent.support.i18n import render_text
from tests.agent.signing import authorized
from tests.faults.proxy import Proxy, before
from tests.harness import shipped
from tests.integration.reading import PASSWORD, reader, rows_of

# What the few checks that are run here read; Memstore is the first source, AuditReturn the last.
SOURCES = frozenset({"Counter", "Memstore", "ResourceUnit", "AuditReturn", "Variable", "Build", "Clock"})
TARGET = "shop"
PASSWORD_VARIABLE = "OB_HEALTH_FAULTS_PASSWORD"
TODAY = datetime.now(UTC).date()


@dataclass(frozen=True)
class Site:
    """Everything of one module lies in ``directory``; ``run`` assesses into the same place each time."""

    kernel: Kernel
    proxy: Proxy
    account: str
    directory: Path

    @property
    def out(self) -> Path:
        return self.directory / "out" / TARGET

    @property
    def engagement(self) -> Path:
        return self.directory / "engagement.yaml"

    @property
    def history(self) -> str:
        return f"sqlite:///{self.directory / 'history.sqlite'}"

    def job(self, history: History | None) -> AssessmentJob:
        registry, shipped = few_checks()
        return AssessmentJob(
            engagement=load_engagement(self.engagement),
            target=TARGET,
            registry=registry,
            shipped=shipped,
            now=datetime.now(UTC),
            history=history,
        )

    def run(self, change: Callable[[AssessmentJob], AssessmentJob] = lambda job: job) -> AssessedTarget:
        """One assessment; raises what it raises."""
        with History.open(self.history) as history:
            return pipeline.assess_target(change(self.job(history)), self.out, ["json"], ["en"])

    def tried(self, change: Callable[[AssessmentJob], AssessmentJob] = lambda job: job) -> AssessedTarget | str:
        """One assessment, or what it says when it cannot be done."""
        try:
            return self.run(change)
        except HealthAgentError as error:
            said = render_text(error.text, "en")
            assert said and "Traceback" not in said and PASSWORD not in said
            return said

    def sessions(self) -> int:
        sql = f"SELECT COUNT(*) FROM oceanbase.GV$OB_PROCESSLIST WHERE USER = '{self.account}'"
        return int(rows_of(self.kernel, sql)[0][0])

    def no_session_stays(self, within_s: float = 20.0) -> None:
        deadline = time.monotonic() + within_s
        while self.sessions() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.sessions() == 0

    def journals(self) -> set[bytes]:
        """What every journal holds."""
        return {path.read_bytes() for path in self.out.glob(ALL_JOURNALS)}

    @property
    def journal(self) -> JournalState:
        """What the newest is worth."""
        return verify_journal(newest_journal(self.out)).state

    def recorded(self) -> int:
        with History.open(self.history) as history:
            return len(history.list(limit=1000))


def newest_journal(directory: Path) -> Path:
    """That of the last run."""
    return max(directory.glob(ALL_JOURNALS), key=lambda path: path.stat().st_mtime_ns)


def few_checks() -> tuple[Registry, Ruleset]:
    """The shipped checks that read only a handful of sources, and their rules."""
    registry, ruleset = shipped()
    few = {
        code: spec for code, spec in registry.checks.items() if {row.__name__ for row in spec.facts.values()} <= SOURCES
    }
    rules = {code: rule for code, rule in ruleset.rules.items() if code in few}
    return Registry(few), dataclasses.replace(ruleset, rules=rules)


def statuses(delivered: AssessedTarget) -> dict[str, str]:
    """By source."""
    return {source["source"]: source["status"] for source in delivered.document["sources"]}


def write_engagement(directory: Path, port: int, account: str, statement_timeout_s: int) -> Path:
    path = directory / "engagement.yaml"
    path.write_text(
        f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {TODAY - timedelta(days=10)}, months: 12}}
targets:
  {TARGET}: {{host: 127.0.0.1, port: {port}, user: {account}, password: "env:{PASSWORD_VARIABLE}",
    tls: {{mode: disabled}}, limits: {{statement_timeout_s: {statement_timeout_s}}}}}
schedule: {{major_compaction: none}}
history: sqlite:///{directory / "history.sqlite"}
""",
        encoding="utf-8",
    )
    return authorized(path)


@contextlib.contextmanager
def site_on(kernel: Kernel, directory: Path, account: str, statement_timeout_s: int = 1) -> Iterator[Site]:
    """A site with an account of its own; impatient, so that waiting in vain is short."""
    with pytest.MonkeyPatch.context() as patch, reader(kernel, account), before(kernel.port) as proxy:
        patch.setenv(PASSWORD_VARIABLE, PASSWORD)
        patch.setattr(connect, "_GRACE_S", 0.2)
        patch.setattr(receipt, "_LAG_S", (0.0,))
        patch.setattr(busy, "_PAUSE_S", 0.1)
        made = targets.build_endpoint

        def quick(*args: Any) -> connect.Endpoint:
            return dataclasses.replace(made(*args), connect_timeout_s=1)

        patch.setattr(targets, "build_endpoint", quick)
        write_engagement(directory, proxy.port, account, statement_timeout_s)
        yield Site(kernel, proxy, account, directory)
