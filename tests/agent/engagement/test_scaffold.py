"""A new engagement loads as it is, fits its own schema, and authorizes nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.engagement.authorization.authorize import authorize
from agent.engagement.loading import load_engagement
from agent.engagement.scaffold import engagement_template, scaffold, schema_text
from agent.support.errors import ConfigError, NotAuthorized
from agent.support.i18n import render_text
from agent.support.yaml_file import read_yaml


def switched_on(content: str) -> str:
    """Every optional block of the template in force."""
    first, rest = content.split("\n", 1)
    return first + "\n" + re.sub(r"(?m)^# ", "", rest)


def as_json(value: Any) -> Any:
    """What an editor sees: JSON has no dates."""
    return json.loads(json.dumps(value, default=date.isoformat))


def refusal(name: str, directory: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        scaffold(name, directory)
    return render_text(caught.value.text, "en")


def test_the_files_and_where_they_are(tmp_path: Path) -> None:
    written = scaffold("acme", tmp_path / "engagements")
    folder = tmp_path / "engagements" / "acme"
    assert written == [folder / "engagement.yaml", folder / "engagement.schema.json"]
    assert sorted(folder.iterdir()) == sorted(written)
    assert written[0].read_text().startswith("# yaml-language-server: $schema=engagement.schema.json\n")


@pytest.mark.parametrize("name", ["acme", "123", "null", "2026-01-01", "on", "客户.a_b-c"])
def test_it_loads_as_it_is_and_authorizes_nothing(tmp_path: Path, name: str) -> None:
    engagement = load_engagement(scaffold(name, tmp_path)[0])
    assert engagement.customer.name == name
    assert engagement.targets["prod"].host.startswith("REPLACE")
    with pytest.raises(NotAuthorized) as caught:
        authorize(engagement, "prod", datetime.now(UTC), ())
    assert "names no authorization" in render_text(caught.value.text, "en")


def test_it_loads_with_every_block_switched_on(tmp_path: Path) -> None:
    path = scaffold("acme", tmp_path)[0]
    path.write_text(switched_on(path.read_text()))
    engagement = load_engagement(path)
    assert engagement.customer.contact
    assert len(engagement.mutes) == len(engagement.overrides) == 1
    assert all(attestation is not None for _, attestation in engagement.attestations)
    assert engagement.history and engagement.verify_advice
    assert engagement.report.prepared_by
    with pytest.raises(NotAuthorized, match="ssh-keygen -Y sign"):
        authorize(engagement, "prod", datetime.now(UTC), ())


@pytest.mark.parametrize("change", [str, switched_on])
def test_it_fits_its_schema(tmp_path: Path, change: Any) -> None:
    path, schema = scaffold("acme", tmp_path)
    path.write_text(change(path.read_text()))
    Draft202012Validator.check_schema(json.loads(schema.read_text()))
    Draft202012Validator(json.loads(schema.read_text())).validate(as_json(read_yaml(path)[0]))


@pytest.mark.parametrize(
    ("old", "new"),
    [("host:", "hots:"), ("env:OB_HEALTH_PASSWORD", "hunter2"), ("3306", "0"), ("months: 12", "months: 0"),
     ("[zh-CN, en]", "[]"), ("mode: verify", "mode: maybe"), ("document:", "documents:"),
     ("verify_advice: true", "verify_advice: 2")],
)  # fmt: skip
def test_the_schema_shows_mistakes_in_the_editor(tmp_path: Path, old: str, new: str) -> None:
    path, schema = scaffold("acme", tmp_path)
    content = switched_on(path.read_text())
    assert old in content
    path.write_text(content.replace(old, new))
    assert not Draft202012Validator(json.loads(schema.read_text())).is_valid(as_json(read_yaml(path)[0]))


def test_one_revocation_needs_no_list_in_the_schema() -> None:
    block = json.loads(schema_text())["$defs"]["AuthorizationBlock"]["properties"]["revocation"]
    checker = Draft202012Validator(block | {"$defs": json.loads(schema_text())["$defs"]})
    assert all(checker.is_valid(value) for value in ("ended.yaml", ["ended.yaml", "again.yaml"], []))
    assert not checker.is_valid(5)


@pytest.mark.parametrize("existing", ["engagement.yaml", "engagement.schema.json"])
def test_nothing_is_ever_overwritten(tmp_path: Path, existing: str) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / existing).write_text("mine")
    assert f"{folder / existing} already exists" in refusal("acme", tmp_path)
    assert [path.name for path in folder.iterdir()] == [existing]
    assert (folder / existing).read_text() == "mine"


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", "../acme", "a/b", "/tmp", "a b", "a\\b", "a\n", "-x", ".x", "x" * 65, 'a"']
)
def test_names_that_are_no_folder(tmp_path: Path, name: str) -> None:
    assert "ob-health init acme" in refusal(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = refusal("acme", tmp_path / "file")
    assert "cannot be written" in message
    assert "Not a directory" in message


def test_the_template_is_short_and_bilingual() -> None:
    lines = engagement_template("acme").splitlines()
    assert len(lines) < 110
    assert max(map(len, lines)) <= 120
    assert any("授权" in line for line in lines)
