"""The memory that a process took. Its ``ru_maxrss`` would begin with the parent's, which may be larger."""

from __future__ import annotations

import re
from pathlib import Path


def read_peak_mb() -> float:
    """The most memory that this process had, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    assert found
    return int(found[1]) / 1024
