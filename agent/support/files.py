"""Read and write files, and lock folders, so that neither a full disk nor a second run damages them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from agent.model.terms import Scalar, Text
from agent.support.errors import ConfigError, WriteError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file completely or not at all: first beside its place, then moved there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_whole(path: Path, kind: type[ConfigError] = ConfigError) -> bytes:
    """Return the content of a file. Raises an error of ``kind`` if it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        args: dict[str, Scalar] = {"file": str(path), "reason": getattr(error, "strerror", None) or "invalid path"}
        raise kind(Text("{file} cannot be read ({reason}); check the path and its permissions", args)) from None


@contextmanager
def lock_directory(directory: Path) -> Iterator[None]:
    """Keep other runs from writing to the directory. The lock is a file beside it and ends with its process.

    Raises WriteError if another run holds the lock, or if nothing can be written there.
    """
    args = {"path": str(directory)}
    lock = FileLock(directory.with_name(f".{directory.name}.lock"), timeout=0)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
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
        yield
    finally:
        lock.release()
