"""The queue of large queries as a cause of retries, and what to do about each cause."""

from __future__ import annotations

from agent.api import Case, Rows, known, parse_duration, unknown
from agent.facts.settings import Parameter
from agent.facts.shape_load import ShapeLoad

_QUEUED, _NOT_QUEUED = known("large_query_threshold_s"), unknown("large_query_threshold_s")
_SMALL = known("threshold_is_small")
ADVICE_BY_CAUSE = (
    Case(
        "On average the statement takes longer than large_query_threshold. From its second execution on the "
        "server stops it each time and runs it again in the queue of large queries: that is one retry each, "
        "without a lock, DDL or leader switch.",
        when=_QUEUED,
    ),
    Case(
        "The threshold is so small that ordinary statements are taken for large ones: have it raised first, "
        "as PAR023 says.",
        when=_SMALL,
    ),
    Case(
        "Make the statement faster than the threshold, or run it outside the peak: few worker threads serve "
        "this queue.",
        when=lambda told: _QUEUED(told) and not _SMALL(told),
    ),
    Case(
        "Compare the times of the retries with row locks, DDL during business hours and leader switches "
        "to find out which causes them, then shorten the transactions or move DDL to off-peak hours.",
        when=_NOT_QUEUED,
    ),
    Case(
        "RETRY_CNT in GV$OB_SQL_AUDIT is 1 in nearly every execution of the statement.",
        when=_QUEUED,
        part="pre_check",
    ),
    Case(
        "Compare the times of the retries in GV$OB_SQL_AUDIT with DDL and with lock waits in GV$OB_LOCKS.",
        when=_NOT_QUEUED,
        part="pre_check",
    ),
    Case("Moving DDL delays releases: agree on a change window.", when=_NOT_QUEUED, part="risk"),
)


def read_threshold_s(parameters: Rows[Parameter]) -> float:
    """Return the shortest time in seconds that makes a large query on a server; 0 where that is off or not known."""
    return min((parse_duration(row.value) for row in parameters if row.name == "large_query_threshold"), default=0.0)


def is_queued(row: ShapeLoad, retries: int, threshold_s: float, above_pct: int) -> bool:
    """Whether the queue of large queries explains the retries: one in most executions, and never more.

    ``above_pct``: in more than so many of 100 executions.
    """
    is_large = 0 < threshold_s < row.average_us / 1_000_000
    return is_large and row.executions * above_pct / 100 < retries <= row.executions
