"""A limit on what blocks in the network: the driver's own starts anew with every byte that trickles in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def limit_time(seconds: float, hang_up: Callable[[], None]) -> Iterator[None]:
    """Hang up on a block that takes longer; what then breaks in it is raised as TimeoutError."""
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
