"""``ob-health fleet`` over a tree of engagements on the real kernel: some hang, are refused, stopped or killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.kernel.start import Kernel
from tests.integration.fleets import PASSWORD_VARIABLE, WAIT_S, FleetGround, end
from tests.integration.reading import PASSWORD, reader, rows_of

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
ACCOUNT = "hx_fleet"
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, reader(kernel, ACCOUNT) as name:
        patch.setenv(PASSWORD_VARIABLE, PASSWORD)
        yield name


@pytest.fixture
def ground(kernel: Kernel, account: str, tmp_path: Path) -> FleetGround:
    return FleetGround(tmp_path, kernel.port, account)


@contextlib.contextmanager
def hanging() -> Iterator[int]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def sessions(kernel: Kernel) -> int:
    return int(rows_of(kernel, f"SELECT COUNT(*) FROM oceanbase.GV$OB_PROCESSLIST WHERE USER = '{ACCOUNT}'")[0][0])


def test_what_is_broken_hangs_or_is_refused_stops_no_other(ground: FleetGround, record_property: Record) -> None:
    """Run again, only what is left is connected."""
    ground.add("north/alpha")
    ground.add("north/bravo", "shop", "stock")
    ground.statement_timeout_s = 1  # so that waiting in vain is short
    broken = ground.add("broken")
    broken.write_text(broken.read_text().replace("months: 12", "months: many"))
    ground.add("unsigned", signed=False)
    ground.add("refused", port=1)
    with hanging() as port:
        ground.add("hangs", port=port)
        code, said = ground.run("-j", "3")
    assert code == 3, said
    assert ground.states == {
        "alpha/shop": "assessed",
        "bravo/shop": "assessed",
        "bravo/stock": "assessed",
        "hangs/shop": "failed",
        "refused/shop": "failed",
        "unsigned/shop": "refused",
    }
    assert f"{broken}:2: service.months" in said and "assessment made: 3" in said and "cannot be used: 1" in said
    summary = ground.summary
    assert summary["exit_code"] == 3 and summary["broken"][0]["file"] == str(broken)
    messages = {one["customer"]: one["messages"] for one in summary["targets"]}
    assert "cannot be reached" in messages["refused"][-1]["en"] and messages["refused"][-1]["zh-CN"]
    assert all(
        one["coverage_pct"] > 0 and one["assessment_id"] for one in summary["targets"] if one["state"] == "assessed"
    )
    assert PASSWORD not in said + json.dumps(summary)
    for name in ("unsigned", "refused", "hangs", "broken"):
        (ground.root / name / "engagement.yaml").unlink()
    code, said = ground.run("--json")
    assert code == 0 and json.loads(said[said.index("{") :])["counts"]["not_due"] == 3
    assert ground.journals("north/alpha") == ground.journals("north/bravo", "stock") == 1
    record_property("faults", 4)


def test_two_runs_at_once_connect_to_each_target_once(ground: FleetGround, record_property: Record) -> None:
    """As from two machines: the claim in the history decides."""
    names = [f"c{number}" for number in range(3)]
    for name in names:
        ground.add(name)
    others = FleetGround(ground.directory, ground.port, ground.account)
    one = ground.assess("-j", "3")
    other = others.start("fleet", "assess", ground.root, "-o", ground.directory / "other", "-f", "json", "-j", "3")
    codes = {end(one)[0], end(other)[0]}
    assert codes <= {0, 6}
    for name in names:
        places = [ground.out / name / "shop", ground.directory / "other" / name / "shop"]
        assert sum(len(list(place.glob("journal-*.jsonl"))) for place in places) == ground.recorded(name) == 1
    record_property("faults", 1)


def wait_for(happened: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(WAIT_S * 10):
        if happened():
            return
        pause.wait(0.1)
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_a_signal_ends_in_order_and_the_rest_is_done_later(
    kernel: Kernel, ground: FleetGround, number: signal.Signals, record_property: Record
) -> None:
    names = [f"c{one}" for one in range(4)]
    for name in names:
        ground.add(name)
    process = ground.assess("-j", "1")
    wait_for(lambda: ground.journals("c1") == 1 or process.poll() is not None)
    os.killpg(process.pid, number)  # as a terminal does
    code, said = end(process)
    assert code == 128 + number, said
    assert "Stopping: no further target begins" in said and "Run the same command again" in said
    states = ground.states
    assert states["c0/shop"] == "assessed" and states["c2/shop"] == states["c3/shop"] == "left"
    assert sessions(kernel) == 0 and ground.summary["exit_code"] == 128 + number
    code, said = ground.run("-j", "4")
    assert code == 0, said
    assert ground.states["c0/shop"] == "not_due" and set(ground.states.values()) <= {"not_due", "assessed"}
    assert all(ground.recorded(name) == 1 for name in names) and ground.journals("c0") == 1
    record_property("faults", 1)


@pytest.mark.long
def test_killed_and_begun_again_each_target_counts_once(ground: FleetGround, record_property: Record) -> None:
    names = [f"c{one}" for one in range(4)]
    for name in names:
        ground.add(name)
    process = ground.assess("-j", "2", "-f", "json,html", "-l", "en")
    wait_for(lambda: ground.journals("c2") + ground.journals("c3") > 0 or process.poll() is not None)
    process.kill()
    process.communicate()
    code, said = ground.run("-f", "json,html", "-l", "en")
    assert code in (0, 6), said
    with contextlib.closing(sqlite3.connect(ground.directory / "history.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE claim SET until = '2001-01-01 00:00:00'")  # as when the leases have ended
    code, said = ground.run("-f", "json,html", "-l", "en")
    assert code == 0, said
    assert all(ground.recorded(name) == 1 for name in names)
    assert all(list((ground.out / name / "shop").glob("report_*.en.html")) for name in names)
    record_property("faults", 1)
