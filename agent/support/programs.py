"""Runs another program to its end, with no password in its environment, and ends it with us."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from agent.model.terms import Text
from agent.support.credentials import harmless_environment
from agent.support.errors import RenderError


def run_program(command: Sequence[str], name: str, limit_s: float) -> bytes:
    """Run the command and return its standard output; ``name`` is what messages call it.

    Raises RenderError if it fails or does not finish within the limit.
    """
    # It gets its own session, so that a timeout also ends its child processes.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=harmless_environment(),
    ) as process:
        try:
            output, errors = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            _end_program(process)
            text = "{program} did not finish in {limit_s}"
            raise RenderError(Text(text, {"program": name, "limit_s": limit_s})) from None
        except BaseException:  # a signal asks us to end: the program must not keep us waiting
            _end_program(process)
            raise
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        text = "{program} failed (exit {code}): {detail}"
        raise RenderError(Text(text, {"program": name, "code": process.returncode, "detail": "".join(last)}))
    return output


def _end_program(process: subprocess.Popen[bytes]) -> None:
    """End the program and its child processes, which share its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
