"""Refuses a folder that belongs to another customer or target, before anything is connected."""

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
    named = [owner.customer, *map(read_customer, sorted(directory.glob(ALL_JOURNALS)))]
    theirs = next((name for name in named if name and name != customer), "")
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
