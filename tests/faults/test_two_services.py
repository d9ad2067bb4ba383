"""Two ``schedule run`` on one history of MariaDB, killed again and again: each target is assessed exactly once.

The processes are real, and so are schedule, claims, history and reports. Targets are stood for: reading takes a moment.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest

from tests.agent.tiny import RULES, written
from tests.mariadb import running_mariadb

pytestmark = [pytest.mark.mariadb, pytest.mark.slow]
TARGETS = [f"t{number}" for number in range(8)]
WAIT_S = 240
RUN = """
import random, sys, time
from pathlib import Path
from tenacity import wait_fixed
from agent import pipeline
from agent.catalogue import registry, rules
from agent.catalogue.registry import Registry
from agent.service import retry_plan
from tests.agent.cli.actions.test_assess import Fake, read
from tests.agent.tiny import SPECS

place = Path(sys.argv.pop(1))

def read_slowly():
    time.sleep(random.uniform(0.1, 1.0))
    return read()

fake = Fake(place, answers=dict.fromkeys(TARGETS, read_slowly))
pipeline._collect_target = fake.collect
rules.locate_shipped_rules = lambda: place / "rules.yaml"
registry.load_registry = lambda *_: Registry(SPECS)
retry_plan._PAUSES = wait_fixed(1)
from agent.__main__ import main
main()
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    make = ("CREATE DATABASE history;", "GRANT ALL ON history.* TO reader@'%';")
    server = tmp_path / "mariadb"
    server.mkdir()
    with running_mariadb(server, *make) as number:
        yield number


def ask(port: int, sql: str) -> list[tuple[object, ...]]:
    with (
        contextlib.closing(
            pymysql.connect(
                host="127.0.0.1", port=port, user="reader", password="p", database="history", autocommit=True
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        return list(cursor.fetchall())


def finished(port: int) -> int:
    with contextlib.suppress(pymysql.ProgrammingError, pymysql.OperationalError):  # tables or columns are not there yet
        return len(ask(port, "SELECT id FROM assessment WHERE unwritten = ''"))
    return 0


def write_engagement(directory: Path) -> None:
    written(directory, RULES)
    lines = "\n".join(f"  {name}: {{host: h, port: 1, user: u, password: env:P}}" for name in TARGETS)
    start = datetime.now(UTC).date() - timedelta(days=10)
    (directory / "engagement.yaml").write_text(
        f"customer: {{name: Acme}}\nservice: {{tier: premier, start: {start}, months: 12}}\ntargets:\n{lines}\n"
        "schedule: {major_compaction: none}\nhistory: env:OB_HEALTH_TEST_HISTORY\nlanguage: [en]\n",
        encoding="utf-8",
    )


def start(directory: Path, port: int, name: str) -> subprocess.Popen[bytes]:
    url = f"mysql+pymysql://reader:p@127.0.0.1:{port}/history"
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    environment = {
        **os.environ,
        "OB_HEALTH_TEST_HISTORY": url,
        "P": "secret",
        "PYTHONPATH": path,
        "OB_HEALTH_LANG": "en",
    }
    words = ["schedule", "run", "-e", directory / "engagement.yaml", "-o", directory / f"out_{name}", "-f", "json"]
    script = RUN.replace("TARGETS", repr(TARGETS))
    with (directory / f"log_{name}").open("ab") as log:
        command = [sys.executable, "-c", script, str(directory), *map(str, words)]
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment)


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
def test_two_services_that_are_killed_assess_each_target_once(tmp_path: Path, port: int, kills: int) -> None:
    write_engagement(tmp_path)
    chance, running = random.Random(kills), {name: start(tmp_path, port, name) for name in ("one", "two")}
    try:
        for _ in range(kills):
            before = finished(port)
            deadline = time.monotonic() + chance.uniform(2, 8)
            while time.monotonic() < deadline and finished(port) == before:
                time.sleep(0.1)
            name = chance.choice(["one", "two"])
            running[name].kill()
            running[name].wait()
            with contextlib.suppress(pymysql.ProgrammingError):  # as if the lease of the killed one had passed
                ask(port, "UPDATE claim SET until = '2001-01-01'")
            if finished(port) == len(TARGETS):  # all is done: what was done is owed anew, for the next kills
                require_once(port)
                ask(port, "DELETE FROM finding")
                ask(port, "DELETE FROM assessment")
            running[name] = start(tmp_path, port, name)
        deadline = time.monotonic() + WAIT_S
        while finished(port) < len(TARGETS) and time.monotonic() < deadline:
            time.sleep(0.5)
        require_once(port)
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        assert [process.wait(60) for process in running.values()] == [0, 0]
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    logs = [(tmp_path / f"log_{name}").read_text(encoding="utf-8") for name in running]
    assert not any("Traceback" in log or "defect" in log for log in logs), logs
    require_once(port)


def require_once(port: int) -> None:
    found = ask(port, "SELECT target, COUNT(*), SUM(unwritten = '') FROM assessment GROUP BY target ORDER BY target")
    assert [(target, int(str(count)), int(str(done))) for target, count, done in found] == [
        (target, 1, 1) for target in TARGETS
    ]
