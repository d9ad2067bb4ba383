"""Numbers for curves and shares: only what the snapshot holds, and a forecast only from enough of it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.facts.given import Attestation
from agent.facts.resources import ResourceUnit
from agent.facts.sql import CachedPlan, SqlShape, SqlTotal
from agent.judgement.figures import TOP_SQL, compute_figures
from agent.model.figures import BandPoint, Capacity, Level, LimitForecast
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import TenantKind, Text, UnavailableKind, Version
from tests.agent.facts.rows import filled

NOW = datetime(2026, 10, 1, tzinfo=UTC)
GIB = 2**30


def snapshot(*rows: Any) -> Snapshot:
    facts: dict[type, tuple[Any, ...]] = {}
    for row in rows:
        facts[type(row)] = (*facts.get(type(row), ()), row)
    return Snapshot(target="t", tenant_kind=TenantKind.USER, version=Version(4, 2, 5), as_of=NOW, facts=facts)


def unit(zone: str | None, used: int | None, size: int | None = None) -> ResourceUnit:
    return ResourceUnit(
        zone=zone,
        max_cpu=4.0,
        memory_size=8 * GIB,
        log_disk_size=24 * GIB,
        log_disk_in_use=18 * GIB,
        data_disk_in_use=used,
        data_disk_size=size,
    )


def shape(number: int, elapsed_us: int) -> SqlTotal:
    return SqlTotal(sql_id=f"S{number:03}", db_name="shop", executions=7, elapsed_us=elapsed_us, rows_processed=0)


def disks(*rows: Any) -> list[Capacity]:
    return [gauge for gauge in compute_figures(snapshot(*rows)).capacity if gauge.kind == "data_disk"]


def test_units_of_a_zone_are_added_up() -> None:
    assert disks(unit("z1", 1, 10), unit("z1", 2, 10), unit("z2", 4, 10)) == [
        Capacity("data_disk", "z1", 3, 20),
        Capacity("data_disk", "z2", 4, 10),
    ]


def test_a_meta_tenant_has_no_disk_of_its_own() -> None:
    meta = dataclasses.replace(unit("z1", 1, 10), tenant_id=1001, max_cpu=None)
    assert disks(unit("z1", 2, 10), meta) == [Capacity("data_disk", "z1", 2, 10)]


def test_an_unknown_size_stays_unknown_unless_attested() -> None:
    assert disks(unit("z1", 5)) == [Capacity("data_disk", "z1", 5, None)]
    bought = Attestation(
        key="purchased_data_disk_bytes", value=50, by="x", on=date(2026, 1, 1), valid_until=date(2027, 1, 1)
    )
    assert disks(unit("z1", 5), bought) == [Capacity("data_disk", "z1", 5, 50)]
    other = dataclasses.replace(bought, key="tde_enabled", value=70)
    assert (
        disks(unit("z1", 5), other)
        == disks(unit("z1", 5), dataclasses.replace(bought, value=0))
        == disks(unit("z1", 5))
    )
    assert disks(unit("z1", 5, 9), unit("z2", 5), bought)[0] == Capacity("data_disk", "z1", 5, 9)


def test_an_unknown_use_is_no_zero() -> None:
    assert disks(unit("z1", None, 10)) == []


def test_facts_that_are_missing_leave_nothing() -> None:
    missing = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
    empty = Snapshot(
        target="t",
        tenant_kind=TenantKind.USER,
        version=Version(4, 2, 5),
        as_of=NOW,
        facts={ResourceUnit: missing, SqlTotal: missing},
    )
    found = compute_figures(empty)
    assert (found.capacity, found.forecasts, found.top_sql, found.top_sql_of) == ((), (), (), "")


def limit(kind: str = "data_disk_used_bytes", **more: Any) -> LimitForecast:
    level = Level(kind=kind, resource="z1", unit="bytes", value=40.0 * GIB, limit=100.0 * GIB)
    return LimitForecast(level=level, points_count=9, span_days=99, **more)


def test_the_growth_of_a_data_disk_comes_from_its_forecast() -> None:
    today = BandPoint(NOW.date(), 40.0 * GIB, 40.0 * GIB, 40.0 * GIB)
    grows = limit(near_days=100, likely_days=120, far_days=150, year_value=113.0 * GIB, band=(today,))
    (told,) = compute_figures(snapshot(), limits=[grows, limit("log_disk_used_bytes", band=(today,))]).forecasts
    assert told.bytes_per_day == pytest.approx(73 * GIB / 365)
    assert (told.resource, told.full_on) == ("z1", (NOW + timedelta(days=120)).date())


def test_without_a_forecast_no_growth_is_told_and_without_a_limit_no_day() -> None:
    assert compute_figures(snapshot(), limits=[limit(lack="few")]).forecasts == ()
    today = BandPoint(NOW.date(), 40.0 * GIB, 40.0 * GIB, 40.0 * GIB)
    (told,) = compute_figures(snapshot(), limits=[limit(lack="limit", year_value=50.0 * GIB, band=(today,))]).forecasts
    assert told.bytes_per_day > 0
    assert told.full_on is None


def test_of_equal_statements_the_order_is_that_of_their_ids_and_shares_are_per_cent() -> None:
    found = compute_figures(snapshot(shape(2, 30), shape(1, 30), shape(3, 40)))
    assert [(top.sql_id, top.share_pct) for top in found.top_sql] == [("S003", 40), ("S001", 30), ("S002", 30)]
    assert (found.top_sql[0].db_name, found.top_sql[0].executions, found.shapes) == ("shop", 7, 3)


def test_a_zone_that_nobody_names_and_a_log_disk_count_too() -> None:
    found = compute_figures(snapshot(unit(None, 1, 10), unit(None, 2, 10))).capacity
    assert [(gauge.kind, gauge.used_bytes, gauge.size_bytes) for gauge in found] == [
        ("data_disk", 3, 20), ("log_disk", 36 * GIB, 48 * GIB),
    ]  # fmt: skip
    assert {gauge.resource for gauge in found} == {"tenant"}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=60))
def test_shares_are_of_everything_that_was_read(times: list[int]) -> None:
    found = compute_figures(snapshot(*(shape(number, elapsed) for number, elapsed in enumerate(times))))
    if not sum(times):
        assert found.top_sql == ()
        return
    assert len(found.top_sql) == min(TOP_SQL, len(times))
    assert [top.elapsed_us for top in found.top_sql] == sorted(times, reverse=True)[:TOP_SQL]
    assert sum(top.share_pct for top in found.top_sql) <= 100.0001
    assert found.top_sql[0].share_pct == pytest.approx(100 * max(times) / sum(times))
    assert found.shapes == len(times)


def test_sqlstat_goes_before_the_audit_ring() -> None:
    names = SqlShape.__annotations__
    values: dict[str, Any] = {name: "R" if names[name] == "str" else 5 for name in names}
    ring = SqlShape(**{**values, "tenant_id": 1002})
    idle = dataclasses.replace(ring, executions=0)
    assert compute_figures(snapshot(idle)).top_sql == (), "only parts of plans are there"
    assert compute_figures(snapshot(ring)).top_sql_of == "GV$OB_SQL_AUDIT"
    assert compute_figures(snapshot(ring, shape(1, 9))).top_sql_of == "GV$OB_SQLSTAT"
    of_meta = SqlShape(**{**values, "tenant_id": 1001})
    assert compute_figures(snapshot(of_meta)).top_sql == (), "statements of META tenants are the server's own"
    own = dataclasses.replace(shape(1, 9), tenant_id=1001)
    assert compute_figures(snapshot(own)).top_sql == (), "in whichever record"
    assert compute_figures(snapshot(own, shape(2, 9))).shapes == 1


def test_the_text_of_a_statement_is_cut_and_the_ring_tells_of_its_user_and_longest_execution() -> None:
    total = dataclasses.replace(shape(1, 60), tenant_id=1002)
    ring = filled(SqlShape, tenant_id=1002, sql_id="S001", user_name="app", executions=1, max_elapsed_us=9)
    elsewhere = dataclasses.replace(ring, tenant_id=1004, user_name="other")
    text = filled(CachedPlan, sql_id="S001", statement="SELECT " + "x" * 900)
    shapes = [dataclasses.replace(shape(number, 1), tenant_id=1002) for number in range(2, 30)]
    found = compute_figures(snapshot(total, ring, elsewhere, text, *shapes)).top_sql
    assert len(found) == 20
    assert (found[0].text, found[0].user_name, found[0].longest_us) == ("SELECT " + "x" * 593, "app", 9)
    assert (found[1].text, found[1].user_name, found[1].longest_us) == ("", "", None)
