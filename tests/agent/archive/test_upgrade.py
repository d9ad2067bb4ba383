"""Documents of older agents have every key of today's form once they are read."""

from __future__ import annotations

import copy
import json
import types
import typing
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
import typing_extensions
from jsonschema import Draft202012Validator

from agent.archive import upgrade
from agent.archive.upgrade import upgrade_document
from agent.model.document import Document
from agent.report.json.render_json import render_json
from tests.agent.report import sample

SCHEMA: dict[str, Any] = json.loads((files("agent.archive") / "assessment.schema.json").read_text("utf-8"))
MADE: list[Callable[[], Any]] = [sample.rich, sample.healthy, sample.blind, sample.empty]
# Members of which each document of this version has all, whatever its agent: without them it is no assessment.
NEEDED = {"schema_version", "agent_version", "assessment_id", "ruleset", "customer", "target", "as_of", "score", "cost"}


def find_differences(schema: dict[str, Any], kind: Any, place: str = "document") -> list[str]:
    """Where a type has other keys than the schema."""
    schema = _resolve(schema)
    if "oneOf" in schema:
        keys = {key for arm in schema["oneOf"] for key in _resolve(arm)["properties"]}
        known = {key for arm in typing.get_args(kind) for key in arm.__annotations__}
        return [] if keys == known else [place]
    if isinstance(kind, types.UnionType):
        kind = next(filter(_is_structured, typing.get_args(kind)), None)
        schema = next(arm for arm in map(_resolve, schema.get("anyOf", [schema])) if arm.get("type") != "null")
    if typing.get_origin(kind) is list:
        return find_differences(schema["items"], typing.get_args(kind)[0], f"{place}[]")
    if not typing_extensions.is_typeddict(kind):
        return []
    hints = typing.get_type_hints(kind)
    found = [] if set(schema["properties"]) == set(schema["required"]) == set(hints) else [place]
    for key, hint in hints.items():
        found += find_differences(schema["properties"].get(key, {}), hint, f"{place}.{key}")
    return found


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _is_structured(kind: Any) -> bool:
    return typing_extensions.is_typeddict(kind) or typing.get_origin(kind) is list


def saved(make: Callable[[], Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render_json(make()))
    return loaded


def test_the_types_have_the_keys_of_the_schema() -> None:
    assert find_differences(SCHEMA, Document) == []


def test_a_key_that_only_one_of_them_has_is_found() -> None:
    changed = copy.deepcopy(SCHEMA)
    del changed["properties"]["cost"]["properties"]["bytes"]
    assert find_differences(changed, Document) == ["document.cost"]


@pytest.mark.parametrize("make", MADE)
def test_a_document_of_today_stays_as_it_is(make: Callable[[], Any]) -> None:
    document = saved(make)
    before = copy.deepcopy(document)
    assert upgrade_document(document) == before == document


@pytest.mark.parametrize("key", sorted(set(SCHEMA["required"]) - NEEDED - {"results"}))
def test_a_member_that_is_missing_is_filled_in(key: str) -> None:
    document = saved(sample.rich)
    del document[key]
    Draft202012Validator(SCHEMA).validate(upgrade_document(document))


DEFAULTS: list[tuple[str, dict[str, Any]]] = [
    ("ruleset", upgrade._RULESET), ("score", upgrade._SCORE), ("cost", upgrade._COST), ("business", upgrade._BUSINESS),
    ("figures", upgrade._FIGURES), ("colophon", upgrade._COLOPHON), ("authorization", upgrade._AUTHORIZATION),
    ("comparison", upgrade._COMPARISON), ("receipt", upgrade._RECEIPT),
]  # fmt: skip
DEEP = [(member, key) for member, defaults in DEFAULTS for key in defaults]


@pytest.mark.parametrize(("member", "key"), DEEP)
def test_so_is_one_inside_a_member(member: str, key: str) -> None:
    document = saved(sample.rich)
    del document[member][key]
    Draft202012Validator(SCHEMA).validate(upgrade_document(document))


@pytest.mark.parametrize("key", upgrade._RESULT)
def test_so_is_one_of_a_result(key: str) -> None:
    document = saved(sample.rich)
    for result in document["results"]:
        del result[key]
    Draft202012Validator(SCHEMA).validate(upgrade_document(document))


@pytest.mark.parametrize("key", upgrade._FINDING)
def test_so_is_one_of_a_finding(key: str) -> None:
    document = saved(sample.rich)
    findings = [finding for result in document["results"] for finding in result["findings"]]
    assert findings
    for finding in findings:
        del finding[key]
    Draft202012Validator(SCHEMA).validate(upgrade_document(document))


@pytest.mark.parametrize("harm", [{}, {"results": 1}, {"results": [1]}, {"score": None}])
def test_what_is_no_assessment_is_refused(harm: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        upgrade_document({**saved(sample.empty), **harm} if harm else {})
