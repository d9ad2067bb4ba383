"""The serious return codes of statements, and what to do about each kind of them."""

from __future__ import annotations

from collections.abc import Callable

from agent.api import Case, Named, Told, known, one_of, unknown

# Return codes that a healthy tenant does not give, with the server's own words for them.
SERIOUS = {
    -4000: Named("Common error"),
    -4012: Named("Timeout"),
    -4013: Named("No memory or reach tenant memory limit"),
    -4015: Named("System error"),
    -4016: Named("Internal error"),
    -4019: Named("Size overflow"),
    -4030: Named("Over tenant memory limits"),
    -4038: Named("The observer or zone is not the master"),
    -4101: Named("Deadlock"),
    -4121: Named("RPC send error"),
    -4138: Named("Request to read too old versioned data"),
    -4209: Named("partition has not leader"),
    -4654: Named("location leader not exist"),
    -4663: Named("server is not alive"),
    -4721: Named("log stream location does not exist"),
    -4722: Named("log stream location leader does not exist"),
    -6002: Named("transaction is rolled back"),
    -6003: Named("Lock wait timeout exceeded; try restarting transaction"),
    -6005: Named("Try lock row conflict"),
    -6210: Named("Transaction is timeout"),
    -6211: Named("Transaction is killed"),
    -6212: Named("Statement timeout occurred"),
    -6224: Named("transaction needs rollback"),
    -6225: Named("Transaction result is unknown"),
    -6278: Named("Transaction idle timeout occurred"),
}

TIMEOUTS = (-4012, -6212)


def _met(*codes: int) -> Callable[[Told], bool]:
    """Return a condition: one of these codes occurred."""
    return one_of("message", *(SERIOUS[code] for code in codes))


_TIMED_OUT = _met(*TIMEOUTS)
# What the statement that is named sets by a hint of its own.
_HAS_LIMIT, _HAS_NO_LIMIT = known("own_timeout_us"), unknown("own_timeout_us")
# Each code is met by one case of the advice.
ADVICE_BY_CODE = (
    Case(
        "Timeouts: tune the statement before raising ob_query_timeout.",
        when=lambda told: _TIMED_OUT(told) and _HAS_NO_LIMIT(told),
    ),
    Case(
        "The statement sets its own time limit by the hint QUERY_TIMEOUT (in microseconds), and ends there whatever "
        "ob_query_timeout is: agree with the application on a limit that it can meet, or have the hint removed.",
        when=lambda told: _TIMED_OUT(told) and _HAS_LIMIT(told),
    ),
    Case(
        "A higher timeout only hides a slow statement and keeps a worker thread busy for longer.",
        when=lambda told: _TIMED_OUT(told) and _HAS_NO_LIMIT(told),
        part="risk",
    ),
    Case("Memory: look for large sorts, hash joins and imports.", when=_met(-4013, -4030)),
    Case("Locks: shorten transactions and touch rows in one order.", when=_met(-6003, -6005, -4101)),
    Case(
        "Transactions that the server ended: commit sooner, and repeat the whole transaction.",
        when=_met(-6002, -6210, -6211, -6224, -6278),
    ),
    Case("An unknown result: look in the data whether it was committed before repeating.", when=_met(-6225)),
    Case(
        "A log stream without a leader, or a server that is away: look in GV$OB_LOG_STAT "
        "whether each log stream has a leader.",
        when=_met(-4038, -4209, -4654, -4663, -4721, -4722),
    ),
    Case(
        "An error of the server itself: hand TRACE_ID and time to OceanBase support.",
        when=_met(-4000, -4015, -4016, -4019, -4121, -4138),
    ),
)
