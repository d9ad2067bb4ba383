"""The agent itself is ended, or started twice: nothing stays behind, and the next run works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.collection.journal import JournalState
from agent.kernel.start import Kernel
from tests.faults.proxy import Cue, Fault
from tests.faults.site import Site, site_on

pytestmark = pytest.mark.kernel
ACCOUNT = "hx_ended"
WAIT_S = 120
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def site(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_on(kernel, tmp_path_factory.mktemp("process"), ACCOUNT, statement_timeout_s=60) as made:
        yield made


def started(site: Site, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "agent", "assess", "-e", site.engagement, "-f", "json", *arguments]
    environment = {**os.environ, "OB_HEALTH_LANG": "en", "COLUMNS": "200"}
    # Tests started in the background of a shell ignore it, and what they start would as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
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


def next_run_works(site: Site, out: Path) -> None:
    recorded = site.recorded()
    code, said = ended(started(site, "-o", out))
    assert code == 0, said
    assert site.recorded() == recorded + 1
    assert json.loads((out / "shop" / "assessment.json").read_text())["score"]


@pytest.mark.parametrize(
    ("number", "code", "journal"),
    [
        (signal.SIGTERM, 128 + signal.SIGTERM, JournalState.INTACT),
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
    next_run_works(site, out)
    (site.out / "assessment.json").unlink()
    record_property("faults", 1)


def test_a_second_run_on_the_same_target_is_refused(site: Site, record_property: Record) -> None:
    out = site.directory / "twice"
    first = paused_in(site, "-o", out)
    code, said = ended(started(site, "-o", out))
    assert code == 4 and "another assessment is written there now" in said and "--out" in said
    assert len(list((out / "shop").glob("journal*.jsonl"))) == 1, "the second sent nothing"
    first.send_signal(signal.SIGKILL)
    assert ended(first)[0] == -signal.SIGKILL
    next_run_works(site, out)  # what the killed one held does not hold up the next
    record_property("faults", 1)


def test_two_runs_with_places_of_their_own_both_work(site: Site, record_property: Record) -> None:
    """On one history, which neither of them has made yet."""
    (site.directory / "history.sqlite").unlink(missing_ok=True)
    outs = [site.directory / name for name in ("one", "two")]
    runs = [started(site, "-o", out) for out in outs]
    assert [ended(run)[0] for run in runs] == [0, 0]
    ids = {json.loads((out / "shop" / "assessment.json").read_text())["assessment_id"] for out in outs}
    assert len(ids) == 2 and site.recorded() == 2
    site.no_session_stays()
    record_property("faults", 1)
