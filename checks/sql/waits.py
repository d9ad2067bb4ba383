"""What to do about a statement by the class of the event that it waits for."""

from __future__ import annotations

from functools import partial

from agent.api import Case, one_of

_for = partial(one_of, "wait_class")
ADVICE_BY_WAIT = (
    Case(
        "Rows or latches that others hold: shorten transactions and spread what all change.",
        when=_for("APPLICATION", "CONCURRENCY"),
    ),
    Case("Blocks that are not in memory: read fewer rows or enlarge the cache.", when=_for("USER_IO")),
    Case("Data on other servers: bring tables that are joined to one of them.", when=_for("NETWORK", "CLUSTER")),
    Case(
        "Log that is written or copied slowly: look at the log disk and the network between the replicas.",
        when=_for("COMMIT"),
    ),
)
