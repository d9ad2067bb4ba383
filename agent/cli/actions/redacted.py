"""Finds the engagement by which a saved snapshot is judged. A redacted one needs none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from agent.archive.snapshot import read_snapshot_file
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.engagement.stand_in import add_stand_in, make_stand_in
from agent.service.own_folder import refuse_foreign_snapshot


def choose_engagement(file: Path | None, snapshot: Path, *, is_named: bool) -> Engagement | None:
    """Return the engagement of ``file``, or what stands for it where a redacted snapshot has a target of its own name.

    An engagement that was not named, but only found in the folder, is not taken for that: it may be of another
    customer. None: there is no file, and the snapshot is not redacted. Raises ConfigError and SnapshotError.
    """
    found = read_snapshot_file(snapshot)
    target = str(found.plain["target"])
    loaded = load_engagement(file) if file else None
    if loaded and not found.sealed:
        refuse_foreign_snapshot(snapshot, loaded.customer.name)
    if not found.sealed or (loaded and target in loaded.targets):
        return loaded
    if loaded and is_named:
        return add_stand_in(loaded, target)
    return make_stand_in(target, datetime.fromisoformat(found.plain["as_of"]).date())
