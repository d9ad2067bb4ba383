"""Keeps many snapshots in one compressed file: what they have in common is stored once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import zstandard

from agent.archive.snapshot import load_snapshot, read_snapshot_file, save_snapshot, write_body
from agent.model.snapshot import Snapshot

FILE = Path(__file__).parent.parent / "data" / "calibration" / "tenants.zst"
_WINDOW_LOG = 27  # 128 MB: the whole file, so that what the first snapshot holds is known to the last


def save_all(snapshots: Mapping[str, Snapshot], path: Path = FILE) -> int:
    """Write the snapshots; returns the size of the file in bytes."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "one.obh"
        bodies = {name: read_body(snapshot, file) for name, snapshot in snapshots.items()}
    content = json.dumps(bodies, ensure_ascii=False, indent=0).encode()
    how = zstandard.ZstdCompressionParameters.from_level(19, window_log=_WINDOW_LOG, enable_ldm=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(zstandard.ZstdCompressor(compression_params=how).compress(content))


def read_body(snapshot: Snapshot, file: Path) -> str:
    """The JSON text of a snapshot, by way of ``file``."""
    save_snapshot(snapshot, file)
    return read_snapshot_file(file).body


def load_all(path: Path = FILE) -> dict[str, Snapshot]:
    """Read the snapshots by their names."""
    content = zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW_LOG).decompress(path.read_bytes())
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "one.obh"
        found = {}
        for name, body in json.loads(content).items():
            write_body(body, file)
            found[name] = load_snapshot(file)
    return found
