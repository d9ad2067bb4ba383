"""A real OpenSSH server for the tests, on a free port of this machine, with keys of its own; and what is none."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOST = "127.0.0.1"
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
needs_sshd = pytest.mark.skipif(not Path(SSHD).is_file(), reason="openssh-server is not installed")
_START_S = 30.0


@dataclass(frozen=True, slots=True)
class JumpServer:
    """A running server that forwards, lets in ``key``, and stands in ``known_hosts``."""

    directory: Path
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"ssh://{getpass.getuser()}@{HOST}:{self.port}"

    @property
    def key(self) -> Path:
        return self.directory / "key"

    @property
    def known_hosts(self) -> Path:
        return self.directory / "known_hosts"

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    @property
    def fingerprint(self) -> str:
        """Of its host key, as ssh-keygen says it."""
        said = subprocess.run(
            ["ssh-keygen", "-lf", self.directory / "host.pub"], capture_output=True, text=True, check=True
        )
        return said.stdout.split()[1]

    def sessions(self) -> list[int]:
        """Processes that serve somebody."""
        return descendants(self.pid)

    def cut(self) -> None:
        """End all connections; new ones are accepted."""
        for pid in self.sessions():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the server with all connections."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)  # it accepts nobody now, and its sessions can still be found
        self.cut()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def make_key(path: Path, passphrase: str = "") -> Path:
    """A key pair: ``path`` and ``path.pub``."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", path], check=True)
    return path


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[JumpServer]:
    """A server for the time of the block; its files lie in ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    host, key = make_key(directory / "host"), make_key(directory / "key")
    (directory / "authorized_keys").write_text(key.with_suffix(".pub").read_text())
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    kind, public, *_ = host.with_suffix(".pub").read_text().split()
    (directory / "known_hosts").write_text(f"[{HOST}]:{port} {kind} {public}\n")
    with (directory / "log").open("w") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", _configured(directory, port)], stderr=log)
    server = JumpServer(directory, port, process.pid)
    try:
        _await(server, process)
        yield server
    finally:
        server.cut()
        process.kill()
        process.wait()


@contextlib.contextmanager
def saying(greeting: bytes) -> Iterator[int]:
    """A server that says this to whoever comes, and waits."""
    held: list[socket.socket] = []
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept()[0])
                    held[-1].sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


def _configured(directory: Path, port: int) -> Path:
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # the server insists on it, and no service manager made it
    lines = [
        f"Port {port}",
        f"ListenAddress {HOST}",
        f"HostKey {directory / 'host'}",
        "PidFile none",
        "LogLevel VERBOSE",
        f"AuthorizedKeysFile {directory / 'authorized_keys'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "AllowTcpForwarding local",
    ]
    path = directory / "sshd_config"
    path.write_text("\n".join(lines) + "\n")
    return path


def _await(server: JumpServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            with socket.create_connection((HOST, server.port), timeout=5) as probe:
                if probe.recv(3) == b"SSH":
                    return
        except OSError:
            time.sleep(0.05)
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"sshd did not start: {server.log}")


def descendants(pid: int) -> list[int]:
    """Processes that it started, and those that they started."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        children = []
    return [found for child in children for found in (child, *descendants(child))]
