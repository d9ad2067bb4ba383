"""Intervals and job switches as the server spells them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.facts.maintenance import Job, parse_interval


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+0 01:00:00", timedelta(hours=1)),
        ("+00007 00:00:00", timedelta(days=7)),
        ("+1 02:03:04.500000", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_interval(text: str, expected: timedelta) -> None:
    assert parse_interval(text) == expected


def test_not_an_interval() -> None:
    with pytest.raises(ValueError, match="not an interval"):
        parse_interval("hourly")


@pytest.mark.parametrize(
    ("spelled", "enabled"), [("1", True), ("TRUE", True), ("0", False), ("FALSE", False), (None, False)]
)
def test_enabled(spelled: str | None, *, enabled: bool) -> None:
    job = Job(
        owner="root",
        job_name="A",
        enabled=spelled,
        state=None,
        failure_count=None,
        last_start_date=None,
        next_run_date=None,
    )
    assert job.is_enabled is enabled
