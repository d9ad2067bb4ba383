"""Standard output and standard error that outlive their reader and that write plainly what their encoding lacks."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import TextIO

_CLOSED = (BrokenPipeError, ConnectionResetError)
_PLAINLY = "ob-health-plainly"
_PLAIN_SIGNS = {
    "−": "-", "–": "-", "—": "-", "─": "-", "·": "-", "→": "->", "≥": ">=", "≤": "<=", "≠": "!=", "×": "x",
    "‰": "/1000", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'",
    "：": ":", "，": ",", "；": ";", "（": "(", "）": ")",
}  # fmt: skip


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    """Return signs of the same meaning for what the encoding lacks, ``?`` for any other letter, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN_SIGNS.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error(_PLAINLY, _write_plainly)


class _PatientFile(io.FileIO):
    """A file descriptor without an own life. After its reader has gone, what is written goes nowhere."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data) or 0  # type: ignore[arg-type]
        except _CLOSED:
            _connect_to_nowhere(self.fileno())
            return memoryview(data).nbytes  # type: ignore[arg-type]


def _connect_to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def make_streams_patient() -> None:
    """Replace ``sys.stdout`` and ``sys.stderr`` for the rest of the process.

    ``ob-health ... | head -1`` then ends as if all had been read. A disk that is full still raises OSError.
    """
    sys.stdout = _make_patient(sys.stdout)
    sys.stderr = _make_patient(sys.stderr)


def _make_patient(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # there is none, or a test has put its own there
    stream.flush()
    try:
        raw = _PatientFile(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=_PLAINLY,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def flush_streams() -> None:
    """Write out what is kept back. Raises OSError if standard output takes no more, as on a full disk."""
    if sys.stdout:
        sys.stdout.flush()
    if sys.stderr:
        with contextlib.suppress(OSError):  # there is no place left to say so
            sys.stderr.flush()


def abandon_streams() -> None:
    """Drop what cannot be written, so that the end of the process does not try again and change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            try:
                stream.flush()
            except OSError:
                _connect_to_nowhere(stream.fileno())
