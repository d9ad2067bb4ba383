"""Delivery at the end of an assessment and by ``ob-health deliver``: never twice by accident, never a failed run."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.archive.history.store import History
from agent.cli.actions.assess import render_again
from agent.cli.actions.deliver import DeliverOptions, deliver_recorded
from agent.delivery import attempts, dingtalk
from agent.delivery.manifest import MANIFEST
from agent.facts.resources import Memstore
from agent.model.delivery import DeliveryState
from agent.service import deliver_report
from agent.support.errors import ConfigError, HistoryError, NoSuchAssessment, RenderError
from agent.support.i18n import render_text
from tests.agent.cli.actions.test_assess import NOW, Fake, breaking, fake, read
from tests.agent.delivery.post import PASSWORD, Post, running_post
from tests.agent.delivery.robot import RATE_LIMIT, SECRET, TOKEN, Robot, running_robot, take_and_hang_up

__all__ = ["fake"]
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:'imghdr'")
GROUP = "    group: {dingtalk: {token: env:TOKEN, secret: env:SECRET, url: URL}}\n"
DBA = (
    "    dba: {mail: {server: 127.0.0.1, port: PORT, security: none, user: tam, password: env:MAIL,"
    " from: tam@example.com, to: [a@example.com, b@example.com], attach: [html, json]}}\n"
)


@pytest.fixture(autouse=True)
def said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")


@pytest.fixture
def robot(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    monkeypatch.setenv("TOKEN", TOKEN)
    monkeypatch.setenv("SECRET", SECRET)
    with running_robot() as running:
        yield running


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setenv("MAIL", PASSWORD)
    with running_post() as running:
        yield running


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that would have been waited."""
    waited: list[float] = []
    original = attempts.send_with_retries
    monkeypatch.setattr(attempts, "send_with_retries", lambda *a, **b: original(*a, **{**b, "sleep": waited.append}))
    return waited


def configure(fake: Fake, robot: Robot | None = None, post: Post | None = None, more: str = "") -> None:
    to = GROUP.replace("URL", robot.url) if robot else ""
    to += DBA.replace("PORT", str(post.port)) if post else ""
    fake.write(more=f"deliver:\n{more}" + (f"  to:\n{to}" if to else ""))


def states(fake: Fake) -> dict[str, DeliveryState]:
    with fake.history as history:
        (id, *_) = fake.recorded()
        return {key: record.state for key, record in history.deliveries(id).items()}


def deliver(fake: Fake, **options: Any) -> int:
    return deliver_recorded(fake.engagement, DeliverOptions(assessment=fake.recorded()[0], **options))


def test_an_assessment_is_delivered_once_and_then_its_period_is_done(fake: Fake, robot: Robot, capsys: Any) -> None:
    configure(fake, robot)
    assert fake.if_due() == 0
    (message,) = robot.received
    assert "Acme" in message["text"] and "SHA-256: " in message["text"] and MANIFEST in message["text"]
    assert not fake.is_due() and states(fake) == {"group": DeliveryState.SENT}
    assert "delivered to group" in capsys.readouterr().out
    assert fake.if_due() == 0 and deliver(fake) == 0 and len(robot.received) == 1
    assert "delivered to group before" in capsys.readouterr().out
    assert deliver(fake, again=True) == 0 and len(robot.received) == 2
    assert not list(Path(fake.directory).glob("*.sqlite-journal"))


def test_without_destinations_nothing_is_owed_and_no_manifest_is_written(fake: Fake) -> None:
    assert fake.if_due() == 0 and not fake.is_due() and not (fake.out / "shop" / MANIFEST).exists()
    with pytest.raises(ConfigError, match="names no destination"):
        deliver(fake)


