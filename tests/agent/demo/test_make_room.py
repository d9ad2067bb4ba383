"""The folder of the demo: one demo after the other, and nothing of anybody else is overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.demo.run_demo import make_room, write_engagement
from agent.support.errors import ConfigError


def leave_demo(out: Path) -> None:
    out.mkdir(exist_ok=True)
    write_engagement(out, 3306, datetime(2026, 11, 29, tzinfo=UTC))
    for name in ("history.sqlite", "journal-1.jsonl", "before/report.en.html", "earlier/1/report.en.html"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("of a demo")


def test_each_demo_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    make_room(out)
    leave_demo(out)
    make_room(out)
    assert [path.name for path in out.rglob("*")] == ["engagement.yaml"]


@pytest.mark.parametrize("name", ["engagement.yaml", "assessment.json", "history.sqlite", "before", "notes.txt"])
def test_what_is_no_demo_is_refused_and_stays(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("customer: {name: Acme}\n")
    with pytest.raises(ConfigError) as refused:
        make_room(tmp_path)
    assert "--out" in refused.value.text.msgid
    assert (tmp_path / name).read_text() == "customer: {name: Acme}\n"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(ConfigError):
        make_room(tmp_path / "demo")
