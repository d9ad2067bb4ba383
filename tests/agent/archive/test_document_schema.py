"""assessment.json keeps to its schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from agent.model.document import Document
from agent.model.terms import Actor, Category, ChangeKind, DataClass, Outcome, RunAs, Severity, TenantKind, Unit
from agent.report.json.render_json import render_json
from tests.agent.report import sample

SCHEMA: dict[str, Any] = json.loads((files("agent.archive") / "assessment.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def saved(document: Document) -> Document:
    loaded: Document = json.loads(render_json(document))
    return loaded


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("make", [sample.rich, sample.healthy, sample.blind, sample.empty])
def test_document_keeps_to_the_schema(make: Callable[[], Document]) -> None:
    VALIDATOR.validate(saved(make()))


OPEN = ("evidence", "params", "change", "categories", "categories_was", "rungs", "names")


def paths(node: object, path: tuple[str | int, ...] = ()) -> Iterable[tuple[str | int, ...]]:
    """Every object of the document that has a fixed set of members."""
    if isinstance(node, dict):
        if path[-1:] not in tuple((name,) for name in OPEN):
            yield path
        for key, value in node.items():
            yield from paths(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from paths(node[0], (*path, 0))


@pytest.mark.parametrize("path", list(paths(sample.rich())), ids=lambda path: ".".join(map(str, path)) or "root")
def test_unknown_and_missing_members_are_refused(path: tuple[str | int, ...]) -> None:
    whole = saved(sample.rich())
    node: Any = whole
    for step in path:
        node = node[step]
    node["surprise"] = 1
    with pytest.raises(ValidationError):
        VALIDATOR.validate(whole)
    del node["surprise"]
    VALIDATOR.validate(whole)
    node.pop(next(iter(node)))
    with pytest.raises(ValidationError):
        VALIDATOR.validate(whole)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("severity",), Severity),
        (("unit",), Unit),
        (("category",), Category),
        (("data_class",), DataClass),
        (("result", "properties", "outcome"), Outcome),
        (("result", "properties", "actor"), Actor),
        (("remediation", "properties", "run_as"), RunAs),
        (("change", "properties", "kind"), ChangeKind),
    ],
)
def test_vocabulary_is_the_models(place: tuple[str, ...], words: type[StrEnum]) -> None:
    node = SCHEMA["$defs"]
    for step in place:
        node = node[step]
    assert node["enum"] == [word.value for word in words]


def test_tenant_kinds_are_the_models() -> None:
    assert SCHEMA["properties"]["target"]["properties"]["kind"]["enum"] == [kind.value for kind in TenantKind]
