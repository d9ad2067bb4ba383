"""A file is whole or not there, and one run at a time writes to a directory."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.support.errors import WriteError
from agent.support.files import lock_directory, name_unfinished, write_once, write_whole
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


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277, 0o777], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_files_and_the_folders_made_for_them_are_their_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for write, name in ((write_whole, "a"), (write_once, "b")):
        write(tmp_path / "b" / "c" / name, b"new")
        assert (tmp_path / "b" / "c" / name).read_bytes() == b"new"
        assert mode_of(tmp_path / "b" / "c" / name) == 0o600
    assert [mode_of(folder) for folder in (tmp_path / "b" / "c", tmp_path / "b")] == [0o700, 0o700]
    assert mode_of(tmp_path) == 0o755, "a folder that was there is left as it is"


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o644)
    with (tmp_path / "a").open("rb") as reader:
        write_whole(tmp_path / "a", b"new")
        assert reader.read() == b"old", "who has the old file open sees nothing of the new one"
    assert (mode_of(tmp_path / "a"), (tmp_path / "a").read_bytes()) == (0o600, b"new")


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    unfinished = name_unfinished(tmp_path, "a")
    unfinished.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    write_whole(tmp_path / "a", b"ours")
    (tmp_path / "b").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        write_once(tmp_path / "b", b"ours")
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    assert (tmp_path / "a").read_bytes() == b"ours" and not (tmp_path / "a").is_symlink()


def test_what_exists_is_not_written_once_more(tmp_path: Path) -> None:
    write_once(tmp_path / "a", b"old")
    with pytest.raises(FileExistsError):
        write_once(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_file_and_folder_are_put_on_the_disk_in_that_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def note_sync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def note_replace(*names: Any, **options: Any) -> None:
        done.append("moved")
        replace(*names, **options)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_replace)
    write_whole(tmp_path / "a", b"new")
    assert done == ["file", "moved", "folder"]
    done.clear()
    write_once(tmp_path / "b", b"new")
    assert done == ["file", "folder"]


def test_a_folder_that_cannot_be_put_on_the_disk_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_the_next_run_removes_what_a_killed_one_left_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (folder / f".pdf.{ended.pid}.unfinished" / "profile").mkdir(parents=True)
    kept = [".report.2025", ".x.unfinished", "report.html", f".pdf.{os.getppid()}.unfinished"]
    for name in (f".report.html.{ended.pid}.unfinished", f".a.{os.getpid()}.unfinished", *kept):
        (folder / name).touch()
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    (folder / f".link.{ended.pid}.unfinished").symlink_to(tmp_path / "theirs")
    with lock_directory(folder):
        assert sorted(path.name for path in folder.iterdir()) == sorted(kept)
    assert (tmp_path / "theirs" / "file").exists()


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
