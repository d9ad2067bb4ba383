"""Saves the timeline of a fault as JSON, and reads one that somebody may have changed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agent.archive.json_values import parse_json, to_json_value
from agent.model.incident import Timeline
from agent.model.terms import Text
from agent.support.errors import SnapshotError
from agent.support.files import read_whole, write_whole

_FORM = "ob-health incident timeline 1"
_MOST_BYTES = 16 << 20
_ADAPTER = TypeAdapter(Timeline)


def save_timeline(timeline: Timeline, path: Path) -> None:
    """Write the timeline. Raises OSError."""
    content = {"form": _FORM, **to_json_value(dataclasses.asdict(timeline))}
    write_whole(path, (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())


def load_timeline(path: Path) -> Timeline:
    """Read a timeline. Raises SnapshotError for a file that is none, and ConfigError for one that cannot be read."""
    try:
        content = parse_json(read_whole(path, most_bytes=_MOST_BYTES).decode())
        if not isinstance(content, dict) or content.pop("form", None) != _FORM:
            raise ValueError("another form")
        timeline = _ADAPTER.validate_python(content)
        moments = (timeline.first, timeline.last, timeline.collected_at, *(event.at for event in timeline.events))
        if any(moment.tzinfo is None for moment in moments):
            raise ValueError("a time without a zone")
    except (ValueError, ValidationError, RecursionError):
        text = "{path} is no timeline of this agent, or it was damaged. Collect it again: ob-health incident collect"
        raise SnapshotError(Text(text, {"path": str(path)})) from None
    return timeline
