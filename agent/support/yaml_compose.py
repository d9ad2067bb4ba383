"""YAML text -> nodes under strict rules: no aliases, no tags, no deep nesting."""

from __future__ import annotations

import contextlib
from typing import Any

import yaml
import yaml.composer
import yaml.constructor
from yaml.composer import Composer

_MAX_DEPTH = 30


class RefusedYaml(yaml.MarkedYAMLError):
    """Something that YAML allows and we do not; ``problem`` is the msgid."""


class StrictComposer(yaml.composer.Composer):
    """Composes nodes from YAML text. Aliases could make a small file large, and tags could make objects."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Return the next node. Raises RefusedYaml for an alias, a tag, or nesting that is too deep."""
        event: Any = self.peek_event()  # type: ignore[attr-defined]  # of the parser beside it
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise RefusedYaml(problem="{place}: aliases (*name) are not used; write the value out", problem_mark=mark)
        if getattr(event, "tag", None):
            raise RefusedYaml(problem="{place}: tags (!name) are not used; put the value in quotes", problem_mark=mark)
        if self.depth >= _MAX_DEPTH:
            raise RefusedYaml(problem="{place}: nested too deeply; check brackets and indentation", problem_mark=mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _SlowComposer(StrictComposer, yaml.SafeLoader):
    """Scans, parses and composes in Python."""


if yaml.__with_libyaml__:

    class _QuickComposer(StrictComposer, yaml.CSafeLoader):
        """Scans and parses in C."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)


def compose_root(text: str) -> tuple[yaml.constructor.SafeConstructor, yaml.Node | None]:
    """Compose the nodes by libyaml, which is ten times as fast, if PyYAML has it. Return the composer and the root.

    A text that libyaml refuses is read again in Python, so that all messages are ours.
    """
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            quick = _QuickComposer(text)
            return quick, quick.get_single_node()
    slow = _SlowComposer(text)
    return slow, slow.get_single_node()
