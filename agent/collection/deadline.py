"""A time limit for network calls: the driver's own limit starts again with every byte that arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def limit_time(seconds: float, hang_up: Callable[[], None]) -> Iterator[None]:
    """Call ``hang_up`` if the block takes longer than ``seconds``; its errors after that become TimeoutError."""
    late = threading.Event()

    def ring() -> None:
        late.set()
        hang_up()

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if late.is_set():
            raise TimeoutError("timed out") from error
        raise
    finally:
        timer.cancel()
