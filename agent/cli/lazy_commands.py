"""Commands that are imported and built when they are called, or when their own help is asked for.

To build all of them takes three times as long as any page of help, and each run needs one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # typer's own base class has no public name
    from typer._click import Command


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command in a list: the first paragraph of its help, and what gives its function, or its group as a Typer."""

    summary: str
    load: Callable[[], Any]


def name_command(place: str, summary: str) -> CommandEntry:
    """Return the entry of what stands at ``module:name``. The module is imported when the entry is loaded."""
    module, _, name = place.partition(":")
    return CommandEntry(summary, lambda: getattr(import_module(module), name))


class LazyCommands(MutableMapping[str, "Command"]):
    """The commands of a group by name. ``build`` is asked for each once, when it is first looked up."""

    def __init__(self, entries: Mapping[str, CommandEntry], build: Callable[[str, CommandEntry], Command]) -> None:
        self._entries, self._build = entries, build
        self._built: dict[str, Command] = {}

    def summarize(self) -> dict[str, str]:
        """Return name -> summary in the order of the group; nothing is built."""
        return {name: entry.summary for name, entry in self._entries.items()}

    def __getitem__(self, name: str) -> Command:
        if name not in self._built:
            self._built[name] = self._build(name, self._entries[name])
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __setitem__(self, name: str, command: Command) -> None:
        raise TypeError("A command is named in the list of its group.")

    def __delitem__(self, name: str) -> None:
        raise TypeError("A command is named in the list of its group.")
