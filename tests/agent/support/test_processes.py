"""Processes that work for another: they leave signals to it, and end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.support.processes import hold_back_signals, make_processes

_STARTER = """
import os
from agent.support.processes import hold_back_signals, make_processes
if __name__ == "__main__":
    executor = make_processes(1)
    with hold_back_signals():
        print(executor.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_signals_are_left_to_the_parent() -> None:
    """Ctrl-C reaches all processes of a terminal."""
    with make_processes(1) as executor:
        with hold_back_signals():
            worker = executor.submit(os.getpid).result()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(worker, number)
        assert executor.submit(os.getpid).result() == worker
    assert not Path(f"/proc/{worker}").exists()


@pytest.mark.slow
def test_they_end_with_a_parent_that_is_killed() -> None:
    killed = subprocess.run([sys.executable, "-c", _STARTER], stdout=subprocess.PIPE, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    pause = threading.Event()
    worker = Path("/proc", killed.stdout.strip())
    for _ in range(600):
        if not worker.exists() or "Z (zombie)" in (worker / "status").read_text():
            return
        pause.wait(0.1)
    raise AssertionError("the process outlived its parent")
