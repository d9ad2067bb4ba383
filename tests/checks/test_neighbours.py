"""Near the cases of a check its answer turns where it turned before, and nothing that a server can say makes it crash.

After a change that is meant, ``make golden`` writes ``kept/near`` anew. The lines say from which value on which answer
is given; where only the sum differs, ``python -m tests.checks.neighbours <code>`` prints what is summed, to be compared
with what the same command prints of the code before the change.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest

from agent.facts.given import Attestation
from agent.facts.maintenance import WorkloadControl
from agent.facts.plans import StatementWait
from agent.facts.resources import TenantMemory
from agent.facts.schema import ColumnStatistics, PartitionedTable
from agent.facts.settings import Parameter, Tenant, Variable
from tests.checks import neighbours
from tests.checks.neighbours import CRASH, NEAR, rounds_of, said_near
from tests.checks.other_values import (
    count_numbers,
    from_number,
    list_others,
    list_twins,
    may_be_none,
    put_number,
    to_number,
)
from tests.harness import NOW, shipped

CHECKS = shipped()[0].checks
kept_near = cache(neighbours.kept_near)
# Values that are tried and that no server says: column -> why.
NEVER = {
    (ColumnStatistics, "num_distinct"): "the source leaves out columns without a value",
    (PartitionedTable, "partitions"): "the source lists tables with partitions",
    (Parameter, "value"): "the server keeps to the range and the form of a parameter",
    (Variable, "value"): "the server keeps to the range and the form of a variable",
    (Tenant, "compatible"): "a version",
    (Attestation, "value"): "the engagement file has a date where one is asked for",
    (Attestation, "key"): "the engagement file has a date where one is asked for",
    (WorkloadControl, "retention"): "an interval",
    (WorkloadControl, "snap_interval"): "an interval",
}


# A third of the checks, and the others in the long form.
THIRDS = [code if number % 3 == 0 else pytest.param(code, marks=pytest.mark.long) for number, code in enumerate(CHECKS)]


@pytest.mark.slow
@pytest.mark.parametrize("code", THIRDS)
def test_answers_turn_where_they_turned_and_none_is_a_crash(code: str) -> None:
    rounds = list(rounds_of(code))  # asked once for both: it takes longest
    crashed = [one for near in rounds for one in near.asked if one.said.outline == CRASH]
    assert [f"{one.what}: {one.said.figures}" for one in crashed if not _is_never_said(one.what)] == []
    kept = kept_near(CHECKS[code].category.value)
    assert said_near(code, rounds).splitlines() == kept.get(code, "").splitlines()


def _is_never_said(what: str) -> bool:
    """Whether it is a change of such a column, a row beside that differs in it, or a limit: those are no server's."""
    return what.startswith("limit ") or any(
        what.startswith((f"{row.__name__}[", f"{row.__name__} other {name}")) and name in what.partition("=")[0]
        for row, name in NEVER
    )


def test_nothing_is_kept_of_a_check_that_is_gone() -> None:
    kept = {code for place in NEAR.glob("*.txt") for code in kept_near(place.stem)}
    assert kept == set(CHECKS)


def test_a_turning_point_is_found_to_the_last_unit() -> None:
    turns = [turn for near in rounds_of("SQL034") for turn in near.turns]
    assert "StatementWait.samples: not assessed; from 20: well; from 60: low; from 360: medium" in turns


def test_rows_and_sources_are_left_out_and_joined_by_others() -> None:
    tried = {one.what for near in rounds_of("SQL034") for one in near.asked}
    assert {"StatementWait without 0", "StatementWait reversed", "StatementWait other event before"} <= tried
    assert {"no StatementWait", "CachedPlan unavailable"} <= tried


@pytest.mark.parametrize("value", [0, 7, NOW, NOW - timedelta(days=3), NOW.date(), "12"])
def test_values_keep_their_place_on_the_scale(value: object) -> None:
    number = to_number(value)
    assert number is not None and from_number(number, value) == value


def test_other_values_are_of_the_columns_kind() -> None:
    assert may_be_none(PartitionedTable, "table_rows") and not may_be_none(PartitionedTable, "pieces")
    assert None in list_others("SCH011", PartitionedTable, "table_rows", 5) and None not in list_others(
        "SCH011", Parameter, "name", "a"
    )
    assert list_others("SCH011", PartitionedTable, "pieces", 10) == [0, 1, 5, 9, 11, 20, 100, 1000, 10000]
    assert "IDLE" in list_others("SQL034", StatementWait, "wait_class", "CONCURRENCY"), "a word of other cases"
    assert count_numbers("table_rows:100 t1 10.0.0.1") == 1 and put_number("p[0-99]", 1, 7) == "p[0-7]"


def test_a_row_elsewhere_is_larger_or_smaller_and_another_tenant_has_its_own() -> None:
    row = TenantMemory(tenant_id=1002, svr_ip="10.0.0.1", svr_port=2882, hold=10, free=4)
    twins = dict(list_twins(row))
    assert twins["larger elsewhere"].hold == 31 and twins["smaller elsewhere"].hold == 3
    assert twins["larger elsewhere"].svr_ip != row.svr_ip and twins["of META"].tenant_id != row.tenant_id
