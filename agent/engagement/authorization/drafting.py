"""Drafts the request that the customer reads and signs, from an engagement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from agent.collection.signed_scope import describe_scope
from agent.engagement.authorization.request import FORM, Request
from agent.engagement.authorization.summary import HEADINGS, Summary, describe_data_class, describe_purpose, wrap_text
from agent.engagement.authorization.way import describe_tls
from agent.engagement.engagement_file import Engagement
from agent.facts import find_source_spec
from agent.facts.own_statements.session import list_own_statements
from agent.model.terms import DataClass, TenantKind
from agent.support.i18n import translate
from agent.support.yaml_model import validate_blocks


@dataclass(frozen=True, slots=True)
class SampleAsk:
    """Samples between assessments that are asked for; ``sources`` are their row types, ``window`` as of a request."""

    window: Mapping[str, Any]
    every_minutes: int
    sources: Sequence[type]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOptions:
    """Terms of the request that are not in the engagement. ``window`` holds the keys of ``request.Window``."""

    reference: str
    asked_by: str
    approver: str
    targets: Sequence[str]
    data_classes: Sequence[DataClass]
    not_before: datetime
    not_after: datetime
    window: Mapping[str, Any]
    retention_days: int
    allow_privileges: str = ""
    sampling: SampleAsk | None = None


NO_PURPOSES: Mapping[str, Sequence[str]] = MappingProxyType({})
# Our own statements that filter on the full text of statements.
ON_FULL_TEXT = ("receipt_by_marker",)


def draft_request(engagement: Engagement, sources: Iterable[type], ask: DraftOptions) -> Request:
    """Return the request for these targets, data classes and sources. Raises ConfigError for invalid values."""
    wanted = [row for row in sources if (spec := find_source_spec(row)) and spec.data_class in ask.data_classes]
    kinds = {engagement.targets[name].kind for name in ask.targets}
    content = {
        "form": FORM,
        "reference": ask.reference,
        "customer": engagement.customer.name,
        "asked_by": ask.asked_by,
        "approver": ask.approver,
        "targets": [_draft_target(engagement, name) for name in ask.targets],
        "data_classes": list(ask.data_classes),
        "not_before": ask.not_before,
        "not_after": ask.not_after,
        "window": dict(ask.window),
        **_draft_sampling(ask.sampling, wanted),
        "retention_days": ask.retention_days,
        **({"allow_privileges": ask.allow_privileges} if ask.allow_privileges else {}),
        "statements": _list_statements(ask.data_classes),
        "sources": [
            _draft_source(row, kinds, frozenset(ask.data_classes))
            for row in sorted(wanted, key=lambda row: row.__name__)
        ],
    }
    return validate_blocks(Request, content, lambda loc: 1, Path("request"))


def _draft_sampling(ask: SampleAsk | None, wanted: Collection[type]) -> dict[str, Any]:
    """Return the block of the samples. A source whose data class is not asked for is not sampled, either."""
    if ask is None:
        return {}
    names = [row.__name__ for row in ask.sources if row in wanted]
    return {"sampling": {"window": dict(ask.window), "every_minutes": ask.every_minutes, "sources": names}}


def _draft_target(engagement: Engagement, name: str) -> dict[str, Any]:
    target = engagement.targets[name]
    return {
        "name": name,
        "host": target.host,
        "port": target.port,
        "user": target.user,
        "kind": target.kind,
        "tls": describe_tls(target.tls),
        **({"via": target.via} if target.via else {}),
        "budget": target.limits.model_dump(),
    }


def _list_statements(data_classes: Collection[DataClass]) -> dict[str, str]:
    """Return our own statements without those that filter on texts which may not be read."""
    unread = () if DataClass.SQL_TEXT_FULL in data_classes else ON_FULL_TEXT
    return {name: sql for name, sql in list_own_statements().items() if name not in unread}


def _draft_source(row: type, kinds: Collection[TenantKind], data_classes: frozenset[DataClass]) -> dict[str, Any]:
    scope = describe_scope(row, tuple(kinds), data_classes)
    found = {
        "name": row.__name__,
        "data_class": scope.data_class,
        "views": sorted(scope.views),
        "columns": sorted(scope.columns),
        "filter": scope.filter,
        "grouped_by": scope.grouped_by,
        "joined": scope.joined,
        "rows": scope.rows,
    }
    return {key: value for key, value in found.items() if value}


def write_request_yaml(
    request: Request, file_name: str, language: str = "en", purposes: Mapping[str, Sequence[str]] = NO_PURPOSES
) -> str:
    """Return the file to sign: half a page of sentences, then one block per term; unset terms are left out.

    ``purposes`` are, by source, the titles of the checks that need it.
    """
    lines = [*map(_write_comment, Summary(request, file_name, language).list_lines()), "\n"]
    for key, value in request.model_dump(exclude_unset=True).items():
        if key in HEADINGS:
            lines += ["\n", *map(_write_comment, wrap_text(translate(HEADINGS[key], language)))]
        if key == "data_classes":
            lines += [_write_comment(describe_data_class(item, item in value, language)) for item in DataClass]
        if key == "sources":
            lines.append("sources:\n")
            for source in value:
                used = describe_purpose(purposes.get(source["name"], ()), language)
                lines += [*map(_write_comment, wrap_text(used) if used else ()), _write_block([source])]
        else:
            lines.append(_write_block({key: value}))
    return "".join(lines)


def _write_comment(line: str) -> str:
    return f"# {line}".rstrip() + "\n"


def _write_block(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(yaml.SafeDumper):
    """Writes plain values without aliases, because people read the file."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_sequence(dumper: yaml.SafeDumper, value: tuple[Any, ...]) -> yaml.Node:
    """Write words on one line, and blocks one below the other."""
    flow = not any(isinstance(item, dict) for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


_Dumper.add_representer(tuple, _represent_sequence)
_Dumper.add_multi_representer(StrEnum, lambda dumper, value: dumper.represent_str(value.value))
