"""The journal: every statement that we send, as hash-chained JSON lines, written as it goes.

Each line holds the SHA-256 of the line before (``previous``) and its own (``sha256``), over exactly the bytes that are
written. A statement's line is written before the statement is sent and its result after; so a journal that was cut
short still names the last statement sent. Only the size of an answer is written, not its content. Each run has a
journal of its own, with its id in the name, and none is ever replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

import agent
from agent.model.terms import Scalar, Text
from agent.support.errors import JournalError, SnapshotError
from agent.support.files import make_folder
from agent.support.i18n import render_text

ALL_JOURNALS = "journal*.jsonl"  # also those of earlier agents, which had no id in the name
FORMAT = 1
_NO_LINE = "0" * 64
_OWN_HASH = "sha256"
_LONGEST_OPENING = 64 * 1024


class JournalEvent(StrEnum):
    """What a line reports."""

    OPENED = "opened"
    THROUGH = "through"
    SENT = "sent"
    ANSWERED = "answered"
    REFUSED = "refused"
    CLOSED = "closed"


class Journal:
    """One assessment's journal. Raises JournalError when a line cannot be written; then nothing may be sent."""

    def __init__(self, path: Path, assessment_id: str, target: str, customer: str = "") -> None:
        self.path = path
        self.statements = 0
        self.head = _NO_LINE
        self._whole = True
        try:
            make_folder(path.parent)
            self._file = _create_file(path)
        except OSError as error:
            raise _build_write_error(path, error) from None
        try:
            self._write_line(
                JournalEvent.OPENED,
                format=FORMAT,
                assessment=assessment_id,
                customer=customer,
                target=target,
                agent=agent.__version__,
            )
        except JournalError:
            os.close(self._file)
            path.unlink(missing_ok=True)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def through(self, via: str) -> None:
        """Write that the connection goes through this jump host."""
        self._write_line(JournalEvent.THROUGH, via=via)

    def sent(self, source: str, statement: str) -> None:
        """Write a statement that is about to be sent."""
        self._write_line(JournalEvent.SENT, number=self.statements + 1, source=source, statement=statement)

    def answered(self, duration_ms: float, rows: int, size: int, errno: int | None) -> None:
        """Write the last statement's result: milliseconds, rows, bytes, and the number of the error, if any."""
        took = round(duration_ms, 3)
        self._write_line(
            JournalEvent.ANSWERED, number=self.statements, duration_ms=took, rows=rows, bytes=size, error=errno
        )

    def refused(self, reason: Text) -> None:
        """Write that nothing more is sent, and why."""
        self._write_line(JournalEvent.REFUSED, reason=render_text(reason, "en"))

    def close(self) -> None:
        """Write the closing line, with the count of statements; closing again does nothing."""
        if self._file < 0:
            return
        try:
            if self._whole:  # a closing line after a half-written one would look like tampering
                self._write_line(JournalEvent.CLOSED, statements=self.statements)
            os.fsync(self._file)
        except OSError as error:
            raise _build_write_error(self.path, error) from None
        finally:
            os.close(self._file)
            self._file = -1

    def _write_line(self, event: JournalEvent, **values: Scalar) -> None:
        content = {"event": event.value, "at": datetime.now(UTC).isoformat(), **values, "previous": self.head}
        self._whole = False
        self.statements += event is JournalEvent.SENT
        self.head = _hash_content(content)
        line = _encode_content({**content, _OWN_HASH: self.head}) + b"\n"
        try:
            written = os.write(self._file, line)
            if written < len(line):
                raise OSError("no space is left for the line")
        except OSError as error:
            raise _build_write_error(self.path, error) from None
        self._whole = True


def locate_journal(directory: Path, assessment_id: str) -> Path:
    """Return the path of the journal of one run."""
    return directory / f"journal-{assessment_id}.jsonl"


def record_refusal(directory: Path, target: str, reason: Text, assessment_id: str, customer: str = "") -> Path:
    """Write the journal of an assessment that was refused before it connected anywhere; return its file."""
    path = locate_journal(directory, assessment_id)
    with Journal(path, assessment_id, target, customer) as journal:
        journal.refused(reason)
    return path


def read_customer(path: Path) -> str:
    """Return the customer that a journal names; empty for one of an earlier agent and for any other file."""
    try:
        with path.open("rb") as file:
            opening = _read_line(file.readline(_LONGEST_OPENING).rstrip(b"\n"))
    except OSError:
        return ""
    return str(opening.get("customer") or "") if opening else ""


def _create_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)


