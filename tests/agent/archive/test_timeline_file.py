"""A timeline is read back as it was saved; a file that is none is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.timeline_file import load_timeline, save_timeline
from agent.model.incident import Signal, Timeline, TimelineEvent, Unseen
from agent.support.errors import ConfigError

MOMENT = datetime(2026, 11, 11, tzinfo=UTC)
TIMELINE = Timeline(
    customer="Acme",
    target="orders",
    version="4.2.5.1",
    first=MOMENT,
    last=MOMENT + timedelta(hours=1),
    collected_at=MOMENT + timedelta(hours=2),
    events=(TimelineEvent(at=MOMENT, until=MOMENT + timedelta(minutes=1), view="V", texts={"en": "e", "zh-CN": "事"}),),
    unseen=(Unseen(view="W", texts={"en": "gone"}, since=MOMENT),),
    signals=(Signal({"en": "cause"}, ({"en": "evidence"},)),),
)


def test_a_timeline_is_read_as_it_was_saved(tmp_path: Path) -> None:
    path = tmp_path / "timeline.json"
    save_timeline(TIMELINE, path)
    assert load_timeline(path) == TIMELINE
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        {"form": "another"},
        {"first": "yesterday"},
        {"first": "2026-11-11T00:00:00"},
        {"events": [{"at": "2026-11-11T00:00:00Z"}]},
        {"events": 1},
        {"customer": None},
    ],
)
def test_another_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "timeline.json"
    save_timeline(TIMELINE, path)
    content = json.loads(path.read_text("utf-8")) | change
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_timeline(path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{" * 10_000, b"null"])
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "timeline.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        load_timeline(path)
