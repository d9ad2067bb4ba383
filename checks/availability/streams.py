"""What the checks on log streams share."""

from __future__ import annotations

from datetime import datetime

from agent.api import NotAssessed, Rows, is_meta, tenant_name
from agent.facts import most_rows
from agent.facts.resources import LogReplica

NS_PER_S = 1_000_000_000
_MOST = most_rows(LogReplica)


def log_streams(replicas: Rows[LogReplica]) -> dict[str, list[LogReplica]]:
    """The replicas of each log stream by its stable name; raises NotAssessed where there are none.

    Of as many rows as are read at most, the last stream is left out: it may have been cut, and its leader not be seen.
    """
    streams: dict[str, list[LogReplica]] = {}
    for row in replicas:
        if not is_meta(row.tenant_id):
            number = "" if row.ls_id is None else f" {row.ls_id}"
            streams.setdefault(f"{tenant_name(row.tenant_id)}, log stream{number}", []).append(row)
    if streams and len(replicas) >= _MOST:
        streams.popitem()
    if not streams:
        raise NotAssessed("GV$OB_LOG_STAT shows no log stream.")
    return dict(sorted(streams.items()))


def seconds_behind(scn: int, now: datetime) -> float:
    """How long ago this SCN was the present; an SCN counts nanoseconds since 1970."""
    return now.timestamp() - scn / NS_PER_S
