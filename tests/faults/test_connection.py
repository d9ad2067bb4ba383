"""The network between: cut, stalled, slow and garbled at every stage of an assessment."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from agent.collection.journal import ALL_JOURNALS, JournalState
from agent.kernel.start import Kernel
from agent.pipeline import AssessedTarget
from tests.faults.proxy import Cue, Fault
from tests.faults.site import TARGET, Site, site_on, statuses

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
ACCOUNT = "hx_faulty"
WHOLE = {"assessment.json", "snapshot.obh"}
Record = Callable[[str, object], None]


@dataclass(frozen=True)
class Stage:
    """``costs`` is the source that is lost when the answer to ``text`` is; None: nothing can be assessed then.

    ``says`` is how the message begins that tells so.
    """

    name: str
    text: bytes
    costs: str | None = None
    says: str = ""

    def __str__(self) -> str:
        return self.name


CONNECTING = f"{TARGET}: connecting to 127.0.0.1:{{port}} failed with error "
PREPARING = f"{TARGET}: the session could not be prepared: "
OPENING = (
    Stage("greeting", b"", says=CONNECTING),
    Stage("login", ACCOUNT.encode(), says=CONNECTING),
    Stage("driver", b"SET NAMES", says=CONNECTING),
    Stage("read only", b"SET SESSION TRANSACTION READ ONLY", says=f"{PREPARING}session: the server "),
    Stage("server", b"VERSION() AS server_version", says=f"{PREPARING}server: the server "),
    Stage("settings", b"SET SESSION autocommit", says=f"{PREPARING}session: the server "),
    Stage("identity", b" identity*/", says="identity: the server "),
    Stage("grants", b" grants*/", says=f"{TARGET}: the server does not say what the account {ACCOUNT}@% may do"),
)
READING = (
    Stage("columns", b" columns*/", ""),
    Stage("first source", b" Memstore*/", "Memstore"),
    Stage("middle source", b" ResourceUnit*/", "ResourceUnit"),
    Stage("look at load", b" load*/", ""),
    Stage("last source", b" AuditReturn*/", "AuditReturn"),
    Stage("receipt", b" receipt*/", ""),
)
BREAKING = (Fault.CUT, Fault.HALF, Fault.STALL, Fault.GARBLED)
# What the message gives as the reason; when connecting, and later.
REASONS = {
    Fault.CUT: ("2013: Lost connection", "error 2013: Lost connection"),
    Fault.HALF: ("2013: Lost connection", "error 2013: Lost connection"),
    Fault.STALL: ("timed out", "went on after the limit of 1 s that it was given"),
    Fault.GARBLED: ("it does not speak the MySQL protocol", "unreadable answer"),
    Fault.DRIP: ("timed out", "went on after the limit of 1 s that it was given"),
}


def each(stages: Iterable[Stage], *dripping: Stage) -> list[Any]:
    """Every breaking fault at every stage, and answers that drip, which take longest, at some."""
    pairs = [*itertools.product(stages, BREAKING), *((stage, Fault.DRIP) for stage in dripping)]
    return [pytest.param(stage, fault, id=f"{stage}-{fault}") for stage, fault in pairs]


@pytest.fixture(scope="module")
def site(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on(kernel, tmp_path_factory.mktemp("connection"), ACCOUNT) as made:
        well = made.run()
        assert set(statuses(well).values()) == {"ok"}
        yield made
        assert set(statuses(made.run()).values()) == {"ok"}, "after all that the next run works"


@pytest.fixture(autouse=True)
def aftermath(site: Site, record_property: Record) -> Iterator[None]:
    """Whatever happened: no session stays, the journal is closed and whole, and nothing earlier is lost."""
    kept, recorded = site.journals(), site.recorded()
    yield
    assert site.proxy.reached.is_set(), "the fault came"
    site.no_session_stays()
    assert kept < site.journals() and site.journal is JournalState.INTACT
    assert site.recorded() >= recorded
    assert {path.name for path in site.out.iterdir() if path.is_file() and not path.match(ALL_JOURNALS)} == WHOLE
    record_property("faults", 1)


def said_of(outcome: AssessedTarget | str) -> str:
    assert isinstance(outcome, str), statuses(outcome)
    return outcome


def delivered_of(outcome: AssessedTarget | str) -> AssessedTarget:
    assert isinstance(outcome, AssessedTarget), outcome
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "fault"), each(OPENING, OPENING[0]))
def test_nothing_is_assessed_before_the_session_is_ready(site: Site, stage: Stage, fault: Fault) -> None:
    before = (site.out / "assessment.json").read_bytes()
    site.proxy.will(Cue(fault, stage.text))
    outcome = site.tried()
    if isinstance(outcome, str):
        assert outcome.startswith(stage.says.format(port=site.proxy.port)), outcome
        reason = REASONS[fault][stage.says != CONNECTING]
        assert reason in outcome or stage.name == "grants", "that message says what the account needs instead"
        assert (site.out / "assessment.json").read_bytes() == before
    else:  # an OK of eleven bytes may still be an OK; only TLS knows that it is another
        assert fault is Fault.GARBLED and set(statuses(outcome).values()) == {"ok"}


@pytest.mark.parametrize(("stage", "fault"), each(READING, READING[1], READING[-1]))
def test_one_broken_answer_costs_one_source(site: Site, stage: Stage, fault: Fault) -> None:
    site.proxy.will(Cue(fault, stage.text))
    delivered = delivered_of(site.tried())
    lost = {name for name, status in statuses(delivered).items() if status != "ok"}
    assert lost == ({stage.costs} - {""}), statuses(delivered)
    if stage.costs:
        missing = {r["code"] for r in delivered.document["results"] if r["outcome"] == "not_assessed"}
        assert missing, "what could not be read is no pass"


@pytest.mark.slow
@pytest.mark.parametrize("fault", BREAKING)
def test_a_line_that_stays_bad_costs_all_that_follows(site: Site, fault: Fault) -> None:
    """One more connection is tried; when that breaks too, the rest is missing and the report says so."""
    site.proxy.will(Cue(fault, b" ResourceUnit*/"), Cue(fault, b" Variable*/"))
    document = delivered_of(site.tried()).document
    found = {source["source"]: source["status"] for source in document["sources"]}
    assert found.pop("Memstore") == "ok" and set(found.values()) <= {"lost", "timeout"} and len(found) == 4, found
    assert any("The connection to the target broke" in problem["what"]["en"] for problem in document["problems"])
    codes = {result["outcome"] for result in document["results"]}
    assert "not_assessed" in codes and "error" not in codes


def test_a_slow_line_only_takes_longer(site: Site) -> None:
    site.proxy.will(Cue(Fault.SLOW, b""))
    assert set(statuses(delivered_of(site.tried())).values()) == {"ok"}


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3))])
@pytest.mark.parametrize("stage", [OPENING[0], OPENING[-2], READING[0], READING[3], READING[-1]], ids=str)
def test_other_bytes_here_and_there_never_crash(site: Site, stage: Stage, seed: int) -> None:
    site.proxy.will(Cue(Fault.GARBLED, stage.text, seed=seed))
    site.tried()
