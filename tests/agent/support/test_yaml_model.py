"""A value that no other message fits is told with the schema of its own file, where that has one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from pydantic import Field

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.entries import ServiceFile
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from agent.support.yaml_fields import Block
from agent.support.yaml_file import parse_yaml
from agent.support.yaml_model import validate_blocks


class Plain(Block):
    word: Annotated[str, Field(max_length=3)]


class Described(Plain):
    schema_file: ClassVar[str] = "described.schema.json"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Plain, "this value cannot be used here; correct it"),
        (Described, "this value cannot be used; described.schema.json says what may stand here"),
    ],
)
def test_which_schema_is_named(kind: type[Block], told: str) -> None:
    path = Path("x.yaml")
    data, locate = parse_yaml(b"word: long\n", path)
    with pytest.raises(ConfigError) as caught:
        validate_blocks(kind, data, locate, path)
    (said,) = (render_text(problem, "en") for problem in caught.value.problems)
    assert said == f"x.yaml:1: word: {told}"


def test_files_with_a_schema_name_their_own() -> None:
    assert (Engagement.schema_file, ServiceFile.schema_file) == ("engagement.schema.json", "service.schema.json")
