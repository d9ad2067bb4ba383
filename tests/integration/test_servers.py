"""A server that is not OceanBase, and a kernel whose parent dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.collection.connect import Budget, Endpoint, ReadOnlySession
from agent.kernel.start import Kernel
from agent.support.errors import ConnectError
from agent.support.i18n import render_text
from tests.mariadb import running_mariadb


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[int]:
    """A throw-away MariaDB with an account reader; gives its port."""
    with running_mariadb(tmp_path) as port:
        yield port


@pytest.mark.mariadb
def test_a_server_that_is_not_oceanbase(mariadb: int) -> None:
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(
            Endpoint(name="shop", host="127.0.0.1", port=mariadb, user="reader", password=lambda: "p"), Budget(), "x"
        )
    said = render_text(error.value.text, "en")
    assert "is not OceanBase" in said and "MariaDB" in said and f"127.0.0.1:{mariadb}" in said
    assert "engagement" in said, "it says what to do"


@pytest.mark.mariadb
def test_a_wrong_password_there_too(mariadb: int) -> None:
    with pytest.raises(ConnectError) as error:
        ReadOnlySession(
            Endpoint(name="shop", host="127.0.0.1", port=mariadb, user="reader", password=lambda: "wrong"),
            Budget(),
            "x",
        )
    assert "1045" in render_text(error.value.text, "en")


PARENT = """\
import sys, time
from pathlib import Path
from agent.kernel.start import run_kernel
with run_kernel(Path(sys.argv[1])) as kernel:
    print(kernel.pid, flush=True)
    time.sleep(120)
"""


@pytest.mark.slow
@pytest.mark.kernel
def test_the_kernel_ends_with_its_parent(kernel: Kernel, tmp_path: Path) -> None:
    """``kernel`` is only asked for so that this is skipped where there is none."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _runs(child)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
