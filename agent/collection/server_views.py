"""Which versions of the server have which system views; known before anything is connected, for the grants script."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agent.model.terms import TenantKind, Text, Version
from agent.support.errors import ConfigError

PLACE = "views.tsv"
EMBEDDED = "embedded"
_VERSIONS = (Version(4, 2, 5), Version(4, 3, 0), Version(4, 3, 3))
TARGETS = (
    *(f"{version[0]}.{version[1]}.{version[2]} {kind.value}" for version in _VERSIONS for kind in TenantKind),
    EMBEDDED,
)


@dataclass(frozen=True, slots=True)
class ServerViews:
    """The system views of one version, as a tenant of one kind sees them.

    ``exact``: the version is one of those that are known; otherwise these are the views of the nearest one.
    """

    target: str
    exact: bool

    def has_view(self, view: str) -> bool:
        """Whether ``schema.NAME`` exists. A view that no known version has, such as a plug-in's own, may."""
        name = view.partition(".")[2].upper()
        return name not in _load_table() or self.target in _load_table()[name]

    def has_column(self, view: str, column: str) -> bool:
        """Whether a column exists. Only those of views that mix data classes are known; others may."""
        name = view.partition(".")[2].upper()
        return name not in _list_described() or self.target in _load_table().get(f"{name}.{column}".upper(), ())


def find_server_views(word: str, kind: TenantKind) -> ServerViews:
    """Return the views of a version such as ``4.2.5``, or of the embedded kernel. Raises ConfigError."""
    if word == EMBEDDED:
        return ServerViews(EMBEDDED, True)
    try:
        wanted = Version.parse(word)
    except ValueError:
        raise ConfigError(Text("--for-version takes a version such as 4.2.5, not {given}.", {"given": word})) from None
    nearest = max((version for version in _VERSIONS if version[:3] <= wanted[:3]), default=_VERSIONS[0])
    target = f"{nearest[0]}.{nearest[1]}.{nearest[2]} {kind.value}"
    return ServerViews(target, nearest[:3] == wanted[:3])


@cache
def _list_described() -> frozenset[str]:
    """The views whose columns are known."""
    return frozenset(name.partition(".")[0] for name in _load_table() if "." in name)


@cache
def _load_table() -> Mapping[str, frozenset[str]]:
    with (files("agent.collection") / PLACE).open(encoding="utf-8") as file:
        lines = csv.DictReader(file, delimiter="\t")
        return {line["name"]: frozenset(target for target in TARGETS if line[target]) for line in lines}
