"""Without the wheel there is a clear message. The kernel itself is tested in integration."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from agent.kernel import start
from agent.support.errors import KernelError
from agent.support.i18n import render_text


def test_a_missing_wheel_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(KernelError) as error, start.run_kernel(tmp_path / "data"):
        pytest.fail("no kernel can run here")
    assert "[kernel]'" in render_text(error.value.text, "en")
    assert not (tmp_path / "data").exists()


def test_a_kernel_that_cannot_start_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the wheel's name that fails as a wrong architecture would."""
    (tmp_path / "pylibseekdb.py").write_text("raise ImportError('wrong ELF class')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KernelError) as error, start.run_kernel(tmp_path / "place"):
        pytest.fail("no kernel can run here")
    said = render_text(error.value.text, "en")
    assert "exit code 1" in said and "wrong ELF class" in said


def test_a_kernel_that_never_gets_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pylibseekdb.py").write_text("import time\ndef open_with_service(directory, port): time.sleep(60)")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(start, "_START_TIMEOUT_S", 1.0)
    with pytest.raises(KernelError), start.run_kernel(tmp_path / "place"):
        pytest.fail("no kernel can run here")
