"""What ``ob-health grants`` does."""

from __future__ import annotations

from collections.abc import Sequence

from agent.catalogue import registry
from agent.collection.grants import write_grants_script
from agent.model.terms import DataClass, TenantKind, Text
from agent.support.errors import ConfigError
from agent.support.suggestions import suggest_words


def make_grants_script(user: str, host: str, data_classes: Sequence[str], tls: bool, kind: str) -> str:
    """Return the script for the customer's DBA. Raises ConfigError for an unknown data class or kind of tenant."""
    chosen = frozenset(parse_data_classes(data_classes)) or None
    if kind not in list(TenantKind):
        raise ConfigError(Text("--kind takes user or sys, not {word}.", {"word": kind}))
    return write_grants_script(
        registry.load_registry().sources_of(TenantKind(kind)),
        user,
        host,
        data_classes=chosen,
        require_tls=tls,
        kind=TenantKind(kind),
    )


def parse_data_classes(words: Sequence[str]) -> tuple[DataClass, ...]:
    """Return the named data classes in their usual order. Raises ConfigError for an unknown one."""
    unknown = sorted(set(words) - set(DataClass))
    if unknown:
        args = {"given": ", ".join(unknown), "known": ", ".join(DataClass)}
        text = Text("Unknown data class: {given}; known are {known}.", args)
        raise ConfigError(text, suggest_words(unknown, DataClass))
    return tuple(item for item in DataClass if item in words)
