"""The embedded OceanBase kernel: a throw-away server of our own for the demo, the tests and verified advice.

It runs in a process of its own that ends with its parent, listens on a free port, and gets a root password and a
closed door to other hosts before anything else. Never a customer's server: this module may write.
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

HOST = "127.0.0.1"
_START_TIMEOUT_S = 90.0
_ANSWER_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
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
        """A connection that may write; root's unless told otherwise."""
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
    """A kernel for the time of the block, in ``directory`` (kept) or in a temporary one (removed).

    Raises KernelError when the wheel is missing or the kernel does not come up.
    """
    if importlib.util.find_spec("pylibseekdb") is None:
        raise KernelError(
            "The embedded OceanBase kernel is not installed. Install it with:"
            " pip install 'oceanbase-health-agent[kernel]' (Linux x86-64 or arm64)."
        )
    place = directory or Path(tempfile.mkdtemp(prefix="ob-health-kernel-"))
    place.mkdir(parents=True, exist_ok=True)
    process = _spawn(place, port := _free_port())
    try:
        _await_ready(process, place)
        yield _secured(process.pid, port, place)
    finally:
        _end(process)
        if directory is None:
            shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _spawn(directory: Path, port: int) -> subprocess.Popen[str]:
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
    clock = threading.Timer(_START_TIMEOUT_S, process.kill)  # reading the pipe knows no time limit
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


def _secured(pid: int, port: int, directory: Path) -> Kernel:
    """Set root's password and shut other hosts out, before anybody else can come in."""
    password = secrets.token_urlsafe(18)
    _patiently(
        Kernel(HOST, port, "root", "", directory, pid),
        [f"SET GLOBAL ob_tcp_invited_nodes = '{HOST}'", f"ALTER USER root IDENTIFIED BY '{password}'"],
    )
    kernel = Kernel(HOST, port, "root", password, directory, pid)
    _patiently(kernel, ["CALL DBMS_STATS.FLUSH_DATABASE_MONITORING_INFO()"])  # packages come a little later
    return kernel


def _patiently(kernel: Kernel, statements: list[str]) -> None:
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


def _end(process: subprocess.Popen[str]) -> None:
    with process:  # waits, and closes the pipe
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
