"""Attempts: how long is waited for what, and that nothing is sent before it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.delivery.attempts import Patience, send_with_retries
from agent.model.delivery import Answer, DeliveryState, Retry

SENT = Answer(state=DeliveryState.SENT)
SOON = Answer(state=DeliveryState.REFUSED, retry=Retry.SOON)
LIMIT = Answer(state=DeliveryState.REFUSED, retry=Retry.RATE_LIMIT)
NEVER = Answer(state=DeliveryState.REFUSED)
OPEN = Answer(state=DeliveryState.UNCERTAIN)


def run(*answers: Answer) -> tuple[Answer, list[str], list[float]]:
    """The last answer, what happened in which order, and what was waited."""
    left, happened, waited = list(answers), list[str](), list[float]()

    def send() -> Answer:
        happened.append("send")
        return left.pop(0)

    def note(answer: Answer | None) -> None:
        happened.append(answer.state.value if answer else "begin")

    last = send_with_retries(send, note, patience=Patience((1.0, 2.0), (60.0,)), sleep=waited.append)
    return last, happened, waited


def test_each_attempt_is_kept_before_and_after_it() -> None:
    last, happened, waited = run(SOON, SENT)
    assert last is SENT and waited == [1.0]
    assert happened == ["begin", "send", "refused", "begin", "send", "sent"]


@pytest.mark.parametrize("final", [SENT, NEVER, OPEN])
def test_what_is_taken_refused_for_good_or_open_is_not_tried_again(final: Answer) -> None:
    assert run(final) == (final, ["begin", "send", final.state.value], [])


def test_patience_ends() -> None:
    assert run(SOON, SOON, SOON)[2] == [1.0, 2.0] and run(LIMIT, LIMIT)[2] == [60.0]
    assert run(SOON, SOON, LIMIT)[0] is LIMIT, "a limit after two attempts is not waited for once more"


@given(st.lists(st.sampled_from([SENT, SOON, LIMIT, NEVER, OPEN]), min_size=8, max_size=8))
def test_nothing_is_sent_after_it_may_have_arrived(answers: list[Answer]) -> None:
    last, happened, _ = run(*answers)
    ends = [place for place, what in enumerate(happened) if what in ("sent", "uncertain")]
    assert ends in ([], [len(happened) - 1]) and happened[-1] == last.state.value


def test_what_cannot_be_kept_is_not_sent() -> None:
    def note(answer: Answer | None) -> None:
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        send_with_retries(lambda: pytest.fail("sent"), note)


def test_the_usual_patience_outlasts_the_limit_of_dingtalk() -> None:
    assert sum(Patience().rate_limit_s) > 600 and sum(Patience().soon_s) < 120
