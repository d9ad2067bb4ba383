"""The embedded OceanBase kernel: a throw-away server of our own for the demo, the tests and verified advice.

It runs in its own process, which ends with its parent, and listens on a free port. Before anything else it gets a
root password and is closed to other hosts. This module may write, because it never connects to a customer's server.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from agent.kernel.guard import READY
from agent.model.terms import Text
from agent.support.credentials import harmless_environment
from agent.support.errors import KernelError
from agent.support.installation import advise_install

HOST = "127.0.0.1"
_START_TIMEOUT_S = 180.0  # a start takes five seconds of CPU, and a busy machine gives it little
_ANSWER_TIMEOUT_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A running kernel. ``password`` is root's."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    directory: Path
    pid: int

    def connect(
        self, user: str = "", password: str | None = None, database: str | None = None
    ) -> pymysql.Connection[Any]:
        """Open a connection that may write, as root by default."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=user or self.user,
            autocommit=True,
            charset="utf8mb4",
            password=self.password if password is None else password,
            database=database,
        )

    def run(self, statements: Iterable[str]) -> None:
        """Run statements as root, one after the other."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@contextlib.contextmanager
def run_kernel(directory: Path | None = None) -> Iterator[Kernel]:
    """Run a kernel for the time of the block, in ``directory`` (kept) or in a temporary one (removed).

    Raises KernelError when the wheel is missing or the kernel does not come up.
    """
    if importlib.util.find_spec("pylibseekdb") is None:
        text = "The embedded OceanBase kernel (Linux x86-64 or arm64) is not installed; {install}"
        raise KernelError(Text(text, {"install": advise_install("kernel")}))
    place = directory or Path(tempfile.mkdtemp(prefix="ob-health-kernel-"))
    place.mkdir(parents=True, exist_ok=True)
    process = _spawn_guard(place, port := _find_free_port())
    try:
        _await_ready(process, place)
        yield _secure_kernel(process.pid, port, place)
    finally:
        _end_process(process)
        if directory is None:
            shutil.rmtree(place, ignore_errors=True)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _spawn_guard(directory: Path, port: int) -> subprocess.Popen[str]:
    environment = {**harmless_environment(), "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    with (directory / "kernel.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "agent.kernel.guard", str(directory / "data"), str(port), str(os.getpid())],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )


def _await_ready(process: subprocess.Popen[str], directory: Path) -> None:
    assert process.stdout is not None
    clock = threading.Timer(_START_TIMEOUT_S, process.kill)  # reading a pipe has no time limit
    clock.start()
    try:
        if any(line.strip() == READY for line in process.stdout):
            return
        process.wait()
    finally:
        clock.cancel()
    log = (directory / "kernel.log").read_text(errors="replace").strip()[-500:]
    args = {"code": str(process.poll()), "log": log or str(directory / "kernel.log")}
    raise KernelError(Text("The embedded kernel did not start (exit code {code}): {log}", args))


def _secure_kernel(pid: int, port: int, directory: Path) -> Kernel:
    """Set the password of root and lock other hosts out, before anybody else can connect. Return the kernel."""
    password = secrets.token_urlsafe(18)
    _run_patiently(
        Kernel(host=HOST, port=port, user="root", password="", directory=directory, pid=pid),
        [f"SET GLOBAL ob_tcp_invited_nodes = '{HOST}'", f"ALTER USER root IDENTIFIED BY '{password}'"],
    )
    kernel = Kernel(host=HOST, port=port, user="root", password=password, directory=directory, pid=pid)
    _run_patiently(kernel, ["CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()"])  # packages appear a little later
    return kernel


def _run_patiently(kernel: Kernel, statements: list[str]) -> None:
    """Run statements again and again until the kernel answers. Raises KernelError if it never does."""
    deadline = time.monotonic() + _ANSWER_TIMEOUT_S
    while True:
        try:
            return kernel.run(statements)
        except pymysql.MySQLError as error:
            if time.monotonic() > deadline:
                raise KernelError(
                    Text("The embedded kernel does not answer: {reason}", {"reason": str(error)})
                ) from None
            time.sleep(0.25)


def _end_process(process: subprocess.Popen[str]) -> None:
    with process:  # waits, and closes the pipe
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
