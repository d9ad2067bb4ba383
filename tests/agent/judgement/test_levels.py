"""What is forecast at later assessments: disks by zone, and what checks measure against a limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from agent.facts.resources import MemoryModule, ResourceUnit, TenantMemory
from agent.facts.schema import PartitionedTable, TabletCount
from agent.judgement.levels import MOST_OF_A_KIND, list_levels
from agent.model.check import LevelSpec, Measurement
from agent.model.figures import Level
from agent.model.snapshot import Unavailable
from agent.model.terms import Scalar, Text, UnavailableKind
from tests.harness import shipped, snapshot_of

GIB = 2**30
CHECKS, RULESET = shipped()[0].checks, shipped()[1]


def unit(zone: str) -> ResourceUnit:
    return ResourceUnit(
        zone=zone, max_cpu=4.0, memory_size=8 * GIB, log_disk_size=24 * GIB, log_disk_in_use=18 * GIB,
        data_disk_in_use=40 * GIB, data_disk_size=100 * GIB,
    )  # fmt: skip


def levels(*facts: object) -> dict[tuple[str, str], Level]:
    return {(one.kind, one.resource): one for one in list_levels(CHECKS.values(), RULESET, snapshot_of(facts))}


def test_each_zone_has_its_disks_and_the_tenant_what_checks_measure() -> None:
    found = levels(
        unit("z1"),
        unit("z2"),
        TabletCount(tablets=500),
        TenantMemory(svr_ip="10.0.0.1", hold=60, free=40),
        TenantMemory(svr_ip="10.0.0.2", hold=20, free=80),
        MemoryModule(svr_ip="10.0.0.1", ctx_name="KVSTORE_CACHE_ID", mod_name="x", hold=10),
    )
    assert found["data_disk_used_bytes", "z1"].limit == 100 * GIB
    assert found["log_disk_used_bytes", "z2"].value == 18 * GIB
    tablets = found["tablets", "tenant"]
    assert (tablets.value, tablets.limit, tablets.unit) == (500, 160_000, "count")
    memory = found["memory_used_bytes", "tenant"]
    assert (memory.value, memory.limit, memory.unit) == (50, 100, "bytes"), "of the fullest server"


def test_what_cannot_be_read_has_no_level_and_crashes_nothing() -> None:
    gone = Unavailable(UnavailableKind.PRIVILEGE, Text("no"))
    found = levels((TabletCount, gone), (TenantMemory, gone), unit("z1"))
    assert {kind for kind, _ in found} == {"data_disk_used_bytes", "log_disk_used_bytes"}


def test_of_many_those_nearest_to_their_limit_are_kept() -> None:
    tables = [
        PartitionedTable(
            table_schema="shop",
            table_name=f"t{number}",
            method="RANGE",
            expression=None,
            partitions=number,
            subpartitions=None,
            pieces=number,
            table_rows=None,
            largest_rows=None,
            first_bound=None,
            last_bound=None,
            catch_all_pieces=0,
            catch_all_rows=None,
        )
        for number in range(1, 30)
    ]
    found = [name for kind, name in levels(*tables) if kind == "partitions"]
    assert sorted(found) == sorted(f"shop.t{number}" for number in range(20, 30))
    assert len(found) == MOST_OF_A_KIND


def test_every_check_with_a_level_names_evidence_that_its_cases_have() -> None:
    named = {spec.code: spec.level for spec in CHECKS.values() if spec.level}
    assert set(named) == {"CAP002", "CAP005", "CAP012", "SCH003", "SCH011"}
    assert all(isinstance(level, LevelSpec) for level in named.values())


def test_every_level_that_is_kept_has_a_check_that_judges_its_forecast() -> None:
    foretold = {spec.foretells for spec in CHECKS.values() if spec.foretells}
    kept = {spec.level.kind for spec in CHECKS.values() if spec.level}
    assert foretold == kept | {"data_disk_used_bytes", "log_disk_used_bytes"}


def measured(*found: Measurement, used: str = "used_count") -> list[tuple[str, float, float | None, str]]:
    """The levels of a check that measures this, beside no disk."""

    def measure(**facts: object) -> Iterator[Measurement]:
        yield from found

    level = LevelSpec(kind="things", used=used, limit="limit_count")
    spec = dataclasses.replace(CHECKS["CAP012"], code="CAP012", level=level, measure=measure, facts={}, params_name="")
    listed = list_levels([spec], RULESET, snapshot_of([]))
    assert {one.kind for one in listed} <= {"things"}
    return [(one.resource, one.value, one.limit, one.unit) for one in listed]


def of(resource: str, used: Scalar, limit: Scalar, part: str = "", **more: Scalar) -> Measurement:
    return Measurement(resource, 1.0, {"used_count": used, "limit_count": limit, **more}, part=part)


def test_of_a_resource_the_level_nearest_to_its_limit_counts_and_of_equals_the_first_by_name() -> None:
    found = measured(
        of("c", 5, 10), of("a", 2, 10), of("a", 3, 4, "x"), of("a", 6, 10, "y"), of("b", 50, 100), of("z", 9, 0)
    )
    assert found == [
        ("a", 3, 4, "count"), ("b", 50, 100, "count"), ("c", 5, 10, "count"), ("z", 9, 0, "count"),
    ]  # fmt: skip


def test_a_level_is_of_two_numbers_and_its_name_tells_the_unit() -> None:
    assert measured(of("a", None, 10), of("b", 1, None), of("c", "1", 10), of("d", 1, "10")) == []
    bare = Measurement("a", 1.0, {})
    assert measured(bare, of("b", 1, 10, used_bytes=7), used="used_bytes") == [("b", 7, 10, "bytes")]
