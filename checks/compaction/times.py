"""Times of compaction as the server writes them."""

from __future__ import annotations

from datetime import datetime

_NEVER = 1970


def happened(moment: datetime) -> bool:
    """Whether a time is one; the server writes the start of 1970 for what never was."""
    return moment.year > _NEVER
