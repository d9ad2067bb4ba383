"""A throw-away MariaDB, where Debian's mariadb-server is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

MARIADBD = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
INSTALL = shutil.which("mariadb-install-db")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_mariadb(directory: Path, *statements: str) -> Iterator[int]:
    """A server with an account reader (password p), which has run these statements; gives its port."""
    if not Path(MARIADBD).is_file() or not INSTALL:
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    data, port = directory / "data", free_port()
    who = ["--user=root"] if os.geteuid() == 0 else []
    plain = ["--no-defaults", f"--datadir={data}", *who]
    subprocess.run(
        [INSTALL, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, capture_output=True
    )
    started = (directory / "started.sql").resolve()
    started.write_text("\n".join(["CREATE USER reader@'%' IDENTIFIED BY 'p';", *statements, ""]))
    server = subprocess.Popen(
        [
            MARIADBD,
            *plain,
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={directory / 's'}",
            f"--init-file={started}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _await(port: int) -> None:
    for _ in range(600):
        try:
            pymysql.connect(host="127.0.0.1", port=port, user="reader", password="p").close()
            return
        except pymysql.MySQLError:
            time.sleep(0.1)
    pytest.fail("MariaDB did not start")
