"""Times of compaction as the server writes them."""

from __future__ import annotations

from datetime import datetime

_NEVER_YEAR = 1970


def happened(moment: datetime) -> bool:
    """Return whether something happened at all. The server writes the start of 1970 for never."""
    return moment.year > _NEVER_YEAR
