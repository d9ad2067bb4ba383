"""Runs ``ob-health`` as people and cron do, with streams that close early or lack letters."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.__main__ import build_command
from agent.cli.app import run_app
from agent.support import console

SILENT_VARIABLES = ("OB_HEALTH", "LC_", "LANG", "PAGER", "NO_", "PYTHON", "COLUMNS", "XDG_")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said; bytes, because the encoding is what some tests are about."""

    code: int
    out: bytes
    err: bytes


def make_environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a fresh user who lives in the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SILENT_VARIABLES)}
    return {**kept, "HOME": str(folder), "LC_ALL": "C.UTF-8", "OB_HEALTH_HISTORY": str(folder / "history.db"), **more}


def run_process(folder: Path, *words: object, line: str = "", **more: str) -> Ended:
    """Run a command as a process of its own, in the folder; ``line`` is what the shell is to do with its streams."""
    command = ["sh", "-c", f'exec "$0" -m agent "$@" {line}', sys.executable, *map(str, words)]
    done = subprocess.run(
        command,
        cwd=folder,
        env=make_environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_here(folder: Path, *words: object, closed: str = "", encoding: str = "utf-8", **more: str) -> Ended:
    """Run a command in this process as ``ob-health`` does it, on pipes of its own.

    ``closed`` names the streams whose reader has gone: out, err or both.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        _pipe(closed in ("out", "both")) as out,
        _pipe(closed in ("err", "both")) as err,
        _handlers_kept(),
    ):
        for name in os.environ.keys() - make_environment(folder).keys():
            patch.delenv(name)
        for name, value in make_environment(folder, **more).items():
            patch.setenv(name, value)
        if "COLUMNS" in more:  # an earlier command may have made the consoles
            for each in (console.out, console.err):
                patch.setattr(each, "_width", int(more["COLUMNS"]))
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["ob-health", *map(str, words)])
        patch.setattr(sys, "stdout", out.open(encoding))
        patch.setattr(sys, "stderr", err.open(encoding))
        with pytest.raises(SystemExit) as ended:
            run_app(build_command())
    return Ended(int(str(ended.value.code)), out.read, err.read)


class _Pipe:
    """A pipe that is read while it is written."""

    def __init__(self, closed: bool) -> None:
        self._end, self._begin = os.pipe()
        self.read = b""
        self._reader = threading.Thread(target=self._read_all)
        if closed:
            os.close(self._end)
        else:
            self._reader.start()

    def _read_all(self) -> None:
        with os.fdopen(self._end, "rb") as file:
            self.read = file.read()

    def open(self, encoding: str) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.FileIO(self._begin, "wb", closefd=False), encoding=encoding)

    def end(self) -> None:
        os.close(self._begin)
        if self._reader.is_alive():
            self._reader.join()


@contextmanager
def _pipe(closed: bool) -> Iterator[_Pipe]:
    pipe = _Pipe(closed)
    try:
        yield pipe
    finally:
        pipe.end()


@contextmanager
def _handlers_kept() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
