"""A file is whole or not there, and one run at a time writes to a directory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent.support.errors import WriteError
from agent.support.files import lock_directory, write_whole
from agent.support.i18n import render_text


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """The size of a file is limited in a process of its own: what a full disk does to a writer."""
    write_whole(tmp_path / "a", b"old")
    script = (
        "import resource, sys; from pathlib import Path; from agent.support.files import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_whole(Path(sys.argv[1]), b'x' * 5000)\n"
        "except OSError as error: print(error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "a")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "File too large\n"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_directories_are_made(tmp_path: Path) -> None:
    write_whole(tmp_path / "b" / "c" / "a", b"new")
    assert (tmp_path / "b" / "c" / "a").read_bytes() == b"new"


def test_a_second_one_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    with (
        lock_directory(tmp_path / "shop"),
        lock_directory(tmp_path / "stock"),
        pytest.raises(WriteError) as error,
        lock_directory(tmp_path / "shop"),
    ):
        pass
    assert str(tmp_path / "shop") in render_text(error.value.text, "en")
    with lock_directory(tmp_path / "shop"):
        pass


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WriteError) as error, lock_directory(tmp_path / "file" / "shop"):
        pass
    assert "nothing can be written there" in render_text(error.value.text, "en")
