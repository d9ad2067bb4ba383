"""Samples come back as they were kept, one process keeps each, and they go when their time is over."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from agent.archive.history.samples import (
    _Columns,
    keep_sample,
    purge_samples,
    read_growth,
    read_last_sample,
    read_series,
)
from agent.archive.history.store import History
from agent.model.sample import Key, LastSample, Sample, StatementGrowth, Totals, find_unit
from agent.model.series import Point, Series
from agent.model.snapshot import Capabilities
from agent.model.terms import TenantKind, Version

MIDNIGHT = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
SESSIONS: Key = ("sessions", "tenant")
SEEN = Capabilities(
    version=Version(4, 3, 5, 3),
    tenant_kind=TenantKind.USER,
    account="a@%",
    columns={"GV$OB_UNITS": frozenset({"ZONE", "MAX_CPU"})},
    privileges=frozenset({"PROCESS"}),
    grants={"*": frozenset()},
    beyond_reading=None,
)


def sample(hours: float, value: float, limit: float = 0, statements: tuple[StatementGrowth, ...] = ()) -> Sample:
    limits = {SESSIONS: limit} if limit else {}
    return Sample(at=MIDNIGHT + timedelta(hours=hours), values={SESSIONS: value}, limits=limits, statements=statements)


def keep(history: History, one: Sample, target: str = "shop", days: int | None = None) -> bool:
    last = LastSample(taken_at=one.at, totals=Totals(counters={"c": 5}, statements={"A": (1, 2)}))
    return keep_sample(history, "acme", target, one, last, days_kept=days)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "h.db")


def test_series_over_days_come_back_with_the_newest_limit(place: str) -> None:
    with History.open(place) as history:
        for hours, value, limit in ((22, 10.0, 100), (23, 12.0, 100), (25, 11.0, 200), (26, 15.0, 0)):
            assert keep(history, sample(hours, value, limit))
        keep(history, sample(30, 99.0), target="bank")
        points = tuple(Point(MIDNIGHT + timedelta(hours=h), v) for h, v in ((22, 10), (23, 12), (25, 11), (26, 15)))
        assert read_series(history, "acme", "shop", MIDNIGHT) == (Series(*SESSIONS, "count", 200.0, points),)
        (later,) = read_series(history, "acme", "shop", MIDNIGHT + timedelta(hours=23))
        assert later.points == points[1:]
        assert read_series(history, "acme", "shop", MIDNIGHT + timedelta(days=9)) == ()


def test_of_two_processes_one_keeps_a_sample(place: str) -> None:
    with History.open(place) as history, History.open(place) as other:
        assert keep(history, sample(1, 5)) and not keep(other, sample(1, 6)) and not keep(other, sample(0.5, 7))
        (found,) = read_series(history, "acme", "shop", MIDNIGHT)
        assert [point.value for point in found.points] == [5]


def test_the_last_sample_keeps_what_preflight_found(place: str) -> None:
    last = LastSample(taken_at=MIDNIGHT, totals=Totals(), capabilities=SEEN, capabilities_at=MIDNIGHT)
    with History.open(place) as history:
        assert read_last_sample(history, "acme", "shop") is None
        keep_sample(history, "acme", "shop", sample(0, 1), last, days_kept=None)
        assert read_last_sample(history, "acme", "shop") == last
        with history.begin() as session:
            session.execute(text("UPDATE last_sample SET totals = x'00'"))
        assert read_last_sample(history, "acme", "shop") is None


def test_growth_of_statements_is_summed(place: str) -> None:
    with History.open(place) as history:
        keep(history, sample(1, 1, statements=(StatementGrowth("A", 1, 10_000), StatementGrowth("B", 2, 5_000))))
        keep(history, sample(2, 1, statements=(StatementGrowth("B", 3, 20_000),)))
        assert read_growth(history, "acme", "shop", MIDNIGHT) == (
            StatementGrowth("B", 5, 25_000),
            StatementGrowth("A", 1, 10_000),
        )


def test_a_damaged_day_is_left_out(place: str) -> None:
    with History.open(place) as history:
        for hours in (1, 25, 49):
            keep(history, sample(hours, hours))
        with history.begin() as session:
            session.execute(text("UPDATE sample SET payload = x'00' WHERE day = '2026-03-02'"))
        (found,) = read_series(history, "acme", "shop", MIDNIGHT)
        assert [point.value for point in found.points] == [1, 49]


def test_samples_go_when_their_time_is_over(place: str) -> None:
    with History.open(place) as history:
        keep(history, sample(1, 1), days=30)
        keep(history, sample(1, 1), target="forever")
        purge_samples(history, MIDNIGHT + timedelta(days=31, seconds=-1))
        assert read_series(history, "acme", "shop", MIDNIGHT)
        purge_samples(history, MIDNIGHT + timedelta(days=31), "other")
        assert read_series(history, "acme", "shop", MIDNIGHT)
        purge_samples(history, MIDNIGHT + timedelta(days=31), "acme")
        assert not read_series(history, "acme", "shop", MIDNIGHT) and read_series(history, "acme", "forever", MIDNIGHT)


# Counts and bytes are whole. A rate is not; beside a thousand million a second, a double still holds four decimals.
WHOLE = st.integers(0, 10**15).map(float)
RATES = st.floats(0, 1e9).map(lambda value: round(value, 4))
POINTS = st.fixed_dictionaries(
    {}, optional={SESSIONS: WHOLE, ("qps", "tenant"): RATES, ("memory_used_bytes", "tenant"): WHOLE}
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(POINTS, POINTS), max_size=6))
def test_columns_come_back_as_they_were_packed(given: list[tuple[dict[Key, float], dict[Key, float]]]) -> None:
    columns = _Columns()
    for hour, (values, limits) in enumerate(given):
        columns.append(dataclasses.replace(sample(hour, 0), values=values, limits=limits))
    again = _Columns.unpack(columns.pack())
    assert again.at == columns.at and again.statements == columns.statements
    for name in ("values", "limits"):
        before, after = getattr(columns, name), getattr(again, name)
        assert before.keys() == after.keys()
        for key, column in before.items():
            for one, two in zip(column, after[key], strict=True):
                assert (one is None) == (two is None) and (one is None or abs(one - two) <= abs(one) * 1e-9 + 1e-4)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("qps", 1234.5678, 1235.0),
        ("qps", 0.0123456, 0.01235),
        ("qps", 0.0, 0.0),
        ("sessions", 123457.0, 123457.0),
        ("memory_used_bytes", 10 * 2**20 + 5.0, 10 * 2**20),
    ],
)
def test_values_are_kept_as_exact_as_a_forecast_needs(place: str, kind: str, value: float, kept: float) -> None:
    one = Sample(at=MIDNIGHT, values={(kind, "tenant"): value}, limits={})
    with History.open(place) as history:
        keep(history, one)
        (found,) = read_series(history, "acme", "shop", MIDNIGHT)
    assert found.points[0].value == pytest.approx(kept, rel=1e-9)


def test_each_kind_has_a_unit() -> None:
    assert [find_unit(kind).value for kind in ("memory_used_bytes", "tablets", "qps")] == ["bytes", "count", "ratio"]
