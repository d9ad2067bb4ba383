"""The serious return codes of statements, and what to do about each kind of them."""

from __future__ import annotations

from collections.abc import Callable

from agent.api import Case, Told, one_of

# Return codes that a healthy tenant does not give, with the server's own words for them.
SERIOUS = {
    -4000: "Common error",
    -4012: "Timeout",
    -4013: "No memory or reach tenant memory limit",
    -4015: "System error",
    -4016: "Internal error",
    -4019: "Size overflow",
    -4030: "Over tenant memory limits",
    -4038: "The observer or zone is not the master",
    -4101: "Deadlock",
    -4121: "RPC send error",
    -4138: "Request to read too old versioned data",
    -4209: "partition has not leader",
    -4654: "location leader not exist",
    -4663: "server is not alive",
    -4721: "log stream location does not exist",
    -4722: "log stream location leader does not exist",
    -6002: "transaction is rolled back",
    -6003: "Lock wait timeout exceeded; try restarting transaction",
    -6005: "Try lock row conflict",
    -6210: "Transaction is timeout",
    -6211: "Transaction is killed",
    -6212: "Statement timeout occurred",
    -6224: "transaction needs rollback",
    -6225: "Transaction result is unknown",
    -6278: "Transaction idle timeout occurred",
}


def _met(*codes: int) -> Callable[[Told], bool]:
    """Return a condition: one of these codes occurred."""
    return one_of("message", *(SERIOUS[code] for code in codes))


# Each code is met by one case of the advice.
ADVICE_BY_CODE = (
    Case("Timeouts: tune the statement before raising ob_query_timeout.", when=_met(-4012, -6212)),
    Case(
        "A higher timeout only hides a slow statement and keeps a worker thread busy for longer.",
        when=_met(-4012, -6212),
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
