"""Adds an entry to the service log: a file of its own, so that what people wrote in other files is never touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import KINDS, ServiceFile
from agent.engagement.service_log.loading import (
    SCHEMA_FILE,
    SCHEMA_LINE,
    load_service_log,
    locate_log,
    log_schema_text,
)
from agent.model.terms import Text
from agent.support.errors import ConfigError
from agent.support.files import make_folder, write_once, write_whole
from agent.support.suggestions import suggest_words
from agent.support.yaml_file import parse_yaml
from agent.support.yaml_model import validate_blocks

_KEY = re.compile(r"[a-z_]+(\.[a-z_]+)?")
_IN_FILE = re.compile(r"^.*: \w+\[0\]\.?")
_NUMBER_WIDTH = 3


def add_entry(engagement: Engagement, kind: str, given: Sequence[str], now: datetime) -> Path:
    """Write one entry of a kind (``question``, ``incident`` ...) from ``KEY=VALUE`` texts; return its new file.

    Values are read as YAML reads them; ``cause.text=...`` is a key within a key. Without ``id`` the entry gets the
    next free one of its kind. The schema for editors is written beside it. Raises ConfigError for what is wrong, and
    then nothing was written.
    """
    plural = _find_plural(kind)
    log = load_service_log(engagement, now)
    entry = _read_given(given)
    taken = {one.id for one in log.entries(plural)}
    entry = {"id": entry.pop("id", None) or _choose_id(kind, now, taken), **entry}
    path = locate_log(engagement) / f"{kind}-{entry['id']}.yaml"
    content = _dump(plural, entry)
    unwritten = Path(path.stem)
    data, locate = parse_yaml(content, unwritten)
    try:
        validate_blocks(ServiceFile, data, locate, unwritten, {"now": now})
    except ConfigError as error:
        raise ConfigError(error.text, [_name_key(problem, kind) for problem in error.problems]) from None
    make_folder(path.parent)
    write_whole(path.parent / SCHEMA_FILE, log_schema_text().encode())
    try:
        write_once(path, content)
    except FileExistsError:
        text = "{file} already exists and is never overwritten; give the entry another id"
        raise ConfigError(Text(text, {"file": str(path)})) from None
    try:
        load_service_log(engagement, now)
    except ConfigError:
        path.unlink(missing_ok=True)
        raise
    return path


def _find_plural(kind: str) -> str:
    plurals = {singular: plural for plural, singular in KINDS.items()}
    if kind not in plurals:
        args = {"kind": kind, "known": ", ".join(plurals)}
        text = Text("The service log has no kind {kind}; known are {known}.", args)
        raise ConfigError(text, suggest_words([kind], tuple(plurals)))
    return plurals[kind]


def _read_given(given: Sequence[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not _KEY.fullmatch(key):
            raise ConfigError(
                Text('{given} is no KEY=VALUE; write for example: title="Slow import"', {"given": text[:80]})
            )
        outer, _, inner = key.partition(".")
        held = entry.setdefault(outer, {}) if inner else entry
        if not isinstance(held, dict) or (inner or outer) in held:
            raise ConfigError(Text("{key} is given twice. Give it once.", {"key": key}))
        held[inner or outer] = _read_value(key, value)
    return entry


def _read_value(key: str, value: str) -> Any:
    """Return the value as it would be read in a file; text that YAML reads otherwise (``a: b``) stays text."""
    try:
        data, _ = parse_yaml(f"value: {value}\n".encode(), Path(key))
    except ConfigError:
        return value
    return data["value"] if isinstance(data, dict) and set(data) == {"value"} else value


def _choose_id(kind: str, now: datetime, taken: set[str]) -> str:
    start = f"{kind[0].upper()}{now.year}-"
    number = next(n for n in range(1, len(taken) + 2) if f"{start}{n:0{_NUMBER_WIDTH}}" not in taken)
    return f"{start}{number:0{_NUMBER_WIDTH}}"


def _name_key(problem: Text, kind: str) -> Text:
    """Return a problem with the key that was given as its place: there is no file yet, so no line of one either."""
    place = _IN_FILE.sub("", str(problem.args.get("place", "")))
    return Text(problem.msgid, {**problem.args, "place": place or kind})


def _dump(plural: str, entry: dict[str, Any]) -> bytes:
    text = yaml.safe_dump({plural: [entry]}, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False)
    return (SCHEMA_LINE + text).encode()
