"""Judging and writing elsewhere: the same files, errors that come whole, and a process that dies takes nobody along."""

from __future__ import annotations

import base64
import os
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.archive.history.sealing import read_history_keys
from agent.cli.actions.finishing import ProcessFinisher
from agent.model.terms import Text
from agent.support import errors
from agent.support.errors import ConfigError, HealthAgentError, RenderError, StatementError, TargetError
from agent.support.processes import make_processes
from tests.agent.cli.actions.test_assess import NOW, Fake, fake

__all__ = ["fake"]


def list_kinds(kind: type[HealthAgentError] = HealthAgentError) -> Iterator[type[HealthAgentError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from list_kinds(below)


@pytest.mark.parametrize("kind", list(list_kinds()), ids=lambda kind: kind.__name__)
def test_an_error_comes_whole_out_of_another_process(kind: type[HealthAgentError]) -> None:
    error = kind(Text("{target}: {reason}", {"target": "shop", "reason": Text("gone {n}", {"n": 1})}))
    for name in ("problems", "written", "errno"):
        if hasattr(error, name):
            setattr(error, name, 7 if name == "errno" else (Text("{x}", {"x": 2}),))
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind and back.__dict__ == error.__dict__ and back.args == error.args
    assert back.exit_code == error.exit_code


def test_kinds_with_more_than_a_text_are_among_them() -> None:
    assert {ConfigError, RenderError, StatementError} <= set(list_kinds()) and errors


def test_on_any_executor_the_same_is_recorded_and_written(fake: Fake) -> None:
    with ThreadPoolExecutor(2) as pool:
        code = fake.if_due(finisher=ProcessFinisher(lambda: pool))
    elsewhere = fake.document()
    assert code == 0 and not fake.is_due() and fake.recorded() == [elsewhere["assessment_id"]]
    assert {path.suffix for path in (fake.out / "shop").iterdir()} >= {".html", ".json", ".obh", ".jsonl"}
    assert fake.run(out=fake.directory / "here", now=NOW) == 0
    here = fake.document("../here/shop")
    for one in (here, elsewhere):
        del one["assessment_id"]
    assert elsewhere == here


def test_the_snapshot_is_sealed_there_and_no_order_holds_the_key(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """An order goes to another process, and later to another machine: it names the key only."""
    secret = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("HISTORY_KEY", secret)
    fake.write(more="history_key: env:HISTORY_KEY\n")
    orders = []

    class Watched(ProcessFinisher):
        def _do(self, work, *args, **kwargs):  # type: ignore[no-untyped-def]
            orders.append(pickle.dumps(args))
            return super()._do(work, *args, **kwargs)

    with ThreadPoolExecutor(1) as pool:
        assert fake.if_due(finisher=Watched(lambda: pool)) == 0
    (id,) = fake.recorded()
    keys = read_history_keys(["env:HISTORY_KEY"])
    with fake.history as history:
        sealed = history.load_sealed(id)
    assert keys and sealed and keys.open(id, sealed).sha256 == sealed.sha256
    assert orders and not any(secret.encode() in order or bytes(range(32)) in order for order in orders)


def test_a_claim_that_was_lost_meanwhile_is_told(fake: Fake) -> None:
    """What was overtaken is written, and not recorded."""

    class Late(ProcessFinisher):
        def finish_target(self, job, collected, wish):  # type: ignore[no-untyped-def]
            with fake.history as history:
                history.release(job.claim)
                history.claim(job.claim)
            return super().finish_target(job, collected, wish)

    with ThreadPoolExecutor(1) as pool:
        code = fake.if_due(finisher=Late(lambda: pool))
    assert code == 5 and fake.recorded() == [] and (fake.out / "shop" / "assessment.json").exists()


@pytest.mark.slow
def test_a_process_that_dies_takes_nobody_along() -> None:
    """As where the kernel ends one for want of memory: the others are done again, each in a process of its own."""
    finisher = ProcessFinisher(lambda: make_processes(1))
    ends: dict[int, object] = {}

    def give(number: int) -> None:
        try:
            ends[number] = finisher._do(abs, -number) if number else finisher._do(os._exit, 9)
        except TargetError as error:
            ends[number] = error

    givers = [threading.Thread(target=give, args=[number]) for number in range(3)]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    finisher.close()
    assert isinstance(ends.pop(0), TargetError) and ends == {1: 1, 2: 2}
