"""At most one run at a time has a period, on every kind of database; a late one records nothing."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from sqlalchemy import URL, Engine, text

from agent.archive.history import claims
from agent.archive.history.claims import make_claim
from agent.archive.history.entries import Claim
from agent.archive.history.store import History
from agent.kernel.start import Kernel
from agent.support.errors import ClaimLost, HistoryError, PeriodClaimed
from agent.support.i18n import render_text
from tests.agent.archive.history.conftest import empty, make_url
from tests.agent.archive.history.documents import NOON, document, kept, message

LEASE = timedelta(minutes=15)
FIRST = date(2026, 1, 31)


def wanted(
    holder: str = "one",
    *,
    customer: str = "acme",
    target: str = "shop",
    period_from: date = FIRST,
    lease: timedelta = LEASE,
) -> Claim:
    return make_claim(customer, target, period_from, holder, lease)


@pytest.fixture(scope="module")
def place_on_kernel(kernel: Kernel) -> Iterator[str]:
    """A database that goes with the module: other tests judge all tables of this kernel."""
    kernel.run(["CREATE DATABASE IF NOT EXISTS claims_test"])
    parts = (kernel.user, kernel.password, kernel.host, kernel.port, "claims_test")
    yield URL.create("mysql+pymysql", *parts).render_as_string(hide_password=False)
    kernel.run(["DROP DATABASE claims_test"])


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("mariadb", marks=pytest.mark.mariadb),
        pytest.param("kernel", marks=[pytest.mark.kernel, pytest.mark.slow]),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a history without claims, on each kind of database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/history.sqlite"
        return
    kernel = request.param == "kernel"
    place = request.getfixturevalue("place_on_kernel") if kernel else make_url("mariadb", request, tmp_path, "history")
    yield place
    empty(place)


@pytest.fixture
def history(url: str) -> Iterator[History]:
    with History.open(url) as opened:
        yield opened


def end_lease(history: History) -> None:
    """As if time had passed."""
    with history._engine.begin() as connection:
        connection.execute(text("UPDATE claim SET until = '2001-01-01 00:00:00'"))


def refused(history: History, claim: Claim) -> str:
    with pytest.raises(PeriodClaimed) as caught:
        history.claim(claim)
    assert caught.value.exit_code == 6
    return render_text(caught.value.text, "en")


def test_a_claimed_period_is_refused_and_its_holder_named(history: History) -> None:
    before = datetime.now(UTC)
    claim = history.claim(wanted("tam.example.com, process 4711"))
    assert claim.token == 1 and abs(claim.until - before - LEASE) < timedelta(minutes=2)
    said = refused(history, wanted("two"))
    assert said.startswith("shop: tam.example.com, process 4711 is assessing it for the same period")
    assert f" until {claim.until:%Y-%m-%d %H:%M}" in said
    assert "Nothing was connected" in said


def test_other_periods_targets_and_customers_are_free(history: History) -> None:
    history.claim(wanted())
    for other in (wanted(customer="Acme"), wanted(target="bank"), wanted(period_from=FIRST + timedelta(days=89))):
        assert history.claim(other).token == 1


def test_what_was_given_back_or_has_ended_can_be_taken_by_a_higher_number(history: History) -> None:
    first = history.claim(wanted("one"))
    history.release(first)
    second = history.claim(wanted("two"))
    end_lease(history)
    third = history.claim(wanted("three"))
    assert (first.token, second.token, third.token) == (1, 2, 3)
    assert "three" in refused(history, wanted("four"))


def test_a_claim_is_renewed_by_its_holder_only(history: History) -> None:
    first = history.claim(wanted("one", lease=timedelta(minutes=1)))
    longer = history.renew(dataclasses.replace(first, lease=LEASE))
    assert longer.token == first.token and longer.until > first.until + timedelta(minutes=10)
    end_lease(history)
    assert history.renew(longer).token == first.token, "late, but nobody has taken it over"
    end_lease(history)
    history.claim(wanted("two"))
    with pytest.raises(ClaimLost) as caught:
        history.renew(longer)
    assert message(caught).startswith("shop: this run could not renew its claim in time")


def test_who_comes_back_late_records_nothing_and_gives_nothing_back(history: History) -> None:
    late = history.claim(wanted("late"))
    end_lease(history)
    second = history.claim(wanted("second"))
    with pytest.raises(ClaimLost):
        history.save(document("late"), claim=late)
    assert history.list() == ()
    history.release(late)
    assert "second is assessing" in refused(history, wanted("third"))
    history.save(document("second"), claim=second)
    assert [entry.id for entry in history.list()] == ["second"]


def test_recording_renews_the_claim_for_the_report(history: History) -> None:
    claim = history.claim(wanted("one", lease=timedelta(seconds=-1)))
    history.save(document("a1"), claim=dataclasses.replace(claim, lease=LEASE))
    assert "one is assessing" in refused(history, wanted("two"))


def test_a_failed_record_leaves_the_claim_as_it_was(history: History) -> None:
    claim = history.claim(wanted())
    half = document("a1")
    half["target"]["name"] = None
    with pytest.raises(HistoryError) as caught:
        history.save(half, claim=claim)
    assert "cannot be used" in message(caught)
    assert history.list() == () and history.renew(claim).token == claim.token


def test_a_claim_ends_at_its_last_moment(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    moment = [now]
    monkeypatch.setattr(claims, "read_database_time", lambda session: moment[0])
    first = history.claim(wanted("one"))
    assert first.until == now + LEASE
    moment[0] = now + LEASE - timedelta(microseconds=1)
    assert "one is assessing" in refused(history, wanted("two"))
    moment[0] = now + LEASE
    second = history.claim(wanted("two"))
    assert (second.token, second.until) == (2, now + 2 * LEASE)


def test_a_claim_that_others_take_and_give_back_all_the_time_is_tried_five_times(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.release(history.claim(wanted("one")))
    tried: list[Claim] = []
    monkeypatch.setattr(claims, "_take_over", lambda engine, claim: tried.append(claim))
    assert "one is assessing it" in refused(history, wanted("two"))
    assert len(tried) == 5


def test_a_claim_that_another_holds_is_looked_at_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.claim(wanted("one"))
    tried: list[Claim] = []
    monkeypatch.setattr(claims, "_take_over", lambda engine, claim: tried.append(claim))
    assert "one is assessing it" in refused(history, wanted("two"))
    assert len(tried) == 1, "whoever holds it does not end sooner for being asked again"


def test_a_claim_that_ends_while_it_is_looked_at_is_tried_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [datetime(2026, 3, 1, 12, 0, tzinfo=UTC)]
    monkeypatch.setattr(claims, "read_database_time", lambda session: moment[0])
    first, real = history.claim(wanted("one")), claims._take_over

    def come_too_early(engine: Engine, claim: Claim) -> Claim | None:
        monkeypatch.setattr(claims, "_take_over", real)
        taken = real(engine, claim)
        moment[0] = first.until
        return taken

    monkeypatch.setattr(claims, "_take_over", come_too_early)
    assert history.claim(wanted("two")).token == 2


def test_what_was_asked_for_and_not_taken_records_nothing(history: History) -> None:
    history.claim(wanted("one"))
    with pytest.raises(ClaimLost):
        history.save(document("a1"), claim=wanted("two"))
    with pytest.raises(ClaimLost):
        history.renew(wanted("two"))
    history.release(wanted("two"))
    assert history.list() == () and "one is assessing" in refused(history, wanted("three"))


def test_claims_go_with_the_last_assessment_of_their_customer(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number must not come twice while somebody may hold it, so a claim in force stays."""
    end = NOON + timedelta(days=30)
    moment = [NOON]
    monkeypatch.setattr(claims, "read_database_time", lambda session: moment[0])
    acme = history.claim(wanted())
    bolt = history.claim(wanted(customer="bolt"))
    ended = history.claim(wanted(customer="ended"))
    forever = history.claim(wanted(customer="forever"))
    for customer in ("acme", "bolt", "ended", "forever"):
        history.save(kept(customer, 30, customer=customer))
    history.save(document("stays", customer="forever"))
    history.renew(dataclasses.replace(bolt, lease=end - NOON + timedelta(seconds=1)))
    history.renew(dataclasses.replace(ended, lease=end - NOON))
    assert len(history.purge(end)) == 4
    moment[0] = end + timedelta(hours=1)
    tokens = [history.claim(wanted(customer=one.customer)).token for one in (acme, bolt, ended, forever)]
    assert tokens == [1, 2, 1, 2]


