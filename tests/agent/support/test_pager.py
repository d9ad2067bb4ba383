"""Long lists go through the pager of a reader at a terminal, and of nobody else."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.agent.cli.typed import make_environment

MARKED = "sed s/^/paged:/"


def at_a_terminal(folder: Path, *words: str, rows: int = 24, more: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and what stands on a terminal of so many rows after a command."""
    environment = {**make_environment(folder, TERM="xterm"), **more}
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-m", "agent", *words], environment)
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
    seen = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen.decode()


@pytest.mark.parametrize("command", [["checks", "list"], ["checks", "explain", "CAP001"]])
def test_a_terminal_that_is_too_small_has_a_pager(command: list[str], tmp_path: Path) -> None:
    code, seen = at_a_terminal(tmp_path, *command, rows=10, more={"PAGER": MARKED})
    lines = seen.splitlines()
    assert code == 0 and len(lines) > 10 and all(line.startswith("paged:") for line in lines)


@pytest.mark.parametrize("more", [{"PAGER": MARKED, "NO_PAGER": "1"}, {"PAGER": ""}, {"PAGER": "cat"}])
def test_who_wants_no_pager_has_none(more: dict[str, str], tmp_path: Path) -> None:
    code, seen = at_a_terminal(tmp_path, "checks", "list", more=more)
    assert code == 0 and "paged:" not in seen and "SEC001" in seen


def test_what_fits_needs_no_pager(tmp_path: Path) -> None:
    code, seen = at_a_terminal(tmp_path, "checks", "list", "--code", "BAK", rows=60, more={"PAGER": MARKED})
    assert code == 0 and "paged:" not in seen and "BAK001" in seen


def test_a_reader_who_leaves_early_changes_nothing(tmp_path: Path) -> None:
    code, seen = at_a_terminal(tmp_path, "checks", "list", more={"PAGER": "head -1"})
    assert code == 0 and len(seen.strip().splitlines()) == 1 and "Traceback" not in seen
