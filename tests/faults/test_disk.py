"""The disk is full: one clear message, what was there stays whole, and nothing unfinished has a final name."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.archive import snapshot
from agent.archive.history.store import History
from agent.collection.journal import JournalState, verify_journal
from agent.kernel.start import Kernel
from agent.pipeline import assess_target
from tests.faults.site import Site, newest_journal, site_on

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (not root)")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture(scope="module")
def site(kernel: Kernel, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Its artifacts go to the small disk, its history does not."""
    directory = tmp_path_factory.mktemp("full")
    (directory / "out").symlink_to(disk)
    with site_on(kernel, directory, "hx_full") as made:
        made.run()
        yield made


def fill(disk: Path, left_kib: int) -> None:
    """Leave so much room."""
    found = os.statvfs(disk)
    (disk / "filler").write_bytes(b"x" * (found.f_bavail * found.f_frsize - (left_kib << 10)))


def files(site: Site) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in site.out.rglob("*") if path.is_file()}


def intact(site: Site, before: dict[Path, bytes]) -> None:
    """Every old file is there as it was, perhaps set aside, and every other one is whole."""
    now = files(site)
    assert set(before.values()) <= set(now.values())
    for path, content in now.items():
        assert not path.name.startswith(".")
        if path.name.startswith("journal"):
            assert verify_journal(path).state in (JournalState.INTACT, JournalState.CUT)
        elif content not in before.values():
            assert path.name in ("snapshot.obh", "assessment.json")
            snapshot.load_snapshot(path) if path.suffix == ".obh" else json.loads(content)


@pytest.mark.parametrize("left_kib", [0, 4, 16, 32, 64, 128])
def test_a_full_disk(site: Site, disk: Path, left_kib: int, record_property: Record) -> None:
    before = files(site)
    recorded = site.recorded()
    fill(disk, left_kib)
    try:
        outcome = site.tried()
        assert isinstance(outcome, str), "there was too much room"
        assert "journal cannot be written" in outcome or "not written: assessment.json" in outcome, outcome
        intact(site, before)
        assert site.recorded() >= recorded
    finally:
        (disk / "filler").unlink()
    site.no_session_stays()
    site.run()
    assert site.journal is JournalState.INTACT
    record_property("faults", 1)


def test_a_history_without_room(site: Site, disk: Path, tmp_path: Path, record_property: Record) -> None:
    file = disk / "history.sqlite"
    with History.open(f"sqlite:///{file}") as history:
        assess_target(dataclasses.replace(site.job(history)), tmp_path / "shop", ["json"], ["en"])
        fill(disk, 0)
        try:
            delivered = assess_target(site.job(history), tmp_path / "shop", ["json"], ["en"])
        finally:
            (disk / "filler").unlink()
        assert "could not be recorded" in " ".join(note["en"] for note in delivered.document["notes"])
        assert any("full" in str(warning.args.get("reason")) for warning in delivered.warnings), delivered.warnings
        assert len(history.list()) == 1, "what it held is there"
        assess_target(site.job(history), tmp_path / "shop", ["json"], ["en"])
        assert len(history.list()) == 2
    assert verify_journal(newest_journal(tmp_path / "shop")).state is JournalState.INTACT
    record_property("faults", 1)
