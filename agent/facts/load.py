"""How busy the tenant is at this moment: one statement, sent before costly sources.

There is no such gauge of the queue: the counters of queued requests also count the server's own, which wait by design.
"""

from __future__ import annotations

# A join multiplies both sums of CPU by the same number of sessions; their ratio is what counts.
LOOK = (
    "SELECT COUNT(DISTINCT p.ID) AS sessions,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 140006 THEN s.VALUE ELSE 0 END), 0) AS cpu_usage,"
    " COALESCE(SUM(CASE WHEN s.STAT_ID = 140005 THEN s.VALUE ELSE 0 END), 0) AS max_cpus"
    " FROM {system_schema}.`GV$SYSSTAT` s LEFT JOIN {system_schema}.`GV$OB_PROCESSLIST` p"
    " ON p.STATE = 'ACTIVE' AND p.ID <> CONNECTION_ID() WHERE s.STAT_ID IN (140005, 140006)"
)


def look(system_schema: str) -> str:
    """One row: sessions other than ours that execute something, CPU in use and at most (hundredths of a core).

    With sessions, the CPU figures are those of the tenant times the number of sessions.
    """
    return LOOK.format(system_schema=system_schema)
