"""Small snapshot files that would become very large."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import zstandard

from tests.faults.test_files import packed


def endless(claimed: int = -1, mebibytes: int = 600) -> bytes:
    """Some kilobytes that become many megabytes."""
    packing = zstandard.ZstdCompressor().compressobj(size=claimed)
    return b"".join(packing.compress(bytes(1 << 20)) for _ in range(mebibytes)) + packing.flush()


def claiming(size: int) -> bytes:
    """A frame that says it is so large."""
    packing = zstandard.ZstdCompressor().compressobj(size=size)
    return packing.compress(b"x") + packing.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


MODEST = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from agent.archive import snapshot
from agent.support.errors import SnapshotError
from agent.support.i18n import render_text
for name in sys.argv[1:]:
    try:
        snapshot.load_snapshot(Path(name))
    except SnapshotError as error:
        print(render_text(error.text, "en"))
"""


def test_bombs_take_neither_time_nor_memory(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """In a process that may have 2 GiB, most of it libraries' reserve."""
    bombs = [
        endless(),
        endless(600 << 20),
        claiming(1 << 40),
        claiming((1 << 64) - 3),
        endless(100 << 20, 100),
        packed("[" * (50 << 20)),
        packed('{"format": ' + "9" * (50 << 20) + "}"),
    ]
    paths = [tmp_path / f"{number}.obh" for number in range(len(bombs))]
    for path, bomb in zip(paths, bombs, strict=True):
        path.write_bytes(bomb)
        assert len(bomb) < 1 << 20
    done = subprocess.run(
        [sys.executable, "-c", MODEST, *map(str, paths)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == "" and done.stdout.count("not a snapshot") == len(bombs), done
    record_property("bad_files", len(bombs))
