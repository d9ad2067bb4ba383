"""Finds the engagements of a fleet in a tree of folders, and loads each by itself: a broken one stops no other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.model.terms import Text
from agent.support.errors import ConfigError

_USUAL, _ENDINGS = "engagement", (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class FoundEngagement:
    """An engagement file, and the folder below the output that is its own."""

    file: Path
    place: Path


@dataclass(frozen=True, slots=True)
class FleetMember:
    """One engagement of the fleet."""

    found: FoundEngagement
    engagement: Engagement


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """An engagement file that cannot be used, and why."""

    file: Path
    error: ConfigError


@dataclass(frozen=True, slots=True)
class Fleet:
    """The engagements that can be used, in the order of their files, and those that cannot."""

    members: tuple[FleetMember, ...]
    broken: tuple[BrokenFile, ...]


def find_engagements(named: Sequence[Path]) -> tuple[FoundEngagement, ...]:
    """Return the engagement files of the folders and the files that are named, each once.

    In a folder and those below it, these are ``engagement.yaml`` and ``NAME.engagement.yaml``; hidden folders and
    links to folders are passed over. Raises ConfigError for a name that does not exist, and for a folder without any.
    """
    found: dict[Path, FoundEngagement] = {}
    for name in named:
        if name.is_dir():
            files = [(file, file.parent.relative_to(name)) for file in _walk(name)]
            if not files:
                text = "{path} holds no engagement.yaml and no NAME.engagement.yaml. Name another folder, or the files."
                raise ConfigError(Text(text, {"path": str(name)}))
        elif name.is_file():
            files = [(name, Path(name.resolve().parent.name))]
        else:
            text = "There is no file and no folder {path}. Check the path and its spelling."
            raise ConfigError(Text(text, {"path": str(name)}))
        for file, folder in files:
            place = folder / _name_own_folder(file)
            if not place.name:  # the folder that is named may be one customer's
                place = Path(file.resolve().parent.name)
            found.setdefault(file.resolve(), FoundEngagement(file, place))
    return tuple(found.values())


def _walk(top: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(top):
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if _is_engagement(name))


def _is_engagement(name: str) -> bool:
    stem, ending = os.path.splitext(name)
    return ending in _ENDINGS and (stem == _USUAL or (stem.endswith(f".{_USUAL}") and not stem.startswith(".")))


def _name_own_folder(file: Path) -> str:
    """Return ``acme`` for ``acme.engagement.yaml``, nothing for ``engagement.yaml``: that one has the folder's name."""
    return "" if file.stem == _USUAL else file.stem.removesuffix(f".{_USUAL}")


def load_fleet(found: Sequence[FoundEngagement], *, is_written: bool = False) -> Fleet:
    """Load each engagement. One that is wrong, or that says the same as another, is among the broken ones.

    ``is_written``: files are written for each, so two must not have the same folder of their own.
    """
    members: list[FleetMember] = []
    broken: list[BrokenFile] = []
    owners: dict[tuple[str, str], Path] = {}
    places: dict[Path, Path] = {}
    for one in found:
        try:
            engagement = load_engagement(one.file)
            _refuse_same_target(one, engagement, owners)
            if is_written:
                _refuse_same_place(one, places)
        except ConfigError as error:
            broken.append(BrokenFile(one.file, error))
            continue
        owners |= {(engagement.customer.name, target): one.file for target in engagement.targets}
        places[one.place] = one.file
        members.append(FleetMember(one, engagement))
    return Fleet(tuple(members), tuple(broken))


def _refuse_same_target(one: FoundEngagement, engagement: Engagement, owners: Mapping[tuple[str, str], Path]) -> None:
    """Raise ConfigError for a target of a customer that another file has too."""
    customer = engagement.customer.name
    for target in engagement.targets:
        if other := owners.get((customer, target)):
            text = (
                "{path}: customer {customer} has a target {target} in {other} too, and history keeps both as one. "
                "Give one of them another name, or name only one of the files."
            )
            args = {"path": str(one.file), "customer": customer, "target": target, "other": str(other)}
            raise ConfigError(Text(text, args))


def _refuse_same_place(one: FoundEngagement, places: Mapping[Path, Path]) -> None:
    if other := places.get(one.place):
        text = "{path}: its files would go to the same folder as those of {other}. Rename the folder of one of them."
        raise ConfigError(Text(text, {"path": str(one.file), "other": str(other)}))
