"""Runs and periods: what counts, what is written again, who goes first, and what each ending says. No database."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from agent import pipeline
from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.models import AssessmentRow
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.catalogue.registry import Registry
from agent.cli.actions.assess import AssessOptions, assess_all, evaluate_file, render_again
from agent.cli.actions.schedule import print_schedule
from agent.collection import journal
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.subscription import judge_due
from agent.facts.resources import Memstore
from agent.facts.settings import Variable
from agent.model.authorization import Authorization
from agent.model.cost import Cost, Sent
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import DataClass, Text, UnavailableKind
from agent.pipeline import AssessmentJob
from agent.report import render
from agent.service import periods
from agent.service.periods import read_status
from agent.support import console
from agent.support.errors import (
    ConfigError,
    ConnectError,
    HistoryError,
    NotAuthorized,
    PeriodClaimed,
    RenderError,
    Stopped,
)
from agent.support.i18n import LANGUAGES, render_text
from tests.agent.archive.history.documents import kept
from tests.agent.tiny import RULES, SPECS, memstore, written
from tests.agent.tiny import snapshot as facts_of
from tests.report_files import find_report, plain

NOW = datetime.now(UTC)
ENGAGEMENT = """\
customer: {{name: {customer}}}
service: {{tier: premier, start: {start}, months: 12}}
targets:
  shop: {{host: db.example.com, port: 2881, user: reader, password: env:P}}
{more}schedule: {{major_compaction: none}}
history: sqlite:///{directory}/history.sqlite
language: [en]
"""
SECOND = "  stock: {host: db.example.com, port: 2881, user: reader, password: env:P}\n"


def read(*unread: type, kind: UnavailableKind = UnavailableKind.LOST) -> Snapshot:
    """A snapshot of a tenant of whose two sources these are missing."""
    records = []
    facts: dict[type, Any] = {}
    for row, rows in ((Memstore, (memstore("10.0.0.1", 100),)), (Variable, (Variable(name="v", value="ON"),))):
        reason = Text("The connection to the target was lost, so {source} was not read.", {"source": row.__name__})
        missing = Unavailable(kind, reason, Text("Assess again when the target and the network between are well."))
        facts[row] = missing if row in unread else rows
        status = kind.value if row in unread else "ok"
        records.append(
            SourceRecord(source=row.__name__, view="V", status=status, reason=reason if row in unread else None)
        )
    sent = tuple(Sent(name, 1.0, 1, None) for name in ("driver", "identity", *(r.source for r in records)))
    plain = facts_of(records=tuple(records), statements=sent, cost=Cost(statements=len(sent)))
    return dataclasses.replace(plain, facts=facts)


@dataclass
class Fake:
    """Stands for every target: what ``answers`` gives is read; ``connected`` tells who was connected to."""

    directory: Path
    customer: str = "Acme"
    connected: list[str] = field(default_factory=list)
    answers: dict[str, Callable[[], Snapshot]] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    refused: bool = False

    def collect(self, job: AssessmentJob, assessment_id: str, directory: Path | None, _meanwhile: object) -> Any:
        assert directory
        if self.refused:
            journal.record_refusal(directory, job.target, Text("Refused."), assessment_id, self.customer)
            raise NotAuthorized("Authorization has expired.")
        self.connected.append(job.target)
        place = journal.locate_journal(directory, assessment_id)
        with journal.Journal(place, assessment_id, job.target, job.engagement.customer.name):
            found = self.answers.get(job.target, read)()
        facts = dataclasses.replace(found, target=job.target, as_of=job.now)
        allowed = Authorization(
            reference="A-1",
            approver="Wang",
            not_before=NOW,
            not_after=NOW + timedelta(days=1),
            data_classes=frozenset(DataClass),
            retention_days=30,
        )
        return pipeline.CollectedTarget(
            assessment_id, allowed, facts, pipeline.ClockPair(job.now + self.ahead, job.now)
        )

    @property
    def file(self) -> Path:
        return self.directory / "engagement.yaml"

    @property
    def out(self) -> Path:
        return self.directory / "out"

    @property
    def engagement(self) -> Engagement:
        return load_engagement(self.file)

    def write(self, customer: str = "Acme", more: str = "", days: int = 10) -> None:
        self.customer = customer
        start = NOW.date() - timedelta(days=days)
        content = ENGAGEMENT.format(customer=customer, start=start, directory=self.directory, more=more)
        self.file.write_text(content, encoding="utf-8")

    @property
    def history(self) -> History:
        return History.open(f"sqlite:///{self.directory}/history.sqlite")

    def run(self, *, now: datetime = NOW, **options: Any) -> int:
        """Assess as the command does."""
        given = {"out": self.out, "formats": ["json", "html"], **options}
        with self.history as history:
            return assess_all(self.engagement, history, AssessOptions(**given), now)

    def if_due(self, **options: Any) -> int:
        return self.run(if_due=True, **options)

    def is_due(self, target: str = "shop", now: datetime = NOW) -> bool:
        with self.history as history:
            return judge_due(self.engagement.subscription, history.recorded(self.customer, target), now, 60.0).due

    def recorded(self) -> list[str]:
        with self.history as history:
            return [entry.id for entry in history.list()]

    def document(self, place: str = "shop") -> Any:
        return json.loads((self.out / place / "assessment.json").read_text(encoding="utf-8"))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake(tmp_path)
    made.write()
    path = written(tmp_path, RULES)
    monkeypatch.setattr(rules, "locate_shipped_rules", lambda: path)
    monkeypatch.setattr(registry, "load_registry", lambda *_: Registry(SPECS))
    monkeypatch.setattr(pipeline, "_collect_target", made.collect)
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    monkeypatch.setenv("P", "secret")
    return made


def breaking(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """Let this format fail."""

    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setitem(render.FORMATS, name, dataclasses.replace(render.FORMATS[name], make=fail))


# What makes a period done


def test_a_whole_assessment_is_done_and_nothing_is_connected_again(fake: Fake, capsys: Any) -> None:
    assert fake.is_due()
    assert fake.if_due() == 0 and not fake.is_due()
    assert fake.if_due() == 0 and fake.connected == ["shop"]
    assert "Acme · shop: The assessment of period 1 is done" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_connection_is_partial_and_the_period_stays_due(
    fake: Fake, language: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", language)
    fake.answers["shop"] = lambda: read(Memstore)
    assert fake.if_due() == 5 and fake.is_due()
    said = capsys.readouterr().err
    if language == "en":
        assert "Acme · shop: The connection broke after 2 statements; 1 of 2 sources were not read." in said
        assert "Period 1 stays due" in said and "Run assess again" in said
    else:
        assert "连接中断" in said and "第 1 期仍为待完成" in said and "重新运行 assess" in said
    del fake.answers["shop"]
    assert fake.if_due() == 0 and not fake.is_due() and fake.connected == ["shop"] * 2


@pytest.mark.parametrize("kind", [UnavailableKind.BUDGET, UnavailableKind.BUSY, UnavailableKind.LOST])
def test_whoever_ended_the_reading_the_assessment_is_partial(fake: Fake, kind: UnavailableKind, capsys: Any) -> None:
    """VAR901 weighs less than 60 % of both: with CAP901 alone the period is done, and still the run is not whole."""
    fake.answers["shop"] = lambda: read(Variable, kind=kind)
    assert fake.run() == 5
    coverage_pct = fake.document()["score"]["coverage_pct"]
    assert coverage_pct > 60 and not fake.is_due()
    assert "Period 1 is done all the same" in capsys.readouterr().err


def test_too_little_read_without_a_break_stays_due_too(fake: Fake, capsys: Any) -> None:
    fake.answers["shop"] = lambda: read(Memstore, kind=UnavailableKind.PRIVILEGE)
    assert fake.run() == 5 and fake.is_due()
    said = capsys.readouterr().err
    assert "stays due" in said and "broke" not in said


def test_all_that_the_authorization_allows_is_enough(fake: Fake) -> None:
    fake.answers["shop"] = lambda: read(Memstore, kind=UnavailableKind.NOT_GRANTED)
    assert fake.run() == 0 and not fake.is_due()


def test_nothing_assessed_is_4_and_due(fake: Fake) -> None:
    fake.answers["shop"] = lambda: read(Memstore, Variable)
    assert fake.run() == 4 and fake.is_due()


def test_partial_goes_before_findings(fake: Fake) -> None:
    fake.answers["shop"] = lambda: dataclasses.replace(
        read(), facts={Memstore: (memstore("10.0.0.1", 950),), Variable: (Variable(name="v", value="OFF"),)}
    )
    assert fake.run(fail_on="low") == 1
    fake.answers["shop"] = lambda: dataclasses.replace(
        read(Variable), facts={**read(Variable).facts, Memstore: (memstore("10.0.0.1", 950),)}
    )
    assert fake.run(fail_on="low") == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_cut_short_is_told_on_the_console(
    fake: Fake, language: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", language)
    fake.answers["shop"] = lambda: read(Variable, kind=UnavailableKind.TIMEOUT)
    assert fake.run() == 0
    said = capsys.readouterr().err
    assert ("reached a limit" if language == "en" else "未能完整读取") in said and "Variable" in said
    assert "Memstore" not in said
    whole = read()
    partial = dataclasses.replace(whole.records[0], reason=Text("Read for some tables."))
    fake.answers["shop"] = lambda: dataclasses.replace(whole, records=(partial, *whole.records[1:]))
    fake.run()
    assert f"{partial.source}" in capsys.readouterr().err


def test_outside_the_service_no_period_is_claimed_or_told(fake: Fake, capsys: Any) -> None:
    fake.write(days=500)
    fake.answers["shop"] = lambda: read(Memstore)
    assert fake.run(outside_service="asked for") == 5
    said = capsys.readouterr().err
    assert "The connection broke" in said and "Period" not in said


# Recorded and not written


def test_a_format_that_fails_is_4_and_the_next_run_only_writes(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, "html", RenderError("no browser"))
        assert fake.if_due() == 4 and fake.is_due()
    said = capsys.readouterr().err
    (id,) = fake.recorded()
    assert "no browser" in said and "not written: report.en.html" in plain(said)
    assert f"ob-health render -a {id} -f html -l en -o {fake.out}/shop -e {fake.file}" in said
    assert "Period 1 stays due until its report is written" in said
    assert fake.if_due() == 0 and not fake.is_due()
    assert fake.connected == ["shop"] and fake.recorded() == [id]
    assert find_report(fake.out / "shop", "report.en.html").exists() and fake.document()["assessment_id"] == id


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), MemoryError(), RecursionError(), KeyError("x")]
)
def test_a_format_may_fail_in_any_way(fake: Fake, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, "json", error)
        assert fake.run() == 4 and find_report(fake.out / "shop", "report.en.html").exists()
    assert fake.is_due()


def test_nothing_written_at_all_is_4_and_the_next_run_only_writes(
    fake: Fake, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, "html", OSError(28, "No space left on device"))
        assert fake.if_due(formats=["html"]) == 4
    assert "ob-health render -a " in capsys.readouterr().err
    assert fake.if_due(formats=["html"]) == 0 and fake.connected == ["shop"] and not fake.is_due()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_rendering_names_the_files_and_the_command(
    fake: Fake, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, "html", Stopped(number))
        with pytest.raises(Stopped) as caught:
            fake.if_due(languages=["zh-CN", "en"])
    (id,) = fake.recorded()
    said = render_text(caught.value.text, "en")
    assert "Missing are: report.zh-CN.html, report.en.html." in plain(said) and "assessment.json" not in said
    command = f"ob-health render -a {id} -f html -l zh-CN,en -o {fake.out}/shop -e {fake.file}"
    assert command in said and command in render_text(caught.value.text, "zh-CN")
    assert fake.is_due()
    assert fake.if_due(languages=["zh-CN", "en"]) == 0, "the claim was given back"
    assert fake.connected == ["shop"] and not fake.is_due()


def test_the_printed_command_makes_the_period_done(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        breaking(patch, "html", Stopped(signal.SIGTERM))
        with pytest.raises(Stopped):
            fake.run(languages=["zh-CN", "en"])
    (id,) = fake.recorded()

    def render_one(formats: list[str], languages: list[str]) -> int:
        place = fake.out / "shop"
        return render_again(id, fake.engagement, history=None, out=place, formats=formats, languages=languages)

    assert render_one(["json"], ["en"]) == 0 and fake.is_due(), "that was written before the signal"
    assert render_one(["html"], ["en"]) == 0 and fake.is_due(), "one language is missing"
    assert render_one(["html"], ["zh-CN"]) == 0 and not fake.is_due()


def test_without_history_the_command_takes_a_file(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    for broken, words in (
        ("html", "render -a {out}/shop/assessment.json"),
        ("json", "evaluate -s {out}/shop/snapshot.obh"),
    ):
        with monkeypatch.context() as patch:
            breaking(patch, broken, Stopped(signal.SIGINT))
            with pytest.raises(Stopped) as caught:
                assess_all(fake.engagement, None, AssessOptions(out=fake.out, formats=["json", "html"]), NOW)
        assert words.format(out=fake.out) in render_text(caught.value.text, "en")


# Two runs


def other_claims(fake: Fake, lease: timedelta) -> None:
    with fake.history as history:
        start = fake.engagement.service.start
        history.claim(make_claim("Acme", "shop", start, "cron.example.com, process 7", lease))


def end_claims(fake: Fake) -> None:
    """As if their lease had passed."""
    with fake.history as history, history._engine.begin() as connection:
        connection.execute(text("UPDATE claim SET until = '2001-01-01 00:00:00'"))


@pytest.mark.parametrize("if_due", [True, False])
def test_a_claimed_period_is_refused_before_anything_is_connected(fake: Fake, if_due: bool, capsys: Any) -> None:
    other_claims(fake, timedelta(minutes=10))
    assert fake.run(if_due=if_due) == 6 and fake.connected == [] and not fake.out.exists()
    assert "Acme: shop: cron.example.com, process 7 is assessing it" in capsys.readouterr().err


@pytest.mark.parametrize("if_due", [True, False])
def test_a_claim_that_has_ended_holds_up_nobody(fake: Fake, if_due: bool) -> None:
    other_claims(fake, timedelta(seconds=-1))
    assert fake.run(if_due=if_due) == 0


def test_what_another_run_did_meanwhile_is_seen_under_the_claim(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    real = read_status
    asked: list[bool] = []

    def late(*arguments: Any, **options: Any) -> Any:
        if not asked:  # the first look is from before the other run
            asked.append(True)
            status = real(*arguments, **options)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("agent.cli.actions.assess.read_status", real)
                assert fake.if_due() == 0
            return status
        return real(*arguments, **options)

    monkeypatch.setattr("agent.cli.actions.assess.read_status", late)
    assert fake.if_due() == 0 and fake.connected == ["shop"] and len(fake.recorded()) == 1


def test_who_is_overtaken_records_nothing_and_says_so(fake: Fake, capsys: Any) -> None:
    def slow() -> Snapshot:
        end_claims(fake)
        other_claims(fake, timedelta(minutes=9))
        return read()

    fake.answers["shop"] = slow
    assert fake.run() == 5 and fake.recorded() == [] and fake.is_due()
    assert "another run has taken the period over" in capsys.readouterr().err
    assert any("could not be recorded" in note["en"] for note in fake.document()["notes"]), "the report is there"
    del fake.answers["shop"]
    assert fake.run() == 6, "the claim of the other one was left alone"


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims are renewed all the time."""
    monkeypatch.setattr(periods, "_RENEWALS", 60_000)


