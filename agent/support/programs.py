"""Runs another program to its end, with no password in its environment, and ends it with us."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from agent.model.terms import Text
from agent.support.credentials import harmless_environment
from agent.support.errors import RenderError
from agent.support.signals import hold_signals


def run_program(command: Sequence[str], name: str, limit_s: float, more: Sequence[str] = ()) -> bytes:
    """Run the command and return its standard output; ``name`` is what messages call it.

    ``more`` names variables that it gets beside the harmless ones, where they are set; none that holds a secret.
    Raises RenderError if it fails or does not finish within the limit.
    """
    with _start_program(command, more) as process:
        try:
            output, errors = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            text = "{program} did not finish in {limit_s}"
            raise RenderError(Text(text, {"program": name, "limit_s": limit_s})) from None
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        text = "{program} failed (exit {code}): {detail}"
        raise RenderError(Text(text, {"program": name, "code": process.returncode, "detail": "".join(last)}))
    return output


@contextmanager
def _start_program(command: Sequence[str], more: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the program in a session of its own; at the end of the block it ends, and its child processes with it."""
    process = None
    try:
        with hold_signals():  # one between the start and the answer would leave the program to nobody
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env={**harmless_environment(), **{name: os.environ[name] for name in more if name in os.environ}},
            )
        yield process
    finally:
        if process is not None:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            with process:
                pass  # its pipes are closed
