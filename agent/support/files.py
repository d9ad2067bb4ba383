"""Read and write files, and lock folders, so that neither a full disk nor a second run damages them.

What we write holds facts of a customer: files are for their owner alone (0600), as are the folders that we make (0700).
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from agent.model.terms import Scalar, Text
from agent.support.errors import ConfigError, WriteError

_FILE_MODE, _FOLDER_MODE = 0o600, 0o700
_UNFINISHED = ".unfinished"
_MOST_BYTES = 1 << 28


def write_whole(path: Path, content: bytes) -> None:
    """Write a file completely or not at all: first beside its place, then moved there. Raises OSError.

    Only its owner can use it. It is on the disk, not only in memory, when this returns.
    """
    make_folder(path.parent)
    unfinished = name_unfinished(path.parent, path.name)
    unfinished.unlink(missing_ok=True)
    try:
        _write_new(unfinished, content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_once(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, otherwise as ``write_whole``. Raises OSError, FileExistsError among it."""
    make_folder(path.parent)
    _write_new(path, content)
    _sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are missing, for their owner alone. Raises OSError."""
    for folder in () if path.is_dir() else reversed([path, *path.parents]):
        try:
            folder.mkdir(_FOLDER_MODE)
        except FileExistsError:
            if not folder.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
        except OSError:
            if not folder.is_dir():
                raise
        else:
            folder.chmod(_FOLDER_MODE)  # whatever the umask takes away


def name_unfinished(directory: Path, name: str) -> Path:
    """Return the hidden name under which this process makes something; ``remove_unfinished`` knows it."""
    return directory / f".{name}.{os.getpid()}{_UNFINISHED}"


def remove_unfinished(directory: Path) -> None:
    """Remove what processes that have ended left unfinished in a folder. What cannot be removed stays."""
    for left in directory.glob(f".*{_UNFINISHED}"):
        maker = left.name.removesuffix(_UNFINISHED).rpartition(".")[2]
        if not maker.isdecimal() or (int(maker) != os.getpid() and _is_running(int(maker))):
            continue
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


@contextmanager
def make_workplace(directory: Path | None, name: str) -> Iterator[Path]:
    """Yield a hidden folder in ``directory`` to work in, or one of the system's, and remove it afterwards.

    If we are killed, the next run in ``directory`` removes it.
    """
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="ob-health-", ignore_cleanup_errors=True) as place:
            yield Path(place)
        return
    remove_unfinished(directory)
    folder = name_unfinished(directory.absolute(), name)
    make_folder(folder)
    try:
        yield folder
    finally:
        # The last child processes of a program may still write while the folder is removed.
        shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _sync_folder(path: Path) -> None:
    """Put the name of a new file on the disk too. Some file systems cannot do that for a folder."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_whole(path: Path, kind: type[ConfigError] = ConfigError, most_bytes: int = _MOST_BYTES) -> bytes:
    """Return the content of a file. Raises an error of ``kind`` if it cannot be read, or is larger than that."""
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        args: dict[str, Scalar] = {"file": str(path), "reason": getattr(error, "strerror", None) or "invalid path"}
        raise kind(Text("{file} cannot be read ({reason}); check the path and its permissions", args)) from None
    if len(content) > most_bytes:
        args = {"file": str(path), "most_bytes": most_bytes}
        raise kind(Text("{file} is larger than {most_bytes}, so it is not what is asked for here; name another", args))
    return content


@contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Keep other runs from writing to the directory. The lock is a file beside it and ends with its process.

    Raises WriteError if another run holds the lock, or if nothing can be written there.
    """
    args = {"path": str(directory)}
    lock = FileLock(directory.with_name(f".{directory.name}.lock"), timeout=0, mode=_FILE_MODE)
    try:
        make_folder(directory.parent)
        lock.acquire()
    except Timeout:
        raise WriteError(
            Text("{path}: another assessment is written there now. Wait until it ends, or choose another --out.", args)
        ) from None
    except (OSError, NotImplementedError) as error:
        args["reason"] = getattr(error, "strerror", None) or str(error)
        raise WriteError(
            Text("{path}: nothing can be written there ({reason}). Make room or choose another --out.", args)
        ) from None
    try:
        remove_unfinished(directory)
        yield
    finally:
        lock.release()
