"""Refuses a folder that belongs to another customer or target, before anything is connected or judged."""

from __future__ import annotations

from pathlib import Path

from agent.archive.folder import read_owner
from agent.collection.journal import ALL_JOURNALS, read_customer
from agent.model.terms import Scalar, Text
from agent.support.errors import ConfigError


def refuse_foreign_folder(directory: Path, customer: str, target: str) -> None:
    """Raise ConfigError if assessments or journals of another customer or target lie in the folder."""
    owner = read_owner(directory)
    args: dict[str, Scalar] = {"path": str(directory), "ours": customer, "target": target}
    theirs = _find_other_customer(directory, customer)
    if theirs:
        raise ConfigError(
            Text(
                "{path} holds the assessment of {theirs}, not of {ours}. Give each customer a folder of its own: "
                "choose another --out.",
                {**args, "theirs": theirs},
            )
        )
    if owner.target and owner.target != target:
        raise ConfigError(
            Text(
                "{path} holds the assessment of target {theirs}, not of {target}. Choose another --out.",
                {**args, "theirs": owner.target},
            )
        )


def refuse_foreign_snapshot(snapshot: Path, customer: str) -> None:
    """Raise ConfigError if a snapshot lies in the folder of another customer: a snapshot does not name its own."""
    theirs = _find_other_customer(snapshot.parent, customer)
    if theirs:
        text = (
            "{path} lies with the assessment of {theirs}, and the engagement is of {ours}. Name the engagement of "
            "{theirs} with -e, or copy the snapshot to a folder of its own."
        )
        raise ConfigError(Text(text, {"path": str(snapshot), "theirs": theirs, "ours": customer}))


def _find_other_customer(directory: Path, customer: str) -> str:
    """Return another customer that an assessment or a journal in the folder names; empty without one."""
    named = (read_owner(directory).customer, *map(read_customer, sorted(directory.glob(ALL_JOURNALS))))
    return next((name for name in named if name and name != customer), "")
