"""What many targets at a time cost: reading against the same statements sent bare, and where reports are made."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pymysql
import pytest

from agent import pipeline
from agent.cli.actions.finishing import ProcessFinisher
from agent.collection.journal import ALL_JOURNALS
from agent.engagement.fleet_files import find_engagements, load_fleet
from agent.kernel.start import Kernel
from agent.pipeline import AssessmentJob, CollectedTarget
from agent.report.write_report import ReportWish
from agent.service.fleet import DaemonThreads, FleetRun, FleetTask, make_task
from agent.support.processes import make_processes
from tests.harness import shipped
from tests.integration.fleets import PASSWORD_VARIABLE, FleetGround
from tests.integration.reading import PASSWORD, reader

TARGETS, AT_ONCE, REPORTS = 20, 8, 8
FORMATS = ("json", "html", "docx", "xlsx")


class Line(NamedTuple):
    """A figure of the bench: what, value, unit, limit."""

    what: str
    value: float
    unit: str
    limit: float | None = None


@contextlib.contextmanager
def jobs_on(kernel: Kernel, directory: Path, count: int) -> Iterator[dict[FleetTask, AssessmentJob]]:
    """Jobs of so many targets on one kernel, each with a loopback address of its own."""
    found, ruleset = shipped()
    with pytest.MonkeyPatch.context() as patch, reader(kernel, "hx_bench_fleet") as account:
        patch.setenv(PASSWORD_VARIABLE, PASSWORD)
        ground = FleetGround(directory, kernel.port, account)
        for number in range(count):
            ground.add(f"c{number:03d}")
        jobs = {}
        for member in load_fleet(find_engagements([ground.root])).members:
            (target,) = member.engagement.targets
            jobs[make_task(member.engagement, target, ground.out / member.found.place)] = AssessmentJob(
                engagement=member.engagement, target=target, registry=found, shipped=ruleset, now=datetime.now(UTC)
            )
        yield jobs


def read_all(jobs: dict[FleetTask, AssessmentJob]) -> tuple[float, list[CollectedTarget]]:
    """Seconds that reading them takes, and what was read."""
    collected: list[CollectedTarget] = []

    def work(task: FleetTask) -> CollectedTarget:
        return pipeline._collect_target(
            jobs[task], pipeline.make_assessment_id(jobs[task].now), task.place, lambda: None
        )

    def take(task: FleetTask, future: Future[CollectedTarget] | None) -> None:
        assert future is not None
        collected.append(future.result())

    began = time.perf_counter()
    FleetRun(DaemonThreads(), work, AT_ONCE, take, threading.Event()).run(list(jobs))
    return time.perf_counter() - began, collected


def send_bare(kernel: Kernel, jobs: Sequence[FleetTask]) -> float:
    """Seconds for the statements of the journals over as many connections, by the driver alone."""

    def send(task: FleetTask) -> None:
        (journal,) = task.place.glob(ALL_JOURNALS)
        events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        texts = [event["statement"] for event in events if event["event"] == "sent" and event["source"] != "driver"]
        connection = pymysql.connect(
            host=kernel.host, port=kernel.port, user="hx_bench_fleet", password=PASSWORD, database="information_schema"
        )
        with contextlib.closing(connection), connection.cursor() as cursor:
            for text in texts:
                with contextlib.suppress(pymysql.MySQLError):  # what this version lacks
                    cursor.execute(text)
                    cursor.fetchall()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(send, jobs))
    return time.perf_counter() - began


def finish_all(
    job: AssessmentJob, collected: CollectedTarget, directory: Path, finisher: ProcessFinisher | None
) -> tuple[float, float]:
    """Seconds and processor seconds of this process, for so many reports of one target at a time."""
    finish: Callable[..., object] = finisher.finish_target if finisher else pipeline.finish_target

    def work(number: int) -> None:
        wish = ReportWish(directory=directory / str(number), formats=FORMATS, languages=("zh-CN",))
        wish.directory.mkdir(parents=True)
        finish(job, dataclasses.replace(collected), wish)

    began, spent = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(work, range(REPORTS)))
    return time.perf_counter() - began, time.process_time() - spent


def measure_fleet(kernel: Kernel, directory: Path) -> Iterator[Line]:
    """Figures of reading, with its limit, and of making reports in threads and in processes."""
    with jobs_on(kernel, directory, TARGETS + 1) as jobs:
        first = next(iter(jobs))
        read_all({first: jobs.pop(first)})  # the server's plans and ours are made by now, for both ways alike
        spent_s = time.process_time()
        read_s, collected = read_all(jobs)
        spent_s = time.process_time() - spent_s
        bare_s = send_bare(kernel, list(jobs))
        yield Line(f"{TARGETS} targets, {AT_ONCE} at a time: read", read_s, "s")
        yield Line(f"{TARGETS} targets, {AT_ONCE} at a time: the same statements by the driver alone", bare_s, "s")
        yield Line(
            f"{TARGETS} targets, {AT_ONCE} at a time: reading against the driver alone", read_s / bare_s, "x", 1.6
        )
        yield Line("processor time of reading one target", spent_s / TARGETS, "s")
        job = next(iter(jobs.values()))
        threads_s, threads_cpu_s = finish_all(job, collected[0], directory / "threads", None)
        finisher = ProcessFinisher(lambda: make_processes(os.cpu_count() or 1))
        try:
            finish_all(job, collected[0], directory / "first", finisher)  # they load what they need
            processes_s, driver_cpu_s = finish_all(job, collected[0], directory / "processes", finisher)
        finally:
            finisher.close()
        yield Line(f"{REPORTS} reports judged and written in threads", threads_s, "s")
        yield Line(f"{REPORTS} reports judged and written in processes, one for each core", processes_s, "s")
        yield Line(f"{REPORTS} reports in threads: processor time of the driver", threads_cpu_s, "s")
        yield Line(f"{REPORTS} reports in processes: processor time of the driver", driver_cpu_s, "s")
