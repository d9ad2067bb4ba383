"""What the history writes for other programs says what it holds, whatever the names are."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from agent.archive.history.entries import Entry, HistoryPoint
from agent.archive.history.exporting import list_assessment_records, write_csv, write_openmetrics

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "\x00=1"]


def point(
    id: str, days: int = 0, *, customer: str = "acme", target: str = "shop", score: float | None = 81.5
) -> HistoryPoint:
    entry = Entry(
        id=id,
        customer=customer,
        target=target,
        as_of=NOON + timedelta(days=days),
        period_number=1,
        period_from=NOON.date(),
        period_to=None,
        score=score,
        band=None,
        coverage_pct=92.0,
        ruleset_sha256="ab" * 32,
        agent_version="0.1.0",
    )
    return HistoryPoint(entry=entry, findings={"high": 2}, snapshot_kept=True)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_csv_is_a_formula(name: str) -> None:
    written = write_csv(list(list_assessment_records([point("a1", customer=name)])))
    (row,) = csv.DictReader(io.StringIO(written, newline=""))
    assert row["customer"].startswith("'") and row["customer"].endswith(name[-1])
    assert row["customer"].isprintable()


@given(name=st.text(max_size=40), other=st.text(max_size=40))
def test_csv_has_a_cell_for_each_value_and_numbers_stay_numbers(name: str, other: str) -> None:
    written = write_csv([{"name": name, "value": -2.5, "other": other, "none": None}])
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows[0] == ["name", "value", "other", "none"] and len(rows) == 2
    assert rows[1][1] == "-2.5" and rows[1][3] == ""
    for cell in (rows[1][0], rows[1][2]):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))


def test_nothing_is_an_empty_file() -> None:
    assert write_csv([]) == ""


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(customers=st.lists(names, min_size=1, max_size=3, unique=True), only_latest=st.booleans())
def test_openmetrics_is_read_back_with_every_value(customers: list[str], only_latest: bool) -> None:
    points = [
        point(f"{number}-{days}", days, customer=f"{number}{name}", score=80.0 + days)
        for number, name in enumerate(customers)
        for days in (0, 90)
    ]
    samples = defaultdict(list)
    for family in text_string_to_metric_families(  # type: ignore[no-untyped-call]
        write_openmetrics(points, only_latest=only_latest)
    ):
        for sample in family.samples:
            samples[sample.name].append(sample)
    shown = points[1::2] if only_latest else points
    assert [sample.value for sample in samples["ob_health_score"]] == [one.entry.score for one in shown]
    assert [sample.labels["customer"][0] for sample in samples["ob_health_score"]] == [
        one.entry.customer[0] for one in shown
    ]
    assert {sample.value for sample in samples["ob_health_coverage_ratio"]} == {0.92}
    high = [sample.value for sample in samples["ob_health_findings"] if sample.labels["severity"] == "high"]
    assert high == [2.0] * len(shown)
    stamps = [sample.timestamp for sample in samples["ob_health_score"]]
    assert all(stamp is None for stamp in stamps) is only_latest
    at = [sample.value for sample in samples["ob_health_assessed_timestamp_seconds"]]
    assert at == [one.entry.as_of.timestamp() for one in shown]


def test_an_assessment_without_a_score_has_no_sample_of_one() -> None:
    written = write_openmetrics([point("a1", score=None)], only_latest=True)
    assert "ob_health_score{" not in written and "ob_health_coverage_ratio{" in written
    assert written.endswith("# EOF\n")
