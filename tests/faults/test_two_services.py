"""Two ``schedule run`` on one history of MariaDB, killed again and again: each target is assessed exactly once.

The processes are real, and so are schedule, claims, history and reports. Targets are stood for: reading takes a moment.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest

from tests.agent.tiny import RULES, written
from tests.mariadb import running_mariadb

pytestmark = [pytest.mark.mariadb, pytest.mark.slow]
TARGETS = [f"t{number}" for number in range(8)]
WAIT_S = 240
COUNT_RECORDED = "SELECT target, COUNT(*), SUM(unwritten = '') FROM assessment GROUP BY target"
START = "--- start ---\n"
READY = "Checking daily"
DEFECT = re.compile(r"Traceback|defect")
HELD = "SELECT target FROM claim WHERE until > UTC_TIMESTAMP(6)"
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
        log.write(START.encode())
        log.flush()
        command = [sys.executable, "-c", script, str(directory), *map(str, words)]
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment)


@dataclass(slots=True)
class Tally:
    """What was owed and came of it; ``at_work``: kills of a process that held a period then."""

    owed: int = 0
    made: int = 0
    double: int = 0
    at_work: int = 0

    def count_round(self, port: int) -> None:
        """Count what is recorded: each target is owed once a round, and made when its report is written."""
        found = ask(port, COUNT_RECORDED)
        self.owed += len(TARGETS)
        self.made += sum(int(str(written)) > 0 for _, _, written in found)
        self.double += sum(int(str(count)) - 1 for _, count, _ in found)

    def __str__(self) -> str:
        return f"owed {self.owed}, made {self.made}, missed {self.owed - self.made}, double {self.double}"


def wait_for_moment(chance: random.Random, port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the process is to be killed. Return whether it holds a period then.

    Two of three kills wait until it does, so that each step of its work is hit; the others come at any time.
    """
    deadline = time.monotonic() + WAIT_S
    if chance.random() < 2 / 3:
        while not holds_period(port, process) and finished(port) < len(TARGETS) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 1.5))
    else:
        time.sleep(chance.uniform(0, 8))
    return holds_period(port, process)


def holds_period(port: int, process: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(pymysql.ProgrammingError, pymysql.OperationalError):  # the tables are not there yet
        return bool(ask(port, f"{HELD} AND holder LIKE '%, process {process.pid}'"))
    return False


def wait_until_ready(directory: Path, name: str) -> None:
    """Wait until the last start of the service says that it runs: a signal that comes sooner ends it as any program."""
    deadline = time.monotonic() + WAIT_S
    while READY not in (said := (directory / f"log_{name}").read_text(encoding="utf-8").rsplit(START, 1)[-1]):
        assert time.monotonic() < deadline, f"{name} did not start: {said}"
        time.sleep(0.1)


@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
def test_two_services_that_are_killed_assess_each_target_once(tmp_path: Path, port: int, kills: int) -> None:
    write_engagement(tmp_path)
    chance, running = random.Random(kills), {name: start(tmp_path, port, name) for name in ("one", "two")}
    tally = Tally()
    try:
        for _ in range(kills):
            name = chance.choice(["one", "two"])
            tally.at_work += wait_for_moment(chance, port, running[name])
            running[name].kill()
            running[name].wait()
            with contextlib.suppress(pymysql.ProgrammingError):  # as if the lease of the killed one had passed
                ask(port, "UPDATE claim SET until = '2001-01-01'")
            if finished(port) == len(TARGETS):  # all is done: what was done is owed anew, for the next kills
                tally.count_round(port)
                ask(port, "DELETE FROM finding")
                ask(port, "DELETE FROM assessment")
            running[name] = start(tmp_path, port, name)
        deadline = time.monotonic() + WAIT_S
        while finished(port) < len(TARGETS) and time.monotonic() < deadline:
            time.sleep(0.5)
        for name, process in running.items():
            wait_until_ready(tmp_path, name)
            process.send_signal(signal.SIGTERM)
        assert [process.wait(60) for process in running.values()] == [0, 0]
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    tally.count_round(port)
    print(f"{tally}; killed {kills} times, of these {tally.at_work} while it held a period")  # noqa: T201 - its result
    for name in running:
        log = (tmp_path / f"log_{name}").read_text(encoding="utf-8")
        told = DEFECT.search(log)
        assert told is None, log[max(told.start() - 2_000, 0) : told.end() + 4_000]
    assert (tally.made, tally.double) == (tally.owed, 0), str(tally)
    assert tally.at_work > kills // 4, "kills that hit no work show nothing"
