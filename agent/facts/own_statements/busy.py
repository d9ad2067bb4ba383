"""The statement that reads how busy the tenant is at this moment, sent before costly sources.

Two counters describe the queue: requests taken from it, and the time that they waited. Their growth since the look
before gives the mean wait now. The audit has the same time per request, but reading it costs 20 times as much, and
more the larger it is.
"""

from __future__ import annotations

# A join multiplies all four sums by the number of sessions, at least one.
LOOK = (
    "SELECT COUNT(DISTINCT p.ID) AS sessions,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 140006 THEN s.VALUE ELSE 0 END), 0) AS cpu_usage,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 140005 THEN s.VALUE ELSE 0 END), 0) AS max_cpus,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 20001 THEN s.VALUE ELSE 0 END), 0) AS requests,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 20002 THEN s.VALUE ELSE 0 END), 0) AS queue_time_us"
    " FROM {system_schema}.`GV$SYSSTAT` s LEFT JOIN {system_schema}.`GV$OB_PROCESSLIST` p"
    " ON p.STATE = 'ACTIVE' AND p.ID <> CONNECTION_ID() WHERE s.STAT_ID IN (140005, 140006, 20001, 20002)"
)


def write_busy_look(system_schema: str) -> str:
    """Return the statement. It has one row: sessions other than ours that execute something, CPU in use and at most
    (hundredths of a core), and since the server's start requests taken from the queue and their wait in microseconds.

    With sessions, all figures but the first are those of the tenant times the number of sessions.
    """
    return LOOK.format(system_schema=system_schema)
