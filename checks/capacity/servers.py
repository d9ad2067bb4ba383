"""Servers that show nothing, because they do not answer."""

from __future__ import annotations

from collections.abc import Collection

from agent.api import NotAssessed, Rows, list_names
from agent.facts.cluster import Server


def require_answers(servers: Rows[Server], answered: Collection[Server]) -> None:
    """Raise NotAssessed if a server shows nothing. A check calls this last, to keep the findings on other servers."""
    if not servers:
        raise NotAssessed("GV$OB_SERVERS shows no server.")
    silent = [row.name for row in servers if row not in answered]
    if silent:
        raise NotAssessed(
            "The state of these servers is not known, because they do not answer: {servers}.",
            "Assess again when they are back.",
            servers=list_names(silent),
        )
