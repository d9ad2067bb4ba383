"""Reads the service log: every YAML file in ``service/`` beside the engagement, as one log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import (
    KINDS,
    Delivery,
    DocumentKind,
    Incident,
    LogEntry,
    Preparation,
    ProductRequest,
    Project,
    ServiceFile,
    SupportQuestion,
    TopicSession,
    Usage,
)
from agent.engagement.subscription import MONTHS_PER_PERIOD
from agent.model.terms import Text
from agent.support.errors import ConfigError
from agent.support.suggestions import suggest_words
from agent.support.yaml_file import read_yaml
from agent.support.yaml_model import validate_blocks

FOLDER = "service"
SCHEMA_FILE = ServiceFile.schema_file
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLog:
    """All entries, each kind in the order of the files. ``places`` says where each stands, by kind and id."""

    questions: tuple[SupportQuestion, ...] = ()
    incidents: tuple[Incident, ...] = ()
    projects: tuple[Project, ...] = ()
    requests: tuple[ProductRequest, ...] = ()
    sessions: tuple[TopicSession, ...] = ()
    preparations: tuple[Preparation, ...] = ()
    usage: tuple[Usage, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def entries(self, kind: str) -> tuple[LogEntry, ...]:
        """Return the entries of a kind: ``questions``, ``incidents`` and so on."""
        found: tuple[LogEntry, ...] = getattr(self, kind)
        return found


def locate_log(engagement: Engagement) -> Path:
    """Return the folder of the service log; it need not exist."""
    return engagement.path.parent / FOLDER


def load_service_log(engagement: Engagement, now: datetime) -> ServiceLog:
    """Read and check the service log; empty without the folder. Raises ConfigError with the problems of all files.

    Nothing in it may lie after ``now`` that says what has happened.
    """
    files: list[ServiceFile] = []
    problems: list[Text] = []
    for path in sorted(locate_log(engagement).glob("*.yaml")):
        try:
            files.append(_read_file(path, now))
        except ConfigError as error:
            problems += error.problems
    problems += _find_problems(files, engagement)
    if problems:
        raise ConfigError(
            Text(
                "The service log in {folder} cannot be used; problems found: {problems_count}",
                {"folder": str(locate_log(engagement)), "problems_count": len(problems)},
            ),
            problems,
        )
    found = {kind: tuple(entry for _, entry in _list_entries(files, kind)) for kind in KINDS}
    places = {(kind, entry.id): place for kind in KINDS for place, entry in _list_entries(files, kind)}
    return ServiceLog(places=places, **found)  # type: ignore[arg-type]


def _read_file(path: Path, now: datetime) -> ServiceFile:
    data, locate = read_yaml(path)
    return validate_blocks(ServiceFile, data, locate, path, {"now": now})


def _list_entries(files: list[ServiceFile], kind: str) -> Iterator[tuple[str, LogEntry]]:
    """Yield each entry of a kind with the place of its id."""
    for file in files:
        for index, entry in enumerate(getattr(file, kind) or ()):
            yield file.place(kind, index)(("id",)), entry


def _find_problems(files: list[ServiceFile], engagement: Engagement) -> Iterator[Text]:
    """Yield what only all files together show: an id that stands twice, and names that the engagement lacks."""
    periods = {period.name for name in engagement.targets for period in engagement.business_of(name).critical_periods}
    for kind in KINDS:
        first: dict[str, str] = {}
        for place, entry in _list_entries(files, kind):
            if entry.id in first:
                text = "{place}: this id is already at {first}; give one of the two another id"
                yield Text(text, {"place": place, "first": first[entry.id]})
            first.setdefault(entry.id, place)
            if entry.target is not None and entry.target not in engagement.targets:
                known = ", ".join(engagement.targets)
                text = "{place}: the engagement has no target {target}; known are {known}"
                yield Text(text, {"place": place, "target": entry.target, "known": known})
            if isinstance(entry, Preparation) and entry.period not in periods:
                text = (
                    "{place}: the engagement has no critical period “{period}”; write its name as it stands below "
                    "business.critical_periods, or add it there"
                )
                yield Text(text, {"place": place, "period": entry.period})
            if isinstance(entry, Delivery):
                known_names = _list_subjects(entry, files, engagement, periods)
                if entry.about not in known_names:
                    args = {"place": place, "about": entry.about, "known": ", ".join(known_names) or "–"}
                    text = "{place}: this delivery is about “{about}”, which there is not; known are {known}"
                    yield Text(text, args)


def _list_subjects(
    entry: Delivery, files: list[ServiceFile], engagement: Engagement, periods: set[str]
) -> tuple[str, ...]:
    """Return what a document of this kind can be about."""
    kind = DocumentKind(entry.document)
    if kind is DocumentKind.INCIDENT:
        return tuple(incident.id for _, incident in _list_entries(files, "incidents"))
    if kind is DocumentKind.READINESS:
        return tuple(sorted(periods))
    quarters = engagement.service.months // MONTHS_PER_PERIOD
    return tuple(str(number) for number in range(1, quarters + 1))


def find_entry(log: ServiceLog, kind: str, id: str) -> LogEntry:
    """Return the entry of a kind with this id. Raises ConfigError, with the ids that there are."""
    found = {entry.id: entry for entry in log.entries(kind)}
    if id not in found:
        args = {"kind": kind, "id": id, "known": ", ".join(found) or "–"}
        text = Text("The service log has no {id} among its {kind}; known are {known}.", args)
        raise ConfigError(text, suggest_words([id], tuple(found)))
    return found[id]


def log_schema_text() -> str:
    """Return the JSON Schema of a file of the service log, by which editors complete and check it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **ServiceFile.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
