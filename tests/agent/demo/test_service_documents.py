"""The demo's service log can be read, and fits its engagement."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.demo.run_demo import write_engagement
from agent.demo.service_documents import PERIOD, write_documents, write_service_log
from agent.engagement.loading import load_engagement
from agent.engagement.service_log.entries import KINDS
from agent.engagement.service_log.loading import load_service_log

BEGUN = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_log_has_an_entry_of_each_kind_in_one_language(tmp_path: Path, language: str) -> None:
    now = BEGUN + timedelta(minutes=2)
    engagement = load_engagement(write_engagement(tmp_path, 3306, now))
    write_service_log(tmp_path, BEGUN, now, language)
    log = load_service_log(engagement, now)
    assert all(log.entries(kind) for kind in KINDS)
    assert log.incidents[0].is_major and log.preparations[0].period == PERIOD
    titles = [entry.title for kind in KINDS for entry in log.entries(kind)]
    assert {bool(re.search("[一-鿿]", title)) for title in titles} == {language == "zh-CN"}


def test_nothing_is_collected_where_no_document_is_wanted(tmp_path: Path) -> None:
    engagement = load_engagement(write_engagement(tmp_path, 3306, BEGUN))
    write_documents(engagement, ["json", "xlsx"], ["en"], BEGUN, BEGUN)
    assert [path.name for path in tmp_path.iterdir()] == ["engagement.yaml"]
