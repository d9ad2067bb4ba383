"""A period through kills and signals, on the real kernel: due until a whole report is written, and then done."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest

from agent.collection.journal import ALL_JOURNALS
from agent.kernel.start import Kernel, run_kernel
from tests.faults.proxy import Cue, Fault
from tests.faults.site import Site, newest_journal, site_on
from tests.integration.reading import reader
from tests.report_files import find_report, plain

pytestmark = pytest.mark.kernel
WAIT_S = 300
Record = Callable[[str, object], None]
RUN = "from agent.__main__ import main; main()"
KILLED = f"import os; from agent import pipeline; pipeline.write_report = lambda *_: os.kill(os.getpid(), 9); {RUN}"
SLOW = f"""
import dataclasses, time
from agent.report import render
def stay(*_):
    print("writing", flush=True)
    time.sleep(120)
render.FORMATS["html"] = dataclasses.replace(render.FORMATS["html"], make=stay)
{RUN}
"""


@pytest.fixture
def site(kernel: Kernel, tmp_path: Path) -> Iterator[Site]:
    with site_on(kernel, tmp_path, "hx_period", statement_timeout_s=5) as made:
        yield made


def start(site: Site, *words: str | Path, script: str = RUN) -> subprocess.Popen[str]:
    environment = {**os.environ, "OB_HEALTH_LANG": "en", "COLUMNS": "1000"}
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.Popen(
        command, cwd=site.directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in out + err, out + err
    return process.returncode, out + err


def assess(site: Site, script: str = RUN, formats: str = "json,html") -> subprocess.Popen[str]:
    options = ["-o", "out", "-f", formats, "-l", "en", "--if-due"]
    return start(site, "assess", "-e", "engagement.yaml", *options, script=script)


def schedule(site: Site) -> str:
    code, said = end(start(site, "schedule", "list", "-e", "engagement.yaml"))
    assert code == 0
    return said


def journals(site: Site) -> int:
    return len(list(site.out.glob(ALL_JOURNALS)))


@pytest.mark.slow
def test_a_server_that_dies_leaves_the_period_due(kernel: Kernel, site: Site, record_property: Record) -> None:
    account = "hx_period"
    with contextlib.suppress(pymysql.OperationalError), run_kernel() as dying, reader(dying, account):
        site.proxy.lead_to(dying.port)
        site.proxy.will(Cue(Fault.STALL, b" ResourceUnit*/"))
        process = assess(site)
        assert site.proxy.reached.wait(WAIT_S), process.poll()
        os.kill(dying.pid, signal.SIGKILL)
        code, said = end(process)
        assert code == 5, said
        assert "acme · shop: The connection broke after " in said and "sources were not read" in said
        assert "Period 1 stays due" in said and "Run assess again" in said
    document = json.loads((site.out / "assessment.json").read_text(encoding="utf-8"))
    assert 0 < document["score"]["coverage_pct"] < 60
    page = find_report(site.out, "report.en.html").read_text(encoding="utf-8")
    front = page[page.index("Decisions asked of the customer") :]
    assert "Allow another assessment: the connection broke" in front[: front.index("</section>")]
    assert "stays due" in schedule(site) and site.recorded() == 1
    site.proxy.lead_to(kernel.port)
    code, said = end(assess(site))
    assert code == 0, said
    assert "is done" in schedule(site) and site.recorded() == 2
    code, said = end(assess(site))
    assert code == 0 and "is done" in said and journals(site) == 2
    record_property("faults", 1)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.STALL, pytest.param(Fault.DRIP, marks=pytest.mark.long)])
def test_a_statement_that_does_not_end_is_told_on_the_console_and_in_the_report(
    site: Site, fault: Fault, record_property: Record
) -> None:
    """It is left a second after its limit; one more connection reads the rest."""
    site.proxy.will(Cue(fault, b" ResourceUnit*/"))
    code, said = end(assess(site))
    assert code in (0, 5), said  # 5 where a busy machine spends the load budget
    assert "These sources reached a limit before they were read completely: " in said and "ResourceUnit" in said
    document = json.loads((site.out / "assessment.json").read_text(encoding="utf-8"))
    (found,) = (source for source in document["sources"] if source["source"] == "ResourceUnit")
    assert found["status"] == "timeout" and 5_900 <= found["duration_ms"] < 15_000
    page = find_report(site.out, "report.en.html").read_text(encoding="utf-8")
    assert "went on after their time limit, so the connection was shut on them: ResourceUnit" in page
    sent = [json.loads(line) for line in newest_journal(site.out).read_text(encoding="utf-8").splitlines()]
    assert sum(line.get("source") == "driver" for line in sent) == 2, "one reconnect"
    record_property("faults", 1)


@pytest.mark.slow
def test_killed_between_record_and_report_the_next_run_only_writes(site: Site, record_property: Record) -> None:
    assert end(assess(site, KILLED))[0] == -signal.SIGKILL
    assert site.recorded() == 1 and not find_report(site.out, "report.en.html").exists()
    assert "is recorded" in schedule(site) and "report.en.html" in plain(schedule(site))
    code, said = end(assess(site))
    assert code == 6 and "is assessing it for the same period" in said
    with contextlib.closing(sqlite3.connect(site.directory / "history.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE claim SET until = '2001-01-01 00:00:00'")
    code, said = end(assess(site))
    assert code == 0, said
    assert find_report(site.out, "report.en.html").exists()
    assert journals(site) == site.recorded() == 1, "nothing was connected"
    assert "is done" in schedule(site)
    record_property("faults", 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM])
def test_a_signal_while_writing_names_a_command_that_finishes(
    site: Site, number: signal.Signals, record_property: Record
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # or what we start would ignore it
    process = assess(site, SLOW)
    assert process.stdout is not None and "writing\n" in iter(process.stdout.readline, "")
    process.send_signal(number)
    code, said = end(process)
    assert code == 128 + number and "Missing are: report.en.html." in plain(said)
    command = shlex.split(said[said.index("ob-health render") :].splitlines()[0])
    assert "is recorded" in schedule(site)
    code, said = end(start(site, *command[1:]))
    assert code == 0 and find_report(site.out, "report.en.html").exists(), said
    assert "is done" in schedule(site) and journals(site) == 1
    record_property("faults", 1)


@pytest.mark.slow
def test_a_full_disk_while_writing_is_4_and_the_period_stays_due(site: Site, record_property: Record) -> None:
    full = "import resource; from agent import pipeline; real = pipeline.write_report\n" + (
        "def write(*given):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "    return real(*given)\n"
        f"pipeline.write_report = write\n{RUN}"
    )
    code, said = end(assess(site, full))
    assert code == 4 and "not written" in said and "ob-health render -a " in said
    assert "is recorded" in schedule(site)
    code, said = end(assess(site))
    assert code == 0 and journals(site) == 1 and "is done" in schedule(site), said
    record_property("faults", 1)
