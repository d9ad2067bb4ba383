"""Runs pytest with one file of the project read as if it held other source: what ``tests.mutants`` does for a change.

``python -m tests.mutated`` takes one order a line, as JSON, and answers each with pytest's exit code, or with -1 where
the tests were stopped because they took too long. Each order is a process of its own, in which nothing of the project
is loaded before the change; what all of them need of other projects is loaded once.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest

STOPPED = -1
# What takes longest to load.
_OF_OTHERS = (
    "hypothesis",
    "sqlglot",
    "sqlalchemy",
    "alembic.command",
    "pydantic",
    "pymysql",
    "rich.console",
    "typer.testing",
)


def load_instead(path: Path, source: bytes) -> None:
    """Have this file loaded with other source from now on, by name or (as Alembic does) by its place."""
    get_code = SourceFileLoader.get_code

    def get_changed(self: SourceFileLoader, fullname: str) -> CodeType | None:
        place = self.get_filename(fullname)
        return compile(source, place, "exec", dont_inherit=True) if Path(place) == path else get_code(self, fullname)

    SourceFileLoader.get_code = get_changed  # type: ignore[method-assign, assignment]


def _run_tests(path: Path, source: bytes, arguments: Sequence[str]) -> int:
    os.setsid()  # so that it is stopped with all that it starts
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    load_instead(path, source)
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments]))


def _wait_for(child: int, patience_s: float) -> int:
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return STOPPED


def main() -> None:
    """Take orders until there are no more: ``path``, ``source``, ``arguments`` of pytest, ``patience_s``."""
    for name in _OF_OTHERS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _run_tests(Path(order["path"]), order["source"].encode(), order["arguments"])
            finally:
                os._exit(code)
        sys.stdout.write(f"{_wait_for(child, order['patience_s'])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
