"""Tries to send a message until it is taken, certainly refused, or perhaps sent; waits longer each time.

What may have been sent is never tried again: only a person can see whether it arrived.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_result

from agent.model.delivery import Answer, Retry

Note = Callable[[Answer | None], None]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait before the second attempt, the third and so on; there are no more attempts than that."""

    soon_s: tuple[float, ...] = (2.0, 6.0, 18.0, 54.0)
    # DingTalk holds a robot back for ten minutes: these are twelve together.
    rate_limit_s: tuple[float, ...] = (60.0, 120.0, 240.0, 300.0)

    def choose_waits(self, retry: Retry) -> tuple[float, ...]:
        """Return the waits for this kind of refusal."""
        return {Retry.SOON: self.soon_s, Retry.RATE_LIMIT: self.rate_limit_s}.get(retry, ())


def send_with_retries(
    send: Callable[[], Answer],
    note: Note,
    *,
    patience: Patience = Patience(),
    sleep: Sleep = time.sleep,
    tell_wait: Callable[[Answer, float], None] = lambda answer, wait_s: None,
) -> Answer:
    """Return the last answer. ``note`` keeps None before each attempt and its answer after it.

    What ``note`` raises ends the attempts: what cannot be kept is not sent. ``tell_wait`` is told each wait in seconds.
    """

    def attempt() -> Answer:
        note(None)
        answer = send()
        note(answer)
        return answer

    def choose_wait(state: RetryCallState) -> float:
        waits = patience.choose_waits(_read_answer(state).retry)
        return waits[min(state.attempt_number, len(waits)) - 1]  # asked after the last attempt, too

    def is_spent(state: RetryCallState) -> bool:
        return state.attempt_number > len(patience.choose_waits(_read_answer(state).retry))

    def tell(state: RetryCallState) -> None:
        tell_wait(_read_answer(state), state.upcoming_sleep)

    return Retrying(
        retry=retry_if_result(lambda answer: answer.retry is not Retry.NEVER),
        wait=choose_wait,
        stop=is_spent,
        sleep=sleep,
        before_sleep=tell,
        retry_error_callback=_read_answer,
    )(attempt)


def _read_answer(state: RetryCallState) -> Answer:
    assert state.outcome is not None
    answer: Answer = state.outcome.result()
    return answer
