"""Files that ship inside our packages, however these were installed."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

_UNPACKED = ExitStack()
atexit.register(_UNPACKED.close)


@cache
def shipped_file(package: str, name: str) -> Path:
    """The path of a file of ``package``. Out of a zipped application it is a copy that goes when the process ends."""
    resource = files(package) / name
    if isinstance(resource, Path):
        return resource.resolve()
    return _UNPACKED.enter_context(as_file(resource))
