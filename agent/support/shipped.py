"""Files that ship inside our packages, however these were installed."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

_UNPACKED = ExitStack()
atexit.register(_UNPACKED.close)


@cache
def locate_shipped(package: str, name: str) -> Path:
    """Return the path of a file or folder of ``package``. Out of a zipped application it is a temporary copy."""
    resource = files(package) / name
    if isinstance(resource, Path):
        return resource.resolve()
    copy = Path(_UNPACKED.enter_context(TemporaryDirectory(prefix="ob-health-"))) / name
    _unpack_resource(resource, copy)
    return copy


def _unpack_resource(resource: Traversable, copy: Path) -> None:
    if resource.is_file():
        copy.write_bytes(resource.read_bytes())
        return
    copy.mkdir()
    for inner in resource.iterdir():
        _unpack_resource(inner, copy / inner.name)
