"""How long the servers have been up: no record of the load that they hold in memory can go back further. Pure."""

from __future__ import annotations

from agent.facts.cluster import Server
from agent.facts.settings import Uptime
from agent.model.check import NotAssessed
from agent.model.snapshot import Snapshot


def find_uptime_s(snapshot: Snapshot) -> float | None:
    """Return the shortest time in seconds that a server has been up; None where no server tells it.

    A user tenant sees that of the server which answers, sys those of all servers.
    """
    told = [row.seconds for row in snapshot.list_rows(Uptime) if row.seconds is not None]
    started = (row.start_service_time for row in snapshot.list_rows(Server))
    told += [(snapshot.as_of - moment).total_seconds() for moment in started if moment is not None]
    return min(told, default=None)


def describe_short_uptime(snapshot: Snapshot, least_s: float) -> NotAssessed | None:
    """Return what is missing where the servers have not been up for that long; None where they have, or may have."""
    uptime_s = find_uptime_s(snapshot)
    if uptime_s is None or uptime_s >= least_s:
        return None
    return NotAssessed(
        "The server has been up for only {uptime_s}; at least {least_s} of load is needed, and no record goes back "
        "further.",
        "Assess again when the server has been up, and the business running, for at least a day.",
        uptime_s=uptime_s,
        least_s=least_s,
    )
