"""Looks for a secret wherever a program may leave it: its words, files, temporary files, processes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import itertools
import os
import sqlite3
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

from tests.sshd import descendants

_DEPTH = 4
_BRIEF_BYTES = 1 << 22  # of a temporary file that is looked at while the program runs
_POLL_S = 0.02
_TURNS_PER_FILES = 10
_PATIENCE_S = 300.0


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written."""
    plain = secret.encode()
    stored = hashlib.sha1(hashlib.sha1(plain).digest()).hexdigest()
    found = {"plain": plain, "UTF-16": secret.encode("utf-16-le"), "hex": plain.hex().encode()}
    found |= {"password hash": stored.upper().encode(), "lower password hash": stored.encode()}
    for offset, start in ((0, 0), (1, 2), (2, 3)):
        shifted = b"\0" * offset + plain
        found[f"base64+{offset}"] = base64.b64encode(shifted[: len(shifted) // 3 * 3])[start:]
    return found


@dataclass
class Scanner:
    """Finds a secret. ``spared`` are the files in which it has to be."""

    secret: str
    root: Path
    spared: frozenset[Path] = frozenset()
    _seen: set[tuple[Path, int, int]] = field(default_factory=set)

    def of_bytes(self, where: str, content: bytes) -> list[str]:
        """``where: form`` for each form in which it is in there, packed or not."""
        wanted = forms(self.secret)
        return [
            f"{where}: {name}" for part in _unpacked(content, _DEPTH) for name, form in wanted.items() if form in part
        ]

    def of_files(self, places: Iterable[Path], at_most: int | None = None) -> list[str]:
        """In files that are new or have changed since they were looked at."""
        found = []
        for path in places:
            with contextlib.suppress(OSError):  # it may be gone again
                status = path.stat()
                state = (path, status.st_mtime_ns, status.st_size)
                too_big = at_most is not None and status.st_size > at_most
                if path.is_file() and path not in self.spared and state not in self._seen and not too_big:
                    found += self.of_bytes(str(path), path.read_bytes() + b"".join(_database(path)))
                    self._seen.add(state)
        return found

    def of_root(self) -> list[str]:
        """In every file below the root, and in names of files."""
        places = list(_below(self.root))
        return self.of_bytes("names of files", "\n".join(map(str, places)).encode()) + self.of_files(places)

    def of_processes(self, top: int) -> list[str]:
        """In arguments of the program and of those it started, and in what those were given as environment."""
        found, own = [], b""
        for pid in (top, *descendants(top)):
            with contextlib.suppress(OSError):
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
                own = own or arguments
                found += self.of_bytes("arguments of a process", arguments)
                if arguments != own:  # a child that is still our program, about to become another, has our memory
                    name = f"{arguments.decode('utf-8', 'replace')[:60]!r}: environment of a child"
                    found += self.of_bytes(name, Path(f"/proc/{pid}/environ").read_bytes())
        return found


def _below(root: Path) -> Iterator[Path]:
    """Files and directories; what disappears meanwhile is left out."""
    for folder, directories, names in os.walk(root):
        yield from (Path(folder, name) for name in (*directories, *names))


def _unpacked(content: bytes, depth: int) -> Iterator[bytes]:
    yield content
    if depth:
        for inner in _inner(content):
            yield from _unpacked(inner, depth - 1)


def _inner(content: bytes) -> list[bytes]:
    """What is packed in it."""
    with contextlib.suppress(zstandard.ZstdError, zlib.error, zipfile.BadZipFile, EOFError):
        if content.startswith(b"\x28\xb5\x2f\xfd"):
            return [zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)).read()]
        if content.startswith((b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")):
            return [zlib.decompressobj(wbits=47).decompress(content)]
        if content.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return [archive.read(name) for name in archive.namelist()]
        if content.startswith(b"%PDF"):
            return [part.split(b"endstream")[0].lstrip(b"\r\n") for part in content.split(b"stream")[1:]]
    return []


def _database(path: Path) -> Iterator[bytes]:
    """Every value of an SQLite file: packed ones unpacked, texts whole though pages cut them."""
    with path.open("rb") as file:
        if file.read(15) != b"SQLite format 3":
            return
    # Without locks: whoever writes to it is not held up, and what is half written is searched as bytes all the same.
    place = f"file:{path}?immutable=1"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(place, uri=True)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    yield b"\n".join(_unpacked(raw, _DEPTH)) + b"\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended, and where it left the secret."""

    code: int
    said: str
    leaks: tuple[str, ...]


def run(
    scanner: Scanner,
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    enough: Callable[[], bool] = lambda: False,
) -> Ran:
    """Run a program to its end, or until there is ``enough``, and look at it all the while. TMPDIR is in the root."""
    leaks, asked = set[str](), False
    brief = Path(environment["TMPDIR"])
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=dict(environment)
        )
        deadline = time.monotonic() + _PATIENCE_S
        for turn in itertools.count():
            if process.poll() is not None:
                break
            leaks |= set(scanner.of_processes(process.pid))
            if turn % _TURNS_PER_FILES == 0:
                leaks |= set(scanner.of_files(_below(brief), _BRIEF_BYTES))
            if not asked and enough():
                process.terminate()
                asked = True
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(_POLL_S)
        said.seek(0)
        words = said.read()
    leaks |= {*scanner.of_bytes("what it said", words), *scanner.of_root()}
    return Ran(process.returncode, words.decode("utf-8", "replace"), tuple(sorted(leaks)))
