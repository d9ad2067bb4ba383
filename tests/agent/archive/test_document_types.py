"""What stands in an assessment.json in the place of what we wrote is refused with its place: one message, exit 2."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.archive.document import read_document
from agent.archive.document_types import find_wrong_member
from agent.model.document import Document
from agent.report.json.render_json import render_json
from agent.support.errors import SnapshotError
from agent.support.i18n import LANGUAGES, render_text
from tests.agent.report import sample

Place = tuple[int | str, ...]
WHOLE: Any = json.loads(render_json(sample.rich()))
# Members whose content is the engagement's own or free by design.
FREE = frozenset({"change", "evidence", "params"})
OTHERS: tuple[Any, ...] = (None, True, 7, -1.5, "x", "", [], {}, ["x"], {"x": "y"}, [[]], [None], 10**40)


def list_places(node: Any, here: Place = ()) -> Iterator[Place]:
    items = node.items() if isinstance(node, dict) else enumerate(node[:2]) if isinstance(node, list) else ()
    for key, value in items:
        yield (*here, key)
        if key not in FREE:
            yield from list_places(value, (*here, key))


def find(node: Any, place: Place) -> Any:
    for step in place:
        node = node[step]
    return node


def shape(value: Any) -> type:
    """What JSON tells apart; a number is one, whole or not."""
    return float if type(value) is int else type(value)


PLACES = list(list_places(WHOLE))
LEAVES = [place for place in PLACES if not isinstance(find(WHOLE, place), dict | list)]
# By the kind of place: the first result's code stands for every result's.
KINDS: dict[Place, Place] = {
    tuple("*" if isinstance(step, int) else step for step in place): place for place in reversed(LEAVES)
}


def reading(path: Path, document: Any) -> str:
    """Read a document from a file; the English message if it is refused, otherwise empty."""
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        read_document(path)
    except SnapshotError as error:
        assert error.exit_code == 2
        assert all(str(path) in render_text(error.text, language) for language in LANGUAGES)
        return render_text(error.text, "en")
    return ""


def test_what_we_wrote_is_read(tmp_path: Path) -> None:
    assert reading(tmp_path / "a.json", WHOLE) == ""
    assert len(KINDS) > 150


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ".".join(map(str, kind)))
def test_a_value_of_another_type_is_refused_with_its_place(kind: Place, tmp_path: Path) -> None:
    place, changed = KINDS[kind], copy.deepcopy(WHOLE)
    *above, last = place
    ours = find(WHOLE, place)
    refused = []
    for other in OTHERS:
        find(changed, tuple(above))[last] = other
        if shape(other) is not shape(ours) or type(other) in (list, dict):
            refused.append(find_wrong_member(cast(Document, changed)))
    # Some members are of two types: a text or a number, something or nothing.
    allowed = 5 if kind[-1] in ("value", "limit", "was_value") else 3 if ours is None else 2
    assert sum(not wrong for wrong in refused) <= allowed
    find(changed, tuple(above))[last] = []
    assert "assessment.json" in reading(tmp_path / "a.json", changed)


@pytest.mark.parametrize("place", [(), *(p for p in PLACES if isinstance(find(WHOLE, p), dict))], ids=str)
def test_an_unknown_member_is_refused(place: Place, tmp_path: Path) -> None:
    open_members = {*FREE, "categories", "categories_was", "names", "rungs"}
    texts = isinstance(find(WHOLE, place), dict) and find(WHOLE, place).keys() <= {"zh-CN", "en"}
    if open_members & {place[-1] if place else ""} or texts:
        pytest.skip("its members are not fixed")
    changed = copy.deepcopy(WHOLE)
    find(changed, place)["surprise"] = 1
    assert "surprise" in reading(tmp_path / "a.json", changed)


def test_a_missing_member_is_refused(tmp_path: Path) -> None:
    for place in (("customer",), ("score", "value"), ("results", 0, "code")):
        changed = copy.deepcopy(WHOLE)
        del find(changed, place[:-1])[place[-1]]
        assert "assessment.json" in reading(tmp_path / "a.json", changed)


@pytest.mark.parametrize(
    "as_of",
    ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00", "2026-11-23T06:00:00", "x"],
)
def test_a_time_at_which_nothing_can_have_been_assessed_is_refused(as_of: str, tmp_path: Path) -> None:
    assert reading(tmp_path / "a.json", {**WHOLE, "as_of": as_of})


@pytest.mark.parametrize(
    "content",
    ["", "[]", "7", "null", "[" * 100_000, '{"a":' * 100_000, "{}" * 9, "\ud800", "NaN", '{"schema_version": 1}',
     '{"schema_version": "1"}', '{"schema_version": 1e999}', '{"schema_version": ' + "9" * 5000 + "}",
     "[" + "{}," * 9_000_000 + "{}]"],
    ids=lambda content: content[:20],
)  # fmt: skip
def test_what_is_no_assessment_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(SnapshotError) as caught:
        read_document(path)
    assert "not an assessment.json" in render_text(caught.value.text, "en")


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(SnapshotError, match="larger than"):
        read_document(Path("/dev/zero"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), other=st.sampled_from(OTHERS) | st.text(max_size=9) | st.integers() | st.floats())
def test_any_place_and_any_value(place: Place, other: Any, tmp_path: Path) -> None:
    changed = copy.deepcopy(WHOLE)
    find(changed, place[:-1])[place[-1]] = other
    reading(tmp_path / "a.json", changed)
