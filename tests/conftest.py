"""Fixtures that tests share: one embedded kernel for the whole run, and the database that the environment asks for."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest

from agent.kernel import Kernel, running
from tests.database import Database, Source, opened, source_of


def pytest_report_header() -> str:
    return f"database: {source_of(os.environ)}"


@pytest.fixture(scope="session")
def kernel() -> Iterator[Kernel]:
    """A real OceanBase kernel, started once per run."""
    if importlib.util.find_spec("pylibseekdb") is None:
        pytest.skip("the embedded kernel is not installed (pip install '.[kernel]')")
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The server that the environment asks for (tests/database.py), for tests that suit any."""
    if source_of(os.environ) is Source.KERNEL:
        yield request.getfixturevalue("kernel")
    else:
        with opened(os.environ) as server:
            yield server
