"""The agent itself is ended, or started twice: nothing stays behind, and the next run works."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.collection.journal import JournalState
from agent.kernel.start import Kernel
from tests.faults.proxy import Cue, Fault
from tests.faults.site import Site, site_on

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
ACCOUNT = "hx_ended"
WAIT_S = 120
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def site(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on(kernel, tmp_path_factory.mktemp("process"), ACCOUNT, statement_timeout_s=300) as made:
        yield made


def started(site: Site, *arguments: str | Path, command: str = "assess") -> subprocess.Popen[str]:
    formats = ["-f", "json"] if command == "assess" else []
    words = [sys.executable, "-m", "agent", command, "-e", site.engagement, *formats, *arguments]
    environment = {**os.environ, "OB_HEALTH_LANG": "en", "COLUMNS": "200"}
    # Tests started in the background of a shell ignore it, and what they start would as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was said."""
    out, err = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in out + err
    return process.returncode, out + err


def paused_in(site: Site, *arguments: str | Path) -> subprocess.Popen[str]:
    """An assessment that waits for the answer to a statement in the middle."""
    site.proxy.will(Cue(Fault.STALL, b" Variable*/"))
    process = started(site, *arguments)
    assert site.proxy.reached.wait(WAIT_S), process.poll()
    return process


def end_leases(site: Site) -> None:
    """As if time had passed since a run was killed."""
    with contextlib.closing(sqlite3.connect(site.directory / "history.sqlite", isolation_level=None)) as database:
        assert database.execute("UPDATE claim SET until = '2001-01-01 00:00:00'").rowcount == 1


def next_run_works(site: Site, out: Path) -> None:
    recorded = site.recorded()
    code, said = ended(started(site, "-o", out))
    assert code == 0, said
    assert site.recorded() == recorded + 1
    assert json.loads((out / "shop" / "assessment.json").read_text())["score"]


@pytest.mark.parametrize(
    ("number", "code", "journal"),
    [
        pytest.param(signal.SIGTERM, 128 + signal.SIGTERM, JournalState.INTACT, marks=pytest.mark.long),
        (signal.SIGINT, 128 + signal.SIGINT, JournalState.INTACT),
        (signal.SIGKILL, -signal.SIGKILL, JournalState.CUT),
    ],
)  # fmt: skip
def test_a_signal_in_the_middle(
    site: Site, number: signal.Signals, code: int, journal: JournalState, record_property: Record
) -> None:
    out, recorded = site.directory / "out", site.recorded()
    process = paused_in(site, "-o", out)
    assert site.sessions() == 1
    process.send_signal(number)
    found, said = ended(process)
    assert found == code
    if number is not signal.SIGKILL:
        assert "\n" not in said.strip() and "Stopped before the end" in said
    assert site.journal is journal
    assert not (site.out / "assessment.json").exists() and site.recorded() == recorded
    site.no_session_stays()
    if number is signal.SIGKILL:  # nobody gave its claim back, so it holds until its lease ends
        refused, said = ended(started(site, "-o", out))
        assert refused == 6 and f"process {process.pid} is assessing it" in said
        end_leases(site)
    next_run_works(site, out)
    (site.out / "assessment.json").unlink()
    record_property("faults", 1)


@pytest.mark.slow
def test_a_second_run_on_the_same_target_is_refused(site: Site, record_property: Record) -> None:
    (site.directory / "history.sqlite").unlink(missing_ok=True)
    out = site.directory / "twice"
    first = paused_in(site, "-o", out)
    for folder, options in (
        (out, ()),
        (site.directory / "elsewhere", ()),
        (site.directory / "elsewhere", ("--if-due",)),
    ):
        code, said = ended(started(site, "-o", folder, *options))
        assert code == 6 and f"process {first.pid} is assessing it for the same period" in said
        assert site.sessions() == 1 and not (site.directory / "elsewhere").exists(), "the second connected to nothing"
    code, said = ended(started(site, "-o", out, command="collect"))  # it claims nothing, for it counts for no period
    assert code == 4 and "another assessment is written there now" in said and "--out" in said
    assert len(list((out / "shop").glob("journal*.jsonl"))) == 1, "the second sent nothing"
    first.send_signal(signal.SIGKILL)
    assert ended(first)[0] == -signal.SIGKILL
    end_leases(site)
    next_run_works(site, out)  # what the killed one held does not hold up the next
    record_property("faults", 1)


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), pytest.param(("--if-due",), marks=pytest.mark.long)])
def test_of_two_runs_at_once_one_counts(site: Site, options: tuple[str, ...], record_property: Record) -> None:
    """On one history, which neither of them has made yet, and with places of their own."""
    (site.directory / "history.sqlite").unlink(missing_ok=True)
    outs = [site.directory / f"{name}{len(options)}" for name in ("one", "two")]
    first = paused_in(site, "-o", outs[0], *options)
    second = started(site, "-o", outs[1], *options)
    assert ended(second)[0] == 6 and not outs[1].exists()
    first.send_signal(signal.SIGTERM)
    assert ended(first)[0] == 128 + signal.SIGTERM
    runs = [started(site, "-o", out, *options) for out in outs]
    codes = sorted(ended(run)[0] for run in runs)
    assert codes in ([0, 6], [0, 0]) and site.recorded() == (2 if codes == [0, 0] and not options else 1)
    site.no_session_stays()
    record_property("faults", 1)
