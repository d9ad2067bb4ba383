"""Fixtures that tests share: one embedded kernel for the whole run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from agent.kernel import Kernel, running


@pytest.fixture(scope="session")
def kernel() -> Iterator[Kernel]:
    """A real OceanBase kernel, started once per run."""
    if importlib.util.find_spec("pylibseekdb") is None:
        pytest.skip("the embedded kernel is not installed (pip install '.[kernel]')")
    with running() as started:
        yield started
