"""The list of commands is quick to read, and says of each what its own help says."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup

from agent.cli.help_page import list_paragraphs
from agent.cli.lazy_commands import CommandEntry, LazyCommands, name_command
from tests.messages import walk_commands

ROOT = Path(__file__).parents[3]
GROUPS = {path: command for path, command in walk_commands() if isinstance(command, TyperGroup)}


@pytest.mark.parametrize("path", GROUPS, ids=" ".join)
def test_the_list_says_what_the_command_says_of_itself(path: tuple[str, ...]) -> None:
    group = GROUPS[path]
    assert isinstance(group.commands, LazyCommands)
    own = {name: list_paragraphs(command.help)[0] for name, command in group.commands.items()}
    assert group.commands.summarize() == own and own
    assert all(command.name == name for name, command in group.commands.items())


def test_a_command_is_built_once_and_no_other_with_it() -> None:
    built: list[str] = []

    def build(name: str, entry: CommandEntry) -> Any:
        built.append(name)
        return entry.load()

    commands = LazyCommands({"a": CommandEntry("A.", object), "b": CommandEntry("B.", object)}, build)
    assert [*commands] == ["a", "b"] and len(commands) == 2 and "a" in commands and "c" not in commands
    assert commands.summarize() == {"a": "A.", "b": "B."} and built == []
    assert commands["b"] is commands["b"] and commands.get("c") is None
    assert built == ["b"]
    with pytest.raises(TypeError):
        commands["c"] = commands["a"]
    with pytest.raises(TypeError):
        del commands["a"]


def test_the_command_line_names_no_room_above_it() -> None:
    """What stands in a text is seen by no contract."""
    places = re.findall(r"""["'](agent[.\w]*):\w+["']""", (ROOT / "agent" / "cli" / "app.py").read_text("utf-8"))
    assert len(places) > 20 and all(place.startswith("agent.cli.") for place in places)


def test_a_place_is_imported_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    entry = name_command("this:d", "")
    assert "this" not in sys.modules
    assert entry.load() and "this" in sys.modules
