"""Tells apart the hints of an outline: those that make the plan, and those that say how a statement is run. Pure.

The server writes the hints of the statement itself into its OUTLINE_DATA, together with those of the plan.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.facts.outline_stripping import split_outline

# What they say would be lost with them, for an outline takes the place of all hints of its statement (seen on 4.3.5:
# under an outline without QUERY_TIMEOUT a statement runs past the one in its text).
OF_RUN = frozenset({"QUERY_TIMEOUT", "READ_CONSISTENCY", "FROZEN_VERSION"})
# What somebody wanted to see of single executions.
OF_DIAGNOSIS = frozenset({"LOG_LEVEL", "TRACE_LOG", "MONITOR", "TRACING", "STAT", "FORCE_REFRESH_LOCATION_CACHE"})
_OUTLINE = re.compile(r"/\*\+.*?\*/", re.DOTALL)
_TIMEOUT = re.compile(r"QUERY_TIMEOUT\(\s*(\d{1,18})\s*\)")


def drop_hints(outline: str, names: Collection[str]) -> str:
    """Return an outline without the hints of these names; unchanged if it is not in the server's plain form."""
    hints = split_outline(outline)
    if hints is None:
        return outline
    kept = (" ".join(hint.split()) for hint in hints if _name(hint) not in names)
    return f"/*+ {' '.join(('BEGIN_OUTLINE_DATA', *kept, 'END_OUTLINE_DATA'))} */"


def list_run_hints(text: str) -> tuple[str, ...]:
    """Return the hints of the first outline in a text that say how its statement is run, as ``QUERY_TIMEOUT(5000)``."""
    found = _OUTLINE.search(text)
    hints = split_outline(found[0]) if found else None
    return tuple("".join(hint.split()) for hint in hints or () if _name(hint) in OF_RUN)


def read_timeout_us(outline: str) -> int | None:
    """Return the timeout in microseconds that the statement sets by a hint of its own; None without one."""
    found = (_TIMEOUT.fullmatch(hint) for hint in list_run_hints(outline))
    return next((int(one[1]) for one in found if one), None)


def _name(hint: str) -> str:
    return hint.partition("(")[0].strip()
