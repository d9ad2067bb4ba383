"""Opens a history that is away for a while: it is tried again, with growing pauses, before one gives up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    sleep_using_event,
    stop_after_delay,
    stop_when_event_set,
    wait_random_exponential,
)

from agent.archive.history.store import History
from agent.support import console
from agent.support.errors import HistoryError, HistoryPlaceError

# A restart of a database takes a minute or two; for what takes longer the service looks again later.
_GIVE_UP_S, _LONGEST_PAUSE_S = 300.0, 60.0


def _is_worth_retrying(error: BaseException) -> bool:
    return isinstance(error, HistoryError) and not isinstance(error, HistoryPlaceError)


@contextmanager
def open_patiently(place: str | None, stop: threading.Event) -> Iterator[History]:
    """Yield the opened history. Raises HistoryError once it was away for five minutes, or ``stop`` is set."""
    told = list[str]()

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, HistoryError) and not told:
            told.append("")
            console.warn(error.text)

    retrying = Retrying(
        retry=retry_if_exception(_is_worth_retrying),
        wait=wait_random_exponential(multiplier=1, max=_LONGEST_PAUSE_S),
        stop=stop_after_delay(_GIVE_UP_S) | stop_when_event_set(stop),
        sleep=sleep_using_event(stop),
        before_sleep=tell,
        reraise=True,
    )
    with retrying(History.open, place) as history:
        yield history
