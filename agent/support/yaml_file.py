"""Read YAML files that people write, and report every problem with file, line and path.

Stricter than YAML: a key occurs once, keys are text, and aliases, tags and deep nesting are refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
import yaml.constructor
from yaml.reader import ReaderError

from agent.model.terms import Scalar, Text
from agent.support.errors import ConfigError
from agent.support.yaml_compose import RefusedYaml, compose_root

Loc = tuple[int | str, ...]
Locate = Callable[[Loc], int]

MAX_BYTES = 1 << 20
_TYPED_SCALARS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null", "timestamp"))
# The parser's own messages are not translated and not safe: they may quote a secret from the file.
_SYNTAX = {
    "found character '\\t'": "{place}: a tab stands here; indent with spaces",
    "found character": "{place}: a value cannot begin with this character; put the value in quotes",
    "mapping values are not allowed": (
        "{place}: a colon is not allowed here; put a value that holds a colon in quotes, "
        "and look for a key without one in the line above"
    ),
    "could not find expected ':'": "{place}: a key without a colon; write \"key: value\"",
    "expected <block end>": "{place}: this line does not fit the ones above; check indentation and quotes",
    "expected ',' or": "{place}: a comma or the closing bracket is missing",
    "found unexpected end of stream": "{place}: a quote is opened and never closed",
    "but found another document": "{place}: a second document begins here; keep one, without \"---\" between",
}  # fmt: skip
_SYNTAX_OTHER = "{place}: not valid YAML; check indentation, colons and quotes here and in the line above"


def read_yaml(path: Path) -> tuple[Any, Locate]:
    """Return the plain data of the file, and a function from a path in it (keys and indexes) to the line, from 1.

    A path that does not exist has the line of its nearest ancestor. Scalars are str, int, float, bool, None,
    date or datetime; keys are always str. Raises ConfigError with every problem listed.
    """
    return parse_yaml(read_content(path), path)


def parse_yaml(content: bytes, path: Path) -> tuple[Any, Locate]:
    """Do what ``read_yaml`` does, with content that is already in memory."""
    text = _decode_text(content, path)
    try:
        composer, node = compose_root(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise refuse_file(
            path, [_build_problem(path, line, "{place}: a control character stands here; delete it")]
        ) from None
    except yaml.MarkedYAMLError as error:
        raise refuse_file(path, [_explain_syntax_error(path, error)]) from None
    if node is None:
        raise refuse_file(path, [Text("{place}: the file is empty", {"place": str(path)})])
    builder = _Builder(path, composer)
    data = builder.build(node, ())
    if builder.problems:
        raise refuse_file(path, builder.problems)
    return data, builder.locate


def describe_place(path: Path, locate: Locate, loc: Loc) -> str:
    """Return where something is, for messages: ``acme/engagement.yaml:12: targets.orders.port``."""
    shown = yaml_path(loc)
    return f"{path}:{locate(loc)}: {shown}" if shown else f"{path}:{locate(loc)}"


def yaml_path(loc: Loc) -> str:
    """``("mutes", 0, "until")`` -> ``mutes[0].until``; a key that is no plain word is quoted."""
    shown = ""
    for step in loc:
        if isinstance(step, int):
            shown += f"[{step}]"
        else:
            plain = step.replace("-", "_").isidentifier()
            word = step if plain else json.dumps(step, ensure_ascii=not step.isprintable())
            shown += f".{word}" if shown else word
    return shown


def explain_unknown_key(key: str, known: Iterable[str]) -> tuple[str, dict[str, Scalar]]:
    """Return the message about an unknown key, and its values except the place: the nearest known key, or all keys."""
    known = tuple(known)
    nearest = get_close_matches(key, known, n=1)
    if nearest:
        return "{place}: unknown key; did you mean {nearest}?", {"nearest": nearest[0]}
    return "{place}: unknown key; delete it, or write one of: {known}", {"known": ", ".join(known)}


def refuse_file(path: Path, problems: Sequence[Text]) -> ConfigError:
    """Return the error for a file with these problems."""
    text = "{file} cannot be used; problems found: {problems_count}"
    return ConfigError(Text(text, {"file": str(path), "problems_count": len(problems)}), problems)


def read_content(path: Path) -> bytes:
    """Return the file as it is, at most one byte more than is read. Raises ConfigError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse_file(
            path, [Text("{place}: there is no such file; check the path", {"place": str(path)})]
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "invalid path"
        text = "{place}: the file cannot be read ({reason}); check the path and its permissions"
        raise refuse_file(path, [Text(text, {"place": str(path), "reason": reason})]) from None


def _decode_text(content: bytes, path: Path) -> str:
    if len(content) > MAX_BYTES:
        text = "{place}: the file is larger than {limit_bytes}; check that it is the right file"
        raise refuse_file(path, [Text(text, {"place": str(path), "limit_bytes": MAX_BYTES})])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse_file(
            path, [_build_problem(path, line, "{place}: not UTF-8 text; save the file as UTF-8")]
        ) from None


def _build_problem(path: Path, line: int, msgid: str) -> Text:
    return Text(msgid, {"place": f"{path}:{line}"})


def _explain_syntax_error(path: Path, error: yaml.MarkedYAMLError) -> Text:
    # The parser notices an unclosed quote at the end of the file. People look for the line where it was opened.
    quoted = "quoted scalar" in (error.context or "")
    mark = error.context_mark if quoted else error.problem_mark
    line = mark.line + 1 if mark else 1
    if isinstance(error, RefusedYaml):
        return _build_problem(path, line, str(error.problem))
    found = (msgid for words, msgid in _SYNTAX.items() if (error.problem or "").startswith(words))
    return _build_problem(path, line, next(found, _SYNTAX_OTHER))


class _Builder:
    """Builds plain data from nodes. Remembers the line of every path and collects problems."""

    def __init__(self, path: Path, loader: yaml.constructor.SafeConstructor) -> None:
        self.problems: list[Text] = []
        self._path = path
        self._loader = loader
        self._lines: dict[Loc, int] = {}

    def locate(self, loc: Loc) -> int:
        while loc and loc not in self._lines:
            loc = loc[:-1]
        return self._lines.get(loc, 1)

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        self._lines.setdefault(loc, _find_line(node))
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(entry, (*loc, index)) for index, entry in enumerate(node.value)]
        if node.tag not in _TYPED_SCALARS:
            return node.value
        try:
            return self._loader.construct_object(node)
        except ValueError:
            self._add_problem(
                loc, _find_line(node), "{place}: no such number or date; correct it, or put text in quotes"
            )

    def _build_mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._add_problem(
                    loc, _find_line(key), "{place}: a key must be text; put a value with brackets in quotes"
                )
                continue
            here = (*loc, key.value)
            if key.value in data:
                text = "{place}: this key is already in line {first_line}; keep one of the two"
                self._add_problem(here, _find_line(key), text, first_line=str(self._lines[here]))
                continue
            self._lines[here] = _find_line(key)
            data[key.value] = self.build(value, here)
        return data

    def _add_problem(self, loc: Loc, line: int, msgid: str, **args: str) -> None:
        self.problems.append(Text(msgid, {"place": describe_place(self._path, lambda _: line, loc), **args}))


def _find_line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
