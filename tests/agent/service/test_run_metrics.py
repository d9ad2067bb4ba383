"""Figures of a run as a collector of text files reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from agent.service.run_metrics import RunFigures, write_run_metrics

BEGAN = datetime(2026, 11, 30, 3, tzinfo=UTC)
COUNTS = st.integers(0, 10_000)


@given(st.dictionaries(st.sampled_from(["assessed", "failed", "left"]), COUNTS), COUNTS, st.integers(0, 255))
def test_a_reader_finds_what_was_told(states: dict[str, int], broken: int, code: int) -> None:
    run = RunFigures(
        began=BEGAN, ended=BEGAN + timedelta(seconds=90), exit_code=code, states=states, broken_files=broken
    )
    read = {
        (sample.name.removeprefix("ob_health_fleet_"), sample.labels.get("state", "")): sample.value
        for family in text_string_to_metric_families(write_run_metrics(run))  # type: ignore[no-untyped-call]
        for sample in family.samples
    }
    expected: dict[tuple[str, str], float] = {("targets", state): count for state, count in states.items()}
    expected |= {("broken_files", ""): broken, ("exit_code", ""): code, ("duration_seconds", ""): 90}
    assert read == expected | {("ended_timestamp_seconds", ""): run.ended.timestamp()}