def test_a_refused_message_leaves_the_period_due_and_the_next_run_only_delivers(
    fake: Fake, robot: Robot, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(fake, robot)
    monkeypatch.setenv("SECRET", "SECwrong")
    assert fake.if_due() == 5
    (id,) = fake.recorded()
    said = capsys.readouterr()
    assert "group: not delivered: its security settings" in said.err and "310000" in said.err
    assert f"ob-health deliver -a {id} -e {fake.file} --to group" in said.err
    assert "Period 1 stays due until its report is delivered" in said.err
    assert states(fake) == {"group": DeliveryState.REFUSED} and robot.received == []
    monkeypatch.setenv("SECRET", SECRET)
    assert fake.if_due() == 0 and fake.connected == ["shop"] and fake.recorded() == [id] and len(robot.received) == 1


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_is_owed_is_told(fake: Fake, robot: Robot, language: str, capsys: Any, monkeypatch: Any) -> None:
    configure(fake, robot)
    monkeypatch.setenv("OB_HEALTH_LANG", language)
    robot.answers += [{"errcode": 400102, "errmsg": "stopped"}] * 2
    assert fake.if_due() == 5 and fake.if_due() == 5
    assert ("not delivered to: group" if language == "en" else "但尚未送达：group") in capsys.readouterr().out


@pytest.mark.parametrize("name", ["TOKEN", "SECRET"])
def test_a_secret_that_is_missing_is_a_refusal_that_names_the_reference(
    fake: Fake, robot: Robot, name: str, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(fake, robot)
    monkeypatch.delenv(name)
    assert fake.run() == 5 and f"env:{name}" in capsys.readouterr().err
    assert states(fake) == {"group": DeliveryState.REFUSED} and robot.requests == []


def test_a_rate_limit_is_waited_for(fake: Fake, robot: Robot, waits: list[float], capsys: Any) -> None:
    configure(fake, robot)
    robot.answers += [RATE_LIMIT, RATE_LIMIT]
    assert fake.run() == 0 and len(robot.received) == 1 and waits == [60.0, 120.0]
    assert "the next attempt follows in 1 min" in capsys.readouterr().out
    with fake.history as history:
        assert history.deliveries(fake.recorded()[0])["group"].attempts == 3


def test_a_limit_that_lasts_ends_the_attempts(fake: Fake, robot: Robot, waits: list[float]) -> None:
    configure(fake, robot)
    robot.answers += [RATE_LIMIT] * 9
    assert fake.run() == 5 and states(fake) == {"group": DeliveryState.REFUSED}
    assert len(waits) == 4 and sum(waits) > 600 and fake.is_due()


def test_what_may_have_been_sent_is_never_sent_again_by_itself(fake: Fake, robot: Robot, capsys: Any) -> None:
    configure(fake, robot)
    robot.answers.append(take_and_hang_up(robot))
    assert fake.if_due() == 5 and states(fake) == {"group": DeliveryState.UNCERTAIN}
    assert "--arrived if it did" in capsys.readouterr().err
    for _ in range(2):
        assert fake.if_due() == 5 and deliver(fake) == 5 and len(robot.requests) == 1
    assert "may have been sent" in capsys.readouterr().err
    assert deliver(fake, arrived=True) == 0 and not fake.is_due() and len(robot.requests) == 1
    assert fake.if_due() == 0 and fake.connected == ["shop"]


def test_who_asks_for_it_sends_again(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    robot.answers.append(take_and_hang_up(robot))
    assert fake.if_due() == 5 and deliver(fake, again=True) == 0 and not fake.is_due()
    with pytest.raises(ConfigError, match="contradict"):
        deliver(fake, again=True, arrived=True)


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_sends_leaves_that_behind(fake: Fake, robot: Robot, capsys: Any) -> None:
    """The process ends with SIGKILL after the robot took the message and before anything is kept of it."""
    configure(fake, robot)
    robot.answers.append({"errcode": 400102, "errmsg": "not yet"})
    assert fake.if_due() == 5 and robot.received == []

    def kill(handler: Any) -> None:
        robot.received.append({"title": "taken"})
        process.kill()
        process.wait()

    robot.answers.append(kill)
    words = ["deliver", "-a", fake.recorded()[0], "-e", str(fake.file)]
    command = [sys.executable, "-m", "agent", *words]
    process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(timeout=120)
    assert process.returncode < 0 and len(robot.received) == 1
    assert states(fake) == {"group": DeliveryState.SENDING}
    capsys.readouterr()
    assert fake.if_due() == 5 and len(robot.received) == 1, "nothing is sent twice"
    assert "the message may have been sent: its run ended before an answer" in capsys.readouterr().err


def test_two_runs_at_once_send_one_message(fake: Fake, robot: Robot, monkeypatch: Any, capsys: Any) -> None:
    """The second looks into the history before the first keeps that it is sending."""
    configure(fake, robot)
    robot.answers.append({"errcode": 400102, "errmsg": "not yet"})
    assert fake.run() == 5
    original = History.begin_delivery
    second: list[int] = []

    def begin(history: History, *args: Any) -> Any:
        if not second:
            second.append(0)
            second[0] = deliver(fake)
        return original(history, *args)

    monkeypatch.setattr(History, "begin_delivery", begin)
    assert deliver(fake) == 5 and second == [0] and len(robot.received) == 1
    assert "another run is sending this message now" in capsys.readouterr().err


def test_what_cannot_be_kept_is_not_sent(fake: Fake, robot: Robot, monkeypatch: Any, capsys: Any) -> None:
    configure(fake, robot)

    def fail(*_: object) -> None:
        raise HistoryError("The disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(History, "begin_delivery", fail)
        assert fake.run() == 5 and robot.requests == []
        assert "the history cannot keep it: The disk is full" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(History, "end_delivery", fail)
        assert deliver(fake) == 0 and len(robot.received) == 1
        assert "it counts as perhaps sent" in capsys.readouterr().err
    assert deliver(fake) == 5 and len(robot.received) == 1


def test_without_history_nothing_is_sent(fake: Fake, robot: Robot, capsys: Any) -> None:
    from agent.cli.actions.assess import AssessOptions, assess_all

    configure(fake, robot)
    assert assess_all(fake.engagement, None, AssessOptions(out=fake.out, formats=["json"]), NOW) == 5
    assert robot.requests == [] and "is not in the history" in capsys.readouterr().err


def test_a_sender_with_a_defect_ends_no_run(fake: Fake, robot: Robot, monkeypatch: Any, capsys: Any) -> None:
    configure(fake, robot)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(deliver_report, "send_message", fail)
    assert fake.run() == 5 and states(fake) == {"group": DeliveryState.UNCERTAIN}
    assert "unexpected error (ZeroDivisionError)" in capsys.readouterr().err


def test_a_defect_before_anything_is_sent_fails_no_assessment(
    fake: Fake, robot: Robot, monkeypatch: Any, capsys: Any
) -> None:
    configure(fake, robot)

    def fail(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(deliver_report, "build_message", fail)
    assert fake.run() == 5 and states(fake) == {}
    assert "not delivered: an unexpected error (KeyError). The assessment itself is complete" in capsys.readouterr().err


def test_who_has_it_keeps_it_when_a_repetition_fails(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    assert fake.run() == 0
    robot.answers += [{"errcode": 400102, "errmsg": "stopped"}, take_and_hang_up(robot)]
    for _ in range(2):
        assert deliver(fake, again=True) == 5 and not fake.is_due()
        assert states(fake) == {"group": DeliveryState.SENT}


def test_a_package_that_is_missing_is_told_with_the_command(
    fake: Fake, robot: Robot, monkeypatch: Any, capsys: Any
) -> None:
    configure(fake, robot)
    monkeypatch.setitem(sys.modules, "agent.delivery.dingtalk", None)
    assert fake.run() == 5 and "[deliver]" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "agent.delivery.dingtalk", dingtalk)
    assert deliver(fake) == 0


def test_too_little_is_not_delivered_by_itself(fake: Fake, robot: Robot, capsys: Any) -> None:
    configure(fake, robot)
    fake.answers["shop"] = lambda: read(Memstore)
    assert fake.run() == 5 and robot.requests == []
    assert "Not delivered by itself: too little was read" in capsys.readouterr().err
    assert deliver(fake) == 0 and len(robot.received) == 1 and fake.is_due(), "what is owed is an assessment"


def test_a_report_that_is_not_whole_waits_for_its_files(fake: Fake, robot: Robot, monkeypatch: Any) -> None:
    configure(fake, robot)
    with monkeypatch.context() as patch:
        breaking(patch, "html", RenderError("no browser"))
        assert fake.if_due() == 4 and robot.requests == []
    assert fake.if_due(out=fake.directory / "tomorrow") == 0
    assert len(robot.received) == 1 and not fake.is_due() and fake.connected == ["shop"]
    with fake.history as history:
        assert history.find_place(fake.recorded()[0]) == fake.directory / "tomorrow" / "shop"


def test_who_wants_to_look_first_delivers_later(fake: Fake, robot: Robot, capsys: Any) -> None:
    configure(fake, robot)
    assert fake.run(deliver=False) == 5 and robot.requests == [] and fake.is_due()
    assert "Not delivered, as asked. Deliver it with: ob-health deliver -a" in capsys.readouterr().out
    assert deliver(fake) == 0 and not fake.is_due()


@pytest.mark.slow
def test_a_destination_that_comes_later_is_owed_nothing_and_one_that_goes_neither(fake: Fake, robot: Robot) -> None:
    assert fake.if_due() == 0
    configure(fake, robot)
    assert not fake.is_due() and fake.if_due() == 0 and robot.requests == []
    assert deliver(fake) == 0 and len(robot.received) == 1, "who wants it sends it"
    robot.answers.append({"errcode": 400102, "errmsg": "stopped"})
    assert fake.run(now=NOW + timedelta(seconds=5)) == 5
    fake.write()
    assert fake.if_due(now=NOW + timedelta(seconds=9)) == 0 and fake.connected == ["shop"] * 2


@pytest.mark.slow
def test_mail_goes_to_each_address_and_only_who_refused_gets_it_again(fake: Fake, post: Post) -> None:
    configure(fake, post=post)
    post.refusals["b@example.com"] = "550 no such user"
    assert fake.if_due() == 5 and [address for address, _ in post.taken] == ["a@example.com"]
    mail = post.taken[0][1]
    names = [str(part.get_filename()) for part in mail.iter_attachments()]
    assert len(names) == 2 and all(name.isascii() for name in names)
    assert "Acme · shop" in mail["subject"] and mail["from"] == "tam@example.com"
    assert sorted(states(fake).values()) == [DeliveryState.REFUSED, DeliveryState.SENT]
    del post.refusals["b@example.com"]
    assert fake.if_due() == 0 and [address for address, _ in post.taken] == ["a@example.com", "b@example.com"]
    assert fake.connected == ["shop"] and not fake.is_due()


@pytest.mark.slow
def test_one_destination_by_name(fake: Fake, robot: Robot, post: Post, capsys: Any) -> None:
    configure(fake, robot, post)
    assert fake.run(deliver=False) == 5
    assert deliver(fake, only="dba") == 0 and len(post.taken) == 2 and robot.requests == []
    with pytest.raises(ConfigError) as caught:
        deliver(fake, only="gruop")
    assert "known are group, dba" in render_text(caught.value.text, "en")
    assert fake.is_due() and deliver(fake, only="group") == 0 and not fake.is_due()


def test_a_dry_run_prints_and_asks_for_no_secret(
    fake: Fake, robot: Robot, post: Post, capsys: Any, monkeypatch: Any
) -> None:
    configure(fake, robot, post)
    assert fake.run(deliver=False) == 5
    for name in ("TOKEN", "SECRET", "MAIL"):
        monkeypatch.delenv(name)
    capsys.readouterr()
    assert deliver(fake, dry_run=True) == 0
    out = capsys.readouterr().out
    assert "to group: Acme · shop" in out and "to dba (a@example.com)" in out and "attached: report_" in out
    assert robot.requests == [] and post.taken == [] and states(fake) == {}


# The files


def test_an_altered_report_is_not_delivered(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    assert fake.run(deliver=False) == 5
    page = next((fake.out / "shop").glob("report_*.html"))
    page.write_text(page.read_text(encoding="utf-8") + "<p>more", encoding="utf-8")
    with pytest.raises(ConfigError, match="altered after it was written"):
        deliver(fake)
    assert robot.requests == []
    html = {"formats": ["html"], "languages": ["en"]}
    render_again(fake.recorded()[0], fake.engagement, history=None, out=fake.out / "shop", **html)  # type: ignore[arg-type]
    assert deliver(fake) == 0, "what is written again is sealed again"


@pytest.mark.slow
def test_an_altered_report_is_not_delivered_by_the_next_run_either(fake: Fake, robot: Robot, capsys: Any) -> None:
    configure(fake, robot)
    assert fake.run(deliver=False) == 5
    page = next((fake.out / "shop").glob("report_*.html"))
    page.write_text("<p>forged", encoding="utf-8")
    assert fake.if_due() == 5 and robot.requests == [] and fake.connected == ["shop"]
    assert "was altered after it was written" in capsys.readouterr().err


def test_files_are_found_where_they_were_set_aside_or_are_named(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    assert fake.run(deliver=False) == 5
    (first,) = fake.recorded()
    assert fake.run(deliver=False, now=NOW + timedelta(seconds=5)) == 5
    assert deliver_recorded(fake.engagement, DeliverOptions(assessment=first)) == 0
    moved = fake.directory / "moved"
    (fake.out / "shop" / "earlier" / first).rename(moved)
    again = DeliverOptions(assessment=first, again=True)
    with pytest.raises(ConfigError) as caught:
        deliver_recorded(fake.engagement, again)
    assert "--folder" in render_text(caught.value.text, "en")
    assert deliver_recorded(fake.engagement, DeliverOptions(assessment=first, again=True, directory=moved)) == 0
    with pytest.raises(ConfigError):
        deliver_recorded(fake.engagement, DeliverOptions(assessment=first, again=True, directory=fake.out / "shop"))


def test_another_customers_report_is_not_sent_to_this_customers_group(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    assert fake.run(deliver=False) == 5
    id = fake.recorded()[0]
    configure(fake, robot)
    fake.file.write_text(fake.file.read_text(encoding="utf-8").replace("name: Acme", "name: Beta"), encoding="utf-8")
    with pytest.raises(ConfigError, match="is the assessment of"):
        deliver_recorded(fake.engagement, DeliverOptions(assessment=id))
    with pytest.raises(NoSuchAssessment):
        deliver_recorded(fake.engagement, DeliverOptions(assessment="19990101"))


def test_a_missing_attachment_and_a_key_that_does_not_sign_are_told(fake: Fake, post: Post, capsys: Any) -> None:
    configure(fake, post=post)
    assert fake.run(formats=["json"]) == 5 and "no report in the format html" in capsys.readouterr().err
    (fake.directory / "key").write_text("no key", encoding="utf-8")
    configure(fake, post=post, more="  signing_key: key\n")
    assert fake.run(now=NOW + timedelta(seconds=5)) == 5
    assert "The report is not delivered: The report cannot be signed" in capsys.readouterr().err
    assert post.taken == []


def test_what_is_kept_of_a_delivery_leaves_with_its_assessment(fake: Fake, robot: Robot) -> None:
    configure(fake, robot)
    assert fake.run() == 0
    with fake.history as history:
        assert len(history.purge(NOW + timedelta(days=400))) == 1
    with contextlib.closing(sqlite3.connect(fake.directory / "history.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM delivery").fetchone() == (0,)


@pytest.mark.slow
def test_no_secret_is_kept_or_said(fake: Fake, robot: Robot, post: Post, capsys: Any, monkeypatch: Any) -> None:
    configure(fake, robot, post)
    robot.answers += [RATE_LIMIT, {"errcode": 310000, "errmsg": f"{TOKEN} {SECRET}"}]
    post.refusals["a@example.com"] = f"550 {PASSWORD}"
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    assert fake.run() == 5
    said = capsys.readouterr()
    kept = b"".join(path.read_bytes() for path in fake.directory.rglob("*") if path.is_file())
    for secret in (TOKEN, SECRET, PASSWORD):
        assert secret not in said.out + said.err and secret.encode() not in kept
    assert "a@example.com" not in kept.replace(fake.file.read_bytes(), b"").decode("latin-1")