def _build_write_error(path: Path, error: OSError) -> JournalError:
    args = {"path": str(path), "reason": error.strerror or str(error)}
    return JournalError(
        Text(
            "{path}: the journal cannot be written ({reason}), and nothing is sent without it."
            " Make room there or choose another --out.",
            args,
        )
    )


def _encode_content(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _hash_content(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_encode_content(content)).hexdigest()


class JournalState(StrEnum):
    """The state of a journal. ``CUT``: all its lines are in order, but the closing one is missing."""

    INTACT = "intact"
    CUT = "cut"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedJournal:
    """What ``verify_journal`` found: ``head`` is the hash of the last good line, ``reason`` the fault of the next.

    ``sent_at`` is when each statement was sent (aware), by the clock of the machine that sent it.
    """

    state: JournalState
    assessment_id: str = ""
    customer: str = ""
    target: str = ""
    sent_at: tuple[datetime, ...] = ()
    statements: int = 0
    head: str = ""
    reason: Text | None = None


def verify_journal(path: Path) -> VerifiedJournal:
    """Check that a journal is as it was written. Raises SnapshotError if there is no journal at that place."""
    args = {"path": str(path)}
    try:
        content = path.read_bytes()
    except OSError as error:
        args["reason"] = error.strerror or str(error)
        raise SnapshotError(Text("{path}: cannot be read: {reason}", args)) from None
    return verify_journal_content(content, str(path))


def verify_journal_content(content: bytes, where: str) -> VerifiedJournal:
    """Check the bytes of a journal like ``verify_journal``; ``where`` names them in messages."""
    args = {"path": where}
    if b"\r\n" in content:
        text = (
            "{path}: its line ends are not those that were written; mail programs change them. Ask for the file in a "
            "zip archive, and verify that."
        )
        raise SnapshotError(Text(text, args))
    *lines, rest = content.split(b"\n")
    first = _read_line(lines[0]) if lines else None
    if first is None or first.get("event") != JournalEvent.OPENED:
        raise SnapshotError(Text("{path}: this is no journal, or its first line has been altered.", args))
    chain = _Chain()
    for line in lines:
        reason = chain.follow(line)
        if reason:
            return _build_result(JournalState.ALTERED, first, chain, reason)
    if chain.closed and rest:
        return _build_result(JournalState.ALTERED, first, chain, Text("There is more behind the closing line."))
    if not chain.closed:
        reason = Text("The closing line is missing: the agent was stopped, or the end has been removed.")
        return _build_result(JournalState.CUT, first, chain, reason)
    return _build_result(JournalState.INTACT, first, chain, None)


def _build_result(state: JournalState, first: Mapping[str, Any], chain: _Chain, reason: Text | None) -> VerifiedJournal:
    return VerifiedJournal(
        state=state,
        assessment_id=str(first.get("assessment")),
        customer=str(first.get("customer") or ""),
        target=str(first.get("target")),
        sent_at=tuple(chain.sent_at),
        statements=chain.statements,
        head=chain.head,
        reason=reason,
    )


class _Chain:
    """Lines read so far, each of which followed the one before."""

    def __init__(self) -> None:
        self.head, self.statements, self.closed, self._number = _NO_LINE, 0, False, 0
        self.sent_at: list[datetime] = []

    def follow(self, line: bytes) -> Text | None:
        """Take the next line and return None, or return what is wrong with it."""
        self._number += 1
        args = {"line_number": self._number}
        content = _read_line(line)
        if content is None:
            return Text("Line {line_number} is not as the agent wrote it.", args)
        if content.get("previous") != self.head:
            return Text(
                "Line {line_number} does not follow the one before it: a line was removed, inserted or moved.", args
            )
        if self.closed:
            return Text("Line {line_number} stands behind the closing line.", args)
        if content.get("event") == JournalEvent.SENT:
            self.statements += 1
            moment = _read_moment(content)
            if moment is None:
                return Text("Line {line_number} is not as the agent wrote it.", args)
            self.sent_at.append(moment)
        self.closed = content.get("event") == JournalEvent.CLOSED
        if self.closed and content.get("statements") != self.statements:
            return Text("Line {line_number} closes with another number of statements.", args)
        self.head = _hash_content(content)
        return None


def _read_moment(content: Mapping[str, Any]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(content["at"])
    except (LookupError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _read_line(line: bytes) -> dict[str, Any] | None:
    """Return a line's content without its own hash, or None if the bytes are not those that were written."""
    try:
        content = json.loads(line)
        own = content.pop(_OWN_HASH)
        intact = _hash_content(content) == own and _encode_content({**content, _OWN_HASH: own}) == line
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    return content if intact else None
