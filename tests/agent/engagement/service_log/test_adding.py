"""An entry is added whole or not at all, and nothing that people wrote is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.service_log.adding import add_entry
from agent.engagement.service_log.loading import load_service_log, log_schema_text
from agent.support.errors import ConfigError
from tests.agent.engagement.service_log.logs import NOW, WHOLE, engage, keep

GIVEN = ("title=Slow: import", "asked=2026-11-03T10:00:00+08:00", "asked_by=Wang Wei")


def test_an_entry_gets_a_file_an_id_and_the_schema(tmp_path: Path) -> None:
    engagement = engage(tmp_path)
    keep(tmp_path, WHOLE)
    first, second = (add_entry(engagement, "question", GIVEN, NOW) for _ in range(2))
    assert [first.name, second.name] == ["question-Q2026-001.yaml", "question-Q2026-002.yaml"]
    log = load_service_log(engagement, NOW)
    assert log.questions[-1].title == "Slow: import" and log.questions[-1].asked_by == "Wang Wei"
    assert (tmp_path / "service" / "service.schema.json").read_text("utf-8") == log_schema_text()
    assert (tmp_path / "service" / "log.yaml").read_text("utf-8") == WHOLE


def test_a_key_within_a_key_can_be_given(tmp_path: Path) -> None:
    path = add_entry(
        engage(tmp_path),
        "incident",
        ("id=I7", "title=t", "severity=P2", "reported=2026-11-03T10:00:00+08:00", "reported_by=x",
         "cause.certainty=open", "cause.text=not known"),
        NOW,
    )  # fmt: skip
    assert path.name == "incident-I7.yaml"
    cause = load_service_log(engage(tmp_path), NOW).incidents[0].cause
    assert cause and cause.text == "not known"


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("question", ("title=t",)),
        ("question", (*GIVEN, "title=u")),
        ("question", (*GIVEN, "id=../../x")),
        ("question", (*GIVEN, "id=Q1")),
        ("question", (*GIVEN, "target=none")),
        ("question", (*GIVEN, "severity=P1")),
        ("question", ("nothing",)),
        ("questions", GIVEN),
    ],
)
def test_what_is_wrong_leaves_no_file(tmp_path: Path, kind: str, given: tuple[str, ...]) -> None:
    keep(tmp_path, WHOLE)
    with pytest.raises(ConfigError):
        add_entry(engage(tmp_path), kind, given, NOW)
    assert [path.name for path in (tmp_path / "service").glob("*.yaml")] == ["log.yaml"]
