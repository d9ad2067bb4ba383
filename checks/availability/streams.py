"""Functions of the checks on log streams."""

from __future__ import annotations

import re
from datetime import datetime

from agent.api import Named, NotAssessed, Rows, is_meta, tenant_name, unify_address
from agent.facts import count_most_rows
from agent.facts.resources import LogReplica

NS_PER_S = 1_000_000_000
# The server writes 10.0.0.1:2882:1 or [fd00::1]:2882:1, and for learners one number more.
_MEMBER = re.compile(r"(?P<host>\[[^\]]+\]|[^:\[\]]+):(?P<port>\d+)(?::.*)?")
_MOST_ROWS = count_most_rows(LogReplica)


def log_streams(replicas: Rows[LogReplica]) -> dict[str, list[LogReplica]]:
    """Return the replicas of each log stream by its stable name. Raises NotAssessed if there are none.

    If the source read as many rows as it may, the last stream is left out: it may be cut, and its leader missing.
    """
    streams: dict[str, list[LogReplica]] = {}
    for row in replicas:
        if not is_meta(row.tenant_id):
            streams.setdefault(stream_name(row.tenant_id, row.ls_id), []).append(row)
    if streams and len(replicas) >= _MOST_ROWS:
        streams.popitem()
    if not streams:
        raise NotAssessed("GV$OB_LOG_STAT shows no log stream.")
    return dict(sorted(streams.items()))


def stream_name(tenant_id: int | None, ls_id: int | None) -> Named:
    """Return the stable name of a log stream as a resource. Not every version numbers log streams."""
    if ls_id is None:
        return Named("{tenant}, log stream", tenant=tenant_name(tenant_id))
    return Named("{tenant}, log stream {stream}", tenant=tenant_name(tenant_id), stream=str(ls_id))


def list_members(text: str | None) -> frozenset[tuple[str, int]]:
    """Return host and port of each member in a list as the server writes it; what is no address is left out."""
    found = (_MEMBER.fullmatch(item.strip()) for item in (text or "").split(","))
    return frozenset((unify_address(match["host"]), int(match["port"])) for match in found if match)


def seconds_behind(scn: int, now: datetime) -> float:
    """Return how many seconds ago this SCN was current. An SCN counts nanoseconds since 1970."""
    return now.timestamp() - scn / NS_PER_S