def outlast_lease(fake: Fake) -> None:
    """Until the claim of the run, whose lease has ended, is renewed."""
    end_claims(fake)
    deadline = time.monotonic() + 20
    with fake.history as history, history._engine.connect() as connection:
        while str(connection.scalar(text("SELECT until FROM claim"))).startswith("2001"):
            assert time.monotonic() < deadline, "nobody renews it"
            connection.rollback()
            time.sleep(0.01)


def test_a_run_that_outlasts_its_lease_keeps_its_period(
    fake: Fake, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it reads and while it writes."""
    others: list[int] = []

    def take_long(*_: object) -> bytes:
        outlast_lease(fake)
        others.append(fake.run(if_due=True, out=fake.directory / "other"))
        return b"{}"

    def slow() -> Snapshot:
        take_long()
        return read()

    fake.answers["shop"] = slow
    monkeypatch.setitem(render.FORMATS, "json", dataclasses.replace(render.FORMATS["json"], make=take_long))
    assert fake.run(formats=["json"]) == 0 and others == [6, 6]
    assert fake.connected == ["shop"] and len(fake.recorded()) == 1 and not fake.is_due()


@pytest.mark.parametrize("error", [None, Stopped(15), OSError("disk")], ids=str)
def test_nothing_is_renewed_after_a_run_however_it_ends(fake: Fake, eager: None, error: BaseException | None) -> None:
    def end() -> Snapshot:
        if error:
            raise error
        return read()

    fake.answers["shop"] = end
    with contextlib.suppress(Stopped):
        fake.run(formats=["json"])
    assert "claim" not in {thread.name for thread in threading.enumerate()}
    other_claims(fake, timedelta(minutes=10))


def test_who_lost_its_period_leaves_it_to_the_other(fake: Fake, eager: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a sleep of the machine: it wakes, and renewing goes on."""
    tried, real = threading.Event(), History.renew

    def renew(history: History, claim: Claim) -> Claim:
        if not overtaken:
            return claim  # it sleeps
        tried.set()
        return real(history, claim)

    overtaken: list[bool] = []
    monkeypatch.setattr(History, "renew", renew)

    def slow() -> Snapshot:
        end_claims(fake)
        other_claims(fake, timedelta(minutes=9))
        overtaken.append(True)
        assert tried.wait(20)
        return read()

    fake.answers["shop"] = slow
    assert fake.run(formats=["json"]) == 5 and fake.recorded() == []
    with pytest.raises(PeriodClaimed) as caught:
        other_claims(fake, timedelta(minutes=9))
    assert "cron.example.com, process 7" in render_text(caught.value.text, "en")


def test_a_history_that_is_away_for_a_moment_costs_no_period(
    fake: Fake, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, away = History.renew, [HistoryError("away"), HistoryError("still away")]

    def renew(history: History, claim: Claim) -> Claim:
        if away:
            raise away.pop()
        return real(history, claim)

    monkeypatch.setattr(History, "renew", renew)

    def slow() -> Snapshot:
        outlast_lease(fake)
        return read()

    fake.answers["shop"] = slow
    assert fake.run(formats=["json"]) == 0 and not away


def test_a_deliberate_run_after_the_period_is_done_is_made(fake: Fake) -> None:
    assert [fake.run(), fake.run(), fake.if_due()] == [0, 0, 0]
    assert fake.connected == ["shop"] * 2 and len(fake.recorded()) == 2


# One target and the others


@pytest.mark.parametrize(
    "error",
    [
        IndexError("list index out of range"), TypeError("'NoneType'"), ValueError("x"), OSError(28, "No space left"),
        MemoryError(), RecursionError(), ZeroDivisionError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
        ConnectError("refused"), AssertionError(), SystemExit(0), GeneratorExit(), StopIteration(), EOFError(),
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_happens_to_one_target_the_others_go_on(fake: Fake, error: BaseException, capsys: Any) -> None:
    fake.write(more=SECOND)

    def fail() -> Snapshot:
        raise error

    fake.answers["shop"] = fail
    assert fake.run() == 4 and fake.connected == ["shop", "stock"]
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    (line,) = [line for line in said.err.splitlines() if line]
    assert line.startswith("Acme · shop: ")
    assert "Acme · stock  " in said.out and not fake.is_due("stock") and fake.is_due("shop")


def test_every_line_names_customer_and_target(fake: Fake, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "err", Console(stderr=True, width=500))
    for customer in ("Acme", "Bolt"):
        fake.write(customer, more=SECOND)
        fake.answers = {name: lambda: read(Memstore) for name in ("shop", "stock")}
        fake.run(out=fake.out / customer)
    said = capsys.readouterr()
    for customer in ("Acme", "Bolt"):
        for target in ("shop", "stock"):
            assert f"{customer} · {target}  " in said.out
            assert said.err.count(f"! {customer} · {target}: ") == 2, said.err
    assert all(" · " in line for line in said.err.splitlines() if line.strip()), said.err


# Folders


def test_the_folder_of_another_customer_is_refused(fake: Fake, capsys: Any) -> None:
    assert fake.run() == 0
    before = {path: path.read_bytes() for path in fake.out.rglob("*") if path.is_file()}
    fake.write("Bolt")
    for if_due in (True, False):
        assert fake.run(if_due=if_due) == 2
        said = capsys.readouterr().err
        assert "holds the assessment of Acme, not of Bolt" in said and "--out" in said
    assert fake.connected == ["shop"]
    assert {path: path.read_bytes() for path in fake.out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("left", ["journal-*.jsonl", "assessment.json"])
def test_any_file_that_tells_is_enough(fake: Fake, left: str) -> None:
    assert fake.run() == 0
    for path in (fake.out / "shop").iterdir():
        if not path.match(left):
            path.unlink()
    fake.write("Bolt")
    assert fake.run() == 2 and fake.connected == ["shop"]


def test_a_refused_run_leaves_its_customer_behind_too(fake: Fake) -> None:
    fake.refused = True
    assert fake.run() == 3
    fake.write("Bolt")
    assert fake.run() == 2


def test_evaluate_and_render_refuse_it_too(fake: Fake) -> None:
    assert fake.run() == 0
    snapshot, theirs = fake.out / "shop" / "snapshot.obh", fake.document()
    fake.write("Bolt")
    with pytest.raises(ConfigError, match="holds the assessment"), fake.history as history:
        evaluate_file(
            fake.engagement, history, snapshot, out=fake.out / "shop", formats=["json"], languages=None, fail_on=None
        )
    other = fake.directory / "other.json"
    other.write_text(json.dumps({**theirs, "customer": "Bolt"}), encoding="utf-8")
    with pytest.raises(ConfigError, match="holds the assessment"):
        render_again(str(other), None, history=None, out=fake.out / "shop", formats=["json"], languages=["en"])
    other.write_text(json.dumps({**theirs, "target": {**theirs["target"], "name": "stock"}}), encoding="utf-8")
    with pytest.raises(ConfigError, match="of target"):
        render_again(str(other), None, history=None, out=fake.out / "shop", formats=["json"], languages=["en"])
    assert fake.document() == theirs


def test_the_files_of_the_last_assessment_are_kept(fake: Fake, capsys: Any) -> None:
    assert fake.run() == 0
    first = {path.name: path.read_bytes() for path in (fake.out / "shop").iterdir()}
    id = fake.document()["assessment_id"]
    assert fake.run(formats=["html"], now=NOW + timedelta(days=95)) == 0
    place = fake.out / "shop" / "earlier" / id
    assert str(place) in capsys.readouterr().out.replace("\n", "")
    for name, content in first.items():
        where = fake.out / "shop" if name.startswith("journal") else place
        assert (where / name).read_bytes() == content
    assert not (fake.out / "shop" / "assessment.json").exists(), "nothing of the last one lies beside the new one"
    assert fake.run(now=NOW + timedelta(days=96)) == 0
    assert len(list((fake.out / "shop" / "earlier").iterdir())) == 2


def test_a_run_that_reads_nothing_leaves_the_last_assessment_where_it_is(fake: Fake) -> None:
    assert fake.run() == 0
    fake.refused = True
    assert fake.run() == 3
    assert not (fake.out / "shop" / "earlier").exists() and fake.document()["assessment_id"] == fake.recorded()[0]


def test_the_list_of_the_last_quarter_may_lie_in_the_same_folder(fake: Fake) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    fake.answers["shop"] = lambda: dataclasses.replace(
        read(), facts={**read().facts, Memstore: (memstore("10.0.0.1", 950),)}
    )
    assert fake.run(formats=["xlsx"]) == 0
    path = find_report(fake.out / "shop", "findings.en.xlsx")
    book = openpyxl.load_workbook(path)
    keys = {cell.value: cell.column for cell in book.worksheets[1][1]}
    book.worksheets[1].cell(3, keys["remarks"]).value = "asked on Monday"
    book.save(path)
    assert fake.run(formats=["xlsx"], update=path, now=NOW + timedelta(days=1)) == 0
    again = openpyxl.load_workbook(find_report(path.parent, "findings.en.xlsx")).worksheets[1]
    assert again.cell(3, keys["remarks"]).value == "asked on Monday"


def test_what_people_wrote_in_the_last_list_is_never_left_behind_silently(fake: Fake, capsys: Any) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    fake.answers["shop"] = lambda: dataclasses.replace(
        read(), facts={**read().facts, Memstore: (memstore("10.0.0.1", 950),)}
    )
    assert fake.run(formats=["xlsx"]) == fake.run(formats=["xlsx"], now=NOW + timedelta(days=1)) == 0
    assert "entries written by hand" not in capsys.readouterr().err, "nobody has"
    path = find_report(fake.out / "shop", "findings.en.xlsx")
    book = openpyxl.load_workbook(path)
    keys = {cell.value: cell.column for cell in book.worksheets[1][1]}
    book.worksheets[1].cell(3, keys["remarks"]).value = "asked on Monday"
    book.save(path)
    written_in = path.read_bytes()
    assert fake.run(formats=["xlsx"], now=NOW + timedelta(days=2)) == 0
    (kept_as,) = [kept for kept in fake.out.rglob("findings_*.en.xlsx") if kept.read_bytes() == written_in]
    said = capsys.readouterr().err
    assert f"{kept_as}: this list of the last assessment holds entries" in said
    command = (
        f"ob-health render -a {fake.recorded()[0]} -f xlsx -l en -o {fake.out}/shop -e {fake.file} --update {kept_as}"
    )
    assert command in said
    out, id = fake.out / "shop", fake.recorded()[0]
    options: dict[str, Any] = {"history": None, "out": out, "formats": ["xlsx"], "languages": ["en"], "update": kept_as}
    assert render_again(id, fake.engagement, **options) == 0
    assert (
        openpyxl.load_workbook(find_report(path.parent, "findings.en.xlsx"))
        .worksheets[1]
        .cell(3, keys["remarks"])
        .value
        == "asked on Monday"
    )


# Retention and clocks


def expired(fake: Fake) -> None:
    with fake.history as history:
        history.save(kept("old", 30, NOW - timedelta(days=40), customer="Acme"))


def test_what_is_past_its_retention_leaves_after_a_run_that_connected(fake: Fake) -> None:
    expired(fake)
    assert fake.run() == 0 and "old" not in fake.recorded()


@pytest.mark.parametrize("ahead_years", [0, 3, 30])
def test_a_refused_run_removes_nothing_whatever_the_clock_says(fake: Fake, ahead_years: int) -> None:
    expired(fake)
    fake.refused = True
    assert fake.run(now=NOW + timedelta(days=365 * ahead_years)) == 3
    assert fake.recorded() == ["old"]


def test_clocks_that_differ_remove_nothing(fake: Fake, capsys: Any) -> None:
    expired(fake)
    fake.ahead = timedelta(days=-3 * 365)
    assert fake.run() == 0 and "old" in fake.recorded()
    assert "Nothing is removed from the history" in capsys.readouterr().err


# Advice proven on a twin, as the engagement or the command has it


@pytest.mark.parametrize("if_due", [True, False])
@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("typed", [True, False, None])
def test_what_is_typed_goes_before_what_the_engagement_says_of_the_twin(
    fake: Fake, agreed: bool, typed: bool | None, if_due: bool, capsys: Any
) -> None:
    fake.write(more=f"verify_advice: {str(agreed).lower()}\n")
    assert fake.run(verify=typed, if_due=if_due, formats=["json"]) == 0
    is_asked = agreed if typed is None else typed
    assert (fake.document()["proof"] is not None) == is_asked
    assert ("The twin: The snapshot holds no definition" in capsys.readouterr().err) == is_asked


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("typed", [True, False, None])
def test_a_snapshot_that_is_judged_again_is_proven_by_the_same_setting(
    fake: Fake, agreed: bool, typed: bool | None, capsys: Any
) -> None:
    assert fake.run(formats=["json"]) == 0
    fake.write(more=f"verify_advice: {str(agreed).lower()}\n")
    capsys.readouterr()
    saved, out = fake.out / "shop" / "snapshot.obh", fake.directory / "again"
    kept = {"out": out, "formats": ["json"], "languages": None, "fail_on": None}
    with fake.history as history:
        assert evaluate_file(fake.engagement, history, saved, verify=typed, **kept) == 0  # type: ignore[arg-type]
    is_asked = agreed if typed is None else typed
    document = json.loads((out / "assessment.json").read_text("utf-8"))
    assert (document["proof"] is not None) == is_asked
    assert ("The twin: The snapshot holds no definition" in capsys.readouterr().err) == is_asked


# A history that cannot be used


def test_a_history_that_cannot_be_opened_is_never_0(fake: Fake, capsys: Any) -> None:
    assert assess_all(fake.engagement, None, AssessOptions(out=fake.out, formats=["json"]), NOW) == 5
    assert "not recorded" in capsys.readouterr().err and fake.document()["score"]


def test_a_history_that_cannot_be_written_is_never_0(fake: Fake, capsys: Any) -> None:
    def full() -> Snapshot:
        with fake.history as history, history._engine.begin() as connection:
            connection.execute(text("DROP TABLE finding"))
        return dataclasses.replace(read(), facts={**read().facts, Memstore: (memstore("10.0.0.1", 950),)})

    fake.answers["shop"] = full
    assert fake.run() == 5 and fake.document()["score"]
    assert "history at" in capsys.readouterr().err


HARMS = {
    "no document": "UPDATE assessment SET document = x'00'",
    "no time": "UPDATE assessment SET as_of = 'yesterday'",
    "no number": "UPDATE assessment SET coverage_pct = 'much'",
    "the last year": "UPDATE assessment SET as_of = '9999-12-31 23:59:59.999999'",
    "the first year": "UPDATE assessment SET as_of = '0001-01-01 00:00:00.000000'",
}


@pytest.mark.parametrize("until", ["tomorrow", "9999-12-31 23:59:59.999999"])
def test_a_damaged_claim_is_one_message(fake: Fake, until: str, capsys: Any) -> None:
    other_claims(fake, timedelta(minutes=9))
    with fake.history as history, history._engine.begin() as connection:
        connection.execute(text("UPDATE claim SET until = :until"), {"until": until})
    assert fake.if_due() == 2 and fake.connected == []
    said = capsys.readouterr().err
    assert "The claim of shop in the history at" in said and "is damaged" in said and "defect of ob-health" not in said


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_row_is_told_and_the_rest_goes_on(fake: Fake, harm: str, capsys: Any) -> None:
    assert fake.run(now=NOW - timedelta(minutes=5)) == 0
    (id,) = fake.recorded()
    with fake.history as history, history._engine.begin() as connection:
        connection.execute(text(HARMS[harm]))
    assert fake.run() == 5
    assert id in capsys.readouterr().err
    with fake.history as history:
        code = evaluate_file(
            fake.engagement,
            history,
            fake.out / "shop" / "snapshot.obh",
            out=fake.directory / "again",
            formats=["json"],
            languages=None,
            fail_on=None,
        )
    assert (fake.directory / "again" / "assessment.json").exists()
    assert code == 0 or harm == "no document"
    assert print_schedule([fake.file]) == (0 if harm == "no document" else 2)


VALUES: dict[str, Callable[[Any], object]] = {
    "score": lambda document: document["score"].update(value="good"),
    "points": lambda document: document["results"][0].update(risk_points="many"),
    "resource": lambda document: document["results"][0]["findings"][0].update(resource=None),
    "severity": lambda document: document["results"][0]["findings"][0].update(severity=7),
    "categories": lambda document: document["score"].update(categories=[]),
    "trend": lambda document: document["figures"].update(trend=["x"]),
    "as_of": lambda document: document.update(as_of="yesterday"),
}


@pytest.mark.parametrize("value", VALUES)
def test_values_of_other_kinds_in_the_last_assessment_are_no_traceback(fake: Fake, value: str, capsys: Any) -> None:
    fake.answers["shop"] = lambda: dataclasses.replace(
        read(), facts={**read().facts, Memstore: (memstore("10.0.0.1", 950),)}
    )
    assert fake.run(now=NOW - timedelta(minutes=5)) == 0
    with fake.history as history, history._open_session() as session:
        document: Any = history.load(fake.recorded()[0])
        VALUES[value](document)
        session.get_one(AssessmentRow, document["assessment_id"]).document = dict(document)
    code = fake.run()
    assert code in (0, 5) and "Traceback" not in capsys.readouterr().err
    assert fake.document()["score"]["coverage_pct"] > 0


@pytest.mark.parametrize("if_due", [True, False])
def test_a_wrong_place_of_the_history_is_told_before_anything_is_connected(fake: Fake, if_due: bool) -> None:
    from agent.cli.actions.targets import open_history
    from agent.support.errors import HistoryPlaceError

    engagement = fake.engagement.model_copy(update={"history": "mysql://tam@host/db"})
    with pytest.raises(HistoryPlaceError) as caught:
        assess_all(
            engagement, open_history(engagement), AssessOptions(out=fake.out, formats=["json"], if_due=if_due), NOW
        )
    assert caught.value.exit_code == 2 and fake.connected == []
    assert "mysql+pymysql://" in render_text(caught.value.text, "en")
