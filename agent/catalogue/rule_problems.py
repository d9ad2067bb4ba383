"""Collects what is wrong with a rules file, so that all of it is told at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent.model.terms import Scalar, Text
from agent.support.errors import RulesError
from agent.support.yaml_file import Loc, explain_unknown_key


class RuleProblems:
    """Collects problems of a rules file or of a change to it; ``place`` gives the place of a path."""

    def __init__(self, file: str, place: Callable[[Loc], str]) -> None:
        self._file, self._place = file, place
        self._found: list[Text] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, loc: Loc, msgid: str, **args: Scalar) -> None:
        """Add a problem at a path of the entry."""
        self._found.append(Text(msgid, {"place": self._place(loc), **args}))

    def unknown_key(self, loc: Loc, known: Iterable[str]) -> None:
        """Add a problem: the last step of ``loc`` is not a known key."""
        msgid, args = explain_unknown_key(str(loc[-1]), sorted(known))
        self.add(loc, msgid, **args)

    def at(self, place: Callable[[Loc], str]) -> RuleProblems:
        """Return the same collection, for paths in another place."""
        elsewhere = RuleProblems(self._file, place)
        elsewhere._found = self._found
        return elsewhere

    def raise_any(self) -> None:
        """Raise RulesError with all problems, if there is one."""
        if self._found:
            text = Text(
                "{file} cannot be used; problems found: {problems_count}",
                {"file": self._file, "problems_count": len(self._found)},
            )
            raise RulesError(text, self._found)
