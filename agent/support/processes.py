"""Processes that work for this one: they end with it, and leave signals to it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

# A terminal sends these to all its processes, a service manager too. This one decides what still comes to its end.
_SIGNALS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}


def make_processes(count: int) -> ProcessPoolExecutor:
    """Return an executor of so many processes, which end with this one, however that ends.

    They are started anew and not forked: other threads may hold locks at that moment. Submit within
    ``hold_back_signals``, because submitting starts them.
    """
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_end_with_parent)


@contextmanager
def hold_back_signals() -> Iterator[None]:
    """Let a process that is started in the block ignore signals: it inherits what its starter holds back."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: nobody would read what it still does."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
