"""The true columns of the server's views, by version and tenant kind, as tables of the embedded kernel."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from agent.model.terms import TenantKind, Version

DATA = Path(__file__).parent.parent / "data"
COLUMNS: dict[str, dict[str, str]] = json.loads((DATA / "columns.json").read_text())
TYPES: dict[str, dict[str, str]] = json.loads((DATA / "types.json").read_text())
STANDARD = "information_schema."  # some lists leave it out, though every tenant has it
# Patches without known faults above low, as a cluster that is well kept runs them.
_PATCHES = {"4.2.1": 10, "4.2.5": 3}


class Target(NamedTuple):
    """What a cluster is assessed as: a version such as ``4.2.5`` and one kind of tenant."""

    version: str
    kind: TenantKind

    @property
    def full_version(self) -> Version:
        return Version.parse(f"{self.version}.{_PATCHES.get(self.version, 0)}")

    @property
    def defaults(self) -> str:
        """The version whose published defaults hold for this one."""
        return "4.2.5" if self.version < "4.3" else "4.3.3"

    def __str__(self) -> str:
        return f"{self.version} {self.kind.value}"


TARGETS = tuple(Target(version, kind) for version in ("4.2.1", "4.2.5", "4.3.0", "4.3.3") for kind in TenantKind)


@cache
def views_of(target: Target) -> dict[str, tuple[str, ...]]:
    """View -> columns. No list is of 4.2.1; 4.3.0 was branched off after it, so it has what 4.2.5 and 4.3.0 share."""
    if target.version == "4.2.1":
        newer, branch = (views_of(Target(version, target.kind)) for version in ("4.2.5", "4.3.0"))
        return {
            view: tuple(name for name in columns if name in branch[view])
            for view, columns in newer.items()
            if view in branch
        }
    listed = COLUMNS[str(target)]
    standard = COLUMNS[f"{target.version} user"]
    found = {**{view: names for view, names in standard.items() if view.startswith(STANDARD)}, **listed}
    return {view: tuple(dict.fromkeys(names.split())) for view, names in found.items()}


def columns_of(view: str) -> frozenset[str]:
    """Every column that a view has in any version; a name that no version knows is a KeyError."""
    return frozenset(TYPES[view])


def create_table(schema: str, view: str, columns: tuple[str, ...]) -> str:
    """The statement that makes a view's table."""
    fields = ", ".join(f"`{name}` {_storable(TYPES[view][name])}" for name in columns)
    return f"CREATE TABLE `{schema}`.`{view.partition('.')[2]}` ({fields})"


def _storable(published: str) -> str:
    """Types as published, but for what a table cannot have: unknown ones, Oracle's, texts longer than a row holds."""
    if published in ("null", "") or published.startswith(("varchar2", "nvarchar")):
        return "varchar(4096)"
    if published.startswith("bigint"):
        return re.sub(r"\(.*?\)", "", published)
    if published == "date":
        return "datetime"
    width = re.fullmatch(r"var(?:char|binary)\((\d+)\)", published)
    return "longtext" if width and int(width[1]) > 16384 else published
