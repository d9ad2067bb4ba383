"""Servers that show nothing, because they do not answer."""

from __future__ import annotations

from collections.abc import Collection

from agent.api import NotAssessed, Rows
from agent.facts.cluster import Server


def require_answers(servers: Rows[Server], answered: Collection[Server]) -> None:
    """Raise NotAssessed where a server shows nothing; the last thing in a check, for what the others show stands."""
    if not servers:
        raise NotAssessed("GV$OB_SERVERS shows no server.")
    silent = next((row.name for row in servers if row not in answered), None)
    if silent:
        raise NotAssessed(
            "{server} does not answer, so what it has is unknown.", "Assess again when it is back.", server=silent
        )
