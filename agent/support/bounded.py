"""Runs work that strangers can shape in a process of its own, which may not take long or much memory."""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from agent.model.terms import Text
from agent.support.errors import RenderError

T = TypeVar("T")
LIMIT_S = 60.0
MORE_BYTES = 1 << 30  # beyond what the process has when it begins
_CHUNK = 1 << 16


def run_bounded(work: Callable[[], T], name: str) -> T:
    """Return what the work returns, or raise what it raises. Both must be values that can be pickled.

    Raises RenderError, which names ``name``, if it takes longer than ``LIMIT_S``, or ends without a result.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _work_and_exit(work, writing)
    os.close(writing)
    try:
        done, content = _read_until(reading, time.monotonic() + LIMIT_S)
    finally:  # also where a signal asks us to end
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    if not done:
        text = "{template} was not done within {limit_s}. It may contain an endless loop: correct it and render again."
        raise RenderError(Text(text, {"template": name, "limit_s": LIMIT_S}))
    if not content:
        text = (
            "{template} ended without a result; it may need more memory than a report may use. Correct it and render "
            "again."
        )
        raise RenderError(Text(text, {"template": name}))
    failed, result = pickle.loads(content)  # noqa: S301 - from our own process
    if failed:
        raise result
    found: T = result
    return found


def _work_and_exit(work: Callable[[], T], writing: int) -> None:
    """Runs in the new process, which must not go on to do what the other does."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        _limit_memory()
        try:
            content = pickle.dumps((False, work()))
        except RenderError as error:
            content = pickle.dumps((True, error))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
    finally:
        os._exit(0)


def _limit_memory() -> None:
    with suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MORE_BYTES,) * 2)


def _read_until(reading: int, end: float) -> tuple[bool, bytes]:
    """Return whether the other side has closed the pipe before the end, and what it wrote."""
    content = bytearray()
    while (left := end - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            chunk = os.read(reading, _CHUNK)
            if not chunk:
                return True, bytes(content)
            content += chunk
    return False, b""
