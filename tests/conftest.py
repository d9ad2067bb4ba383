"""Fixtures that tests share: one embedded kernel for the whole run, and the database that the environment asks for."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import settings

from agent.kernel.start import Kernel, run_kernel
from agent.support import console
from tests.database import Database, Source, opened, source_of

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("untimed")

KERNELS = contextlib.ExitStack()
# What tests count with record_property, and how it is called in the summary.
FIGURES = {
    "hostile_statements": "hostile statements tried and refused",
    "faults": "faults injected and survived",
    "bad_files": "bad files tried, none with a traceback",
}


def pytest_report_header() -> str:
    return f"database: {source_of(os.environ)}"


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need the kernel go first: they take longest, and at the end short ones keep every worker busy.

    With ``--dist loadgroup`` one worker runs all of these, so one kernel is started, and each other file is run by one
    worker, so what its tests share is made once.
    """
    long = {item.path for item in items if needs_kernel(item)}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("kernel" if item.path in long else item.path.stem))


def needs_kernel(item: pytest.Item) -> bool:
    asked_for = {"kernel", "database"} & set(getattr(item, "fixturenames", ()))
    return bool(asked_for) or item.get_closest_marker("kernel") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """End the kernel before the first file that does not need it: an idle one takes a fifth of a core."""
    group = item.get_closest_marker("xdist_group")
    if group and group.args[0] != "kernel":
        KERNELS.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The sums of what tests that passed have counted. Reports of a teardown hold it all, of other processes too."""
    passed = {report.nodeid for report in terminalreporter.getreports("passed")}
    sums: Counter[str] = Counter()
    for report in terminalreporter.getreports(""):
        if report.when == "teardown" and report.nodeid in passed:
            sums.update({name: int(count) for name, count in report.user_properties if name in FIGURES})
    if sums:
        terminalreporter.section("figures")
        for name, words in FIGURES.items():
            terminalreporter.line(f"{sums[name]:6,} {words}")


@pytest.fixture(autouse=True)
def _speak_as_at_the_start() -> None:
    """A command that a test runs in this process leaves its language and its loudness behind."""
    console.prefer_language("")
    console.set_loudness(console.Loudness.NORMAL)


@pytest.fixture(scope="session")
def kernel() -> Iterator[Kernel]:
    """A real OceanBase kernel, started once per run."""
    if importlib.util.find_spec("pylibseekdb") is None:
        pytest.skip("the embedded kernel is not installed (pip install '.[kernel]')")
    with KERNELS:
        yield KERNELS.enter_context(run_kernel())


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The server that the environment asks for (tests/database.py), for tests that suit any."""
    if source_of(os.environ) is Source.KERNEL:
        yield request.getfixturevalue("kernel")
    else:
        with opened(os.environ) as server:
            yield server