@pytest.mark.mariadb
def test_a_connection_that_the_server_has_ended_is_made_anew(history_server: int) -> None:
    """A run holds its history open for an hour, and servers end what is idle."""
    place = f"mysql+pymysql://reader:p@127.0.0.1:{history_server}/history"
    with History.open(place) as history, History.open(place) as other:
        with history._engine.connect() as connection:
            number = connection.scalar(text("SELECT CONNECTION_ID()"))
        with other._engine.connect() as connection:
            connection.execute(text(f"KILL {number}"))
        assert history.list("nobody") == ()


RACE = """
import json, sys
from datetime import date, timedelta
from agent.archive.history.claims import make_claim
from agent.archive.history.store import History
from agent.support.errors import ClaimLost, PeriodClaimed
from tests.agent.archive.history.documents import document

url, name = sys.argv[1:]
won, tokens = 0, []
with History.open(url) as history:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(ROUNDS):
        wanted = make_claim("acme", "shop", date(2026, 1, 1) + timedelta(days=number), name, timedelta(minutes=15))
        try:
            claim = history.claim(wanted)
        except PeriodClaimed:
            continue
        won += 1
        history.save(document(f"{number}-{name}"), claim=claim)
    shared = make_claim("acme", "shared", date(2026, 1, 1), name, timedelta(minutes=15))
    while len(tokens) < ROUNDS:
        try:
            claim = history.claim(shared)
        except PeriodClaimed:
            continue
        tokens.append(claim.token)
        history.release(claim)
print(json.dumps({"won": won, "tokens": tokens}))
"""
ROUNDS = 20


def race(url: str, runs: int) -> list[dict[str, object]]:
    """What each of several processes got that claim the same periods at once."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    command = [sys.executable, "-c", RACE.replace("ROUNDS", str(ROUNDS)), url]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                Popen([*command, f"run{number}"], stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env=environment)
            )
            for number in range(runs)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.communicate()[1]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=300) for process in processes]
    assert [err for _, err in ended] == [""] * runs
    return [json.loads(out) for out, _ in ended]


@pytest.mark.slow
def test_of_several_processes_exactly_one_has_each_period(history: History, url: str) -> None:
    found = race(url, 3)
    entries = history.list(limit=1000)
    assert sum(int(str(run["won"])) for run in found) == ROUNDS
    assert sorted(entry.id.split("-")[0] for entry in entries) == sorted(map(str, range(ROUNDS)))
    tokens = [token for run in found for token in run["tokens"]]  # type: ignore[attr-defined]
    assert sorted(tokens) == list(range(1, 3 * ROUNDS + 1)), "no number twice, and none left out"
