"""Loads the engagement file; reports all problems at once, with file, line, path and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from agent.engagement.engagement_file import Engagement, OverridesFile
from agent.model.rule import Override
from agent.support.yaml_file import read_yaml
from agent.support.yaml_model import validate_blocks

__all__ = ["Engagement", "load_engagement", "read_overrides"]

B = TypeVar("B", bound=BaseModel)


def load_engagement(path: Path) -> Engagement:
    """Read and check an engagement file. Raises ConfigError with every problem listed.

    A relative path in the file is relative to the directory of the file. Whether mutes and overrides last too long
    is not checked here: the rules do that.
    """
    return _load_file(Engagement, path)


def read_overrides(engagement: Engagement) -> tuple[Override, ...]:
    """Return the overrides of ``rules.file``, then those in the engagement. Raises ConfigError for a wrong file."""
    file = engagement.rules.file
    return (*(_load_file(OverridesFile, file).as_model if file else ()), *engagement.overrides)


def _load_file(root: type[B], path: Path) -> B:
    return validate_blocks(root, *read_yaml(path), path)
