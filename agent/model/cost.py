"""What an assessment may cost a target, what it cost, and the receipt from the target itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.model.terms import Scalar, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What the assessment cost the database (durations by our own clock).

    ``bytes`` is the size of the answers received; ``waited_ms`` is how long we waited because the target was busy.
    """

    statements: int = 0
    database_ms: float = 0.0
    longest_ms: float = 0.0
    rows: int = 0
    bytes: int = 0
    waited_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What one assessment may cost the target, over one connection."""

    statement_timeout_s: float = 10
    total_database_ms: float = 30_000
    max_rows: int = 200_000
    max_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Sent:
    """One statement that was sent: its source, milliseconds by our own clock, rows, and the number of its error.

    ``at`` is when its answer was there, by the clock of this machine, as files keep it; "" in those of older agents.
    """

    source: str
    duration_ms: float
    rows: int
    error: int | None = None
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Our statements as the target's own SQL audit has them, and as the journal has them (``sent``, ``sent_*``).

    ``way`` is how they were found: by our ``marker``, or by our ``account`` and the time. It is ``""`` if they were
    not found, and ``reason`` says why. ``writes`` counts statements that changed a row. Times are in
    milliseconds. ``journal_sha256`` is the hash of the journal's last line.
    """

    way: str = ""
    sent: int = 0
    sent_ms: float = 0.0
    sent_rows: int = 0
    found: int = 0
    total_ms: float = 0.0
    longest_ms: float = 0.0
    rows: int = 0
    writes: int = 0
    reason: Text | None = None
    journal_sha256: str = ""


@dataclass(frozen=True, slots=True)
class BusyLimits:
    """Limits above which a tenant counts as busy, and how long we wait for it.

    By default a tenant has four workers per core (cpu_quota_concurrency): with more sessions at work, requests queue.
    ``queue_ms`` is the mean wait of a request; undisturbed it is some hundredths of a millisecond.
    """

    sessions_per_core: float = 4.0
    cpu_pct: float = 90.0
    queue_ms: float = 100.0
    wait_s: float = 60.0


def compare_with_journal(receipt: Receipt) -> Iterator[Text]:
    """Yield where audit and journal disagree, and what that may mean."""
    if not receipt.way:
        return
    args: dict[str, Scalar] = {
        "sent_count": receipt.sent,
        "found_count": receipt.found,
        "writes_count": receipt.writes,
        "sent_ms": receipt.sent_ms,
        "total_ms": receipt.total_ms,
        "sent_rows_count": receipt.sent_rows,
        "rows_count": receipt.rows,
    }
    if receipt.found < receipt.sent:
        yield Text(
            "The SQL audit holds {found_count} of the {sent_count} statements in the journal. It is a ring buffer: on "
            "a small or busy tenant it keeps only minutes.",
            args,
        )
    if receipt.found > receipt.sent:
        yield Text(
            "The SQL audit holds {found_count} statements, the journal {sent_count}: another program used the account "
            "at the same time, or the database ran statements itself.",
            args,
        )
    if receipt.found == receipt.sent and receipt.rows != receipt.sent_rows:
        yield Text("The SQL audit counts {rows_count} rows returned, the journal {sent_rows_count}.", args)
    if receipt.total_ms > receipt.sent_ms:
        yield Text("By the SQL audit the statements took {total_ms}, by the journal {sent_ms}.", args)
    if receipt.writes:
        yield Text(
            "By the SQL audit {writes_count} statements changed rows. No statement of the program can do that.", args
        )
