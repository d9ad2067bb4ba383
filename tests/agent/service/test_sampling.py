"""What a sample says of the facts that were read: sums, rates, and the statements that grew."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from agent.facts import find_source_spec
from agent.facts.resources import Counter, ResourceUnit, TenantMemory
from agent.facts.sessions import SessionCount
from agent.facts.sql import SqlTotal
from agent.model.sample import StatementGrowth, Totals
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.service.sampling import SAMPLE_SOURCES, TOP_STATEMENTS, measure_sample
from tests.agent.tiny import snapshot as tiny_snapshot


def snapshot(facts: Mapping[type, Any]) -> Snapshot:
    return dataclasses.replace(tiny_snapshot(), facts=facts)


UNIT = ResourceUnit(
    zone="zone1", max_cpu=2.0, memory_size=1, log_disk_size=100, log_disk_in_use=10, data_disk_in_use=50
)
NOW = snapshot(
    {
        ResourceUnit: (
            UNIT,
            UNIT,
            ResourceUnit(max_cpu=None, memory_size=1, log_disk_size=9, log_disk_in_use=9, data_disk_in_use=9),
        ),
        TenantMemory: (TenantMemory(tenant_id=1002, hold=30, free=70), TenantMemory(tenant_id=1001, hold=5, free=5)),
        SessionCount: (SessionCount(sessions=3), SessionCount(sessions=4)),
        Counter: (
            Counter(con_id=1002, name="sql select count", value=700),
            Counter(con_id=1002, name="sql insert count", value=20),
            Counter(con_id=1001, name="sql select count", value=9999),
        ),
        SqlTotal: tuple(
            SqlTotal(
                sql_id=f"S{number}", db_name="d", executions=10 + number, elapsed_us=1000 * number, rows_processed=0
            )
            for number in range(20)
        ),
    }
)


def test_six_sources_are_read_and_none_needs_more() -> None:
    assert len(SAMPLE_SOURCES) == 6 and all(find_source_spec(row) for row in SAMPLE_SOURCES)


def test_capacity_is_summed_by_zone_and_without_meta_tenants() -> None:
    sample, _ = measure_sample(NOW, None, 0)
    assert sample.values["data_disk_used_bytes", "zone1"] == 100
    assert sample.values["log_disk_used_bytes", "zone1"] == 20 and sample.limits["log_disk_used_bytes", "zone1"] == 200
    assert sample.values["memory_used_bytes", "tenant 1002"] == 30
    assert sample.limits["memory_used_bytes", "tenant 1002"] == 100
    assert ("memory_used_bytes", "tenant 1001") not in sample.values
    assert sample.values["sessions", "tenant"] == 4, "a server refuses sessions by its own number"
    assert not any(kind == "qps" for kind, _ in sample.values), "one sample alone has no rates"
    assert sample.statements == ()


def test_rates_are_growth_by_the_second_and_a_counter_that_fell_began_anew() -> None:
    before = Totals(counters={"sql select count": 100, "sql insert count": 50})
    sample, totals = measure_sample(NOW, before, 10)
    assert sample.values["qps", "tenant"] == (600 + 20) / 10
    assert totals.counters["sql select count"] == 700
    assert ("commits_per_second", "tenant") not in sample.values, "a counter that was not read gives no rate"


def test_statements_are_ranked_by_their_growth() -> None:
    before = Totals(statements={f"S{number}": (10, 500 * number) for number in range(1, 19)})
    sample, _ = measure_sample(NOW, before, 10)
    assert sample.statements[0] == StatementGrowth("S18", 18, 9000)
    assert len(sample.statements) == TOP_STATEMENTS
    assert "S19" not in {one.sql_id for one in sample.statements}, "nobody knows since when it runs"


@pytest.mark.parametrize("row", [ResourceUnit, Counter, SqlTotal, SessionCount])
def test_what_could_not_be_read_is_left_out(row: type) -> None:
    missing = Unavailable(UnavailableKind.TIMEOUT, Text("x"), Text("y"))
    facts = snapshot({**NOW.facts, row: missing})
    sample, _ = measure_sample(facts, Totals(counters={"sql select count": 1}), 10)
    whole, _ = measure_sample(NOW, Totals(counters={"sql select count": 1}), 10)
    assert set(sample.values) <= set(whole.values)
    assert all(sample.values[key] == whole.values[key] for key in sample.values)
