"""What became of a statement since the last assessment: slower, more frequent, new, or nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.facts import Observes
from agent.facts.sql import CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.facts.statement_families import join_statements
from agent.facts.workload import WorkloadFacts, read_workload
from agent.judgement.statement_trend import Pace, Seen, Trend, list_trends
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import Text, UnavailableKind
from tests.agent.facts.rows import filled
from tests.harness import NOW, snapshot_of

A, B = "A" * 32, "B" * 32
WEEK = timedelta(days=7)


def kept(sql_id: str = A, **parts: Any) -> RepositoryShape:
    usual = {"executions": 48, "elapsed_us": 4800, "rows_read": 480, "first_snap": 1, "last_snap": 25, "db_name": "d"}
    return filled(RepositoryShape, sql_id=sql_id, **{**usual, **parts})


def seen(*rows: Any, cut: str = "", later: timedelta = timedelta(0)) -> Seen:
    snapshot = replace(snapshot_of(rows), as_of=NOW + later)
    if cut:
        record = SourceRecord(source=cut, view="v", status="ok", truncated=True)
        snapshot = replace(snapshot, records=(record,))
    return Seen(snapshot, join_statements(read_workload(_facts(snapshot))))


def _facts(snapshot: Snapshot) -> WorkloadFacts:
    names = {"shapes": SqlShape, "totals": SqlTotal, "history": RepositoryShape, "plans": CachedPlan}
    found = {name: snapshot.facts.get(row, ()) for name, row in names.items()}
    return WorkloadFacts(**{name: () if isinstance(rows, Unavailable) else rows for name, rows in found.items()})


def test_average_frequency_and_rows_read_are_compared_in_the_record_of_days() -> None:
    trend = list_trends(
        seen(kept(elapsed_us=9600, executions=48, rows_read=96, first_snap=169, last_snap=193), later=WEEK),
        seen(kept(executions=24, elapsed_us=2400)),
    )[None, A]
    assert trend == Trend(
        record=Observes.REPOSITORY,
        now=Pace(average_us=200.0, rows_read=2.0, hourly=2.0),
        before=Pace(average_us=100.0, rows_read=20.0, hourly=1.0),
    )
    assert trend.ratio == 2.0


def total(sql_id: str = A, **parts: Any) -> SqlTotal:
    return filled(SqlTotal, sql_id=sql_id, **{"executions": 10, "elapsed_us": 1000, "db_name": "d", **parts})


def plan(sql_id: str = A, statement: str = "SELECT a FROM t WHERE id = ?", hours: float | None = 5.0) -> CachedPlan:
    loaded = None if hours is None else NOW - timedelta(hours=hours)
    return filled(CachedPlan, sql_id=sql_id, statement=statement, first_load_time=loaded)


def test_in_the_plan_cache_hours_count_since_the_plan_was_made() -> None:
    trend = list_trends(seen(total(), plan()), seen(total(), plan(hours=None)))[None, A]
    assert trend.record is Observes.PLAN_CACHE
    assert trend.now is not None and trend.now.hourly == 2.0 and trend.now.rows_read is None
    assert trend.before is not None and trend.before.hourly is None, "nobody knows since when"


def test_nobody_knows_how_often_where_no_time_is_known() -> None:
    """A plan of the moment of reading or later, a ring without a span, a repository without days."""
    for hours, hourly in ((0.0, None), (-1.0, None), (0.5, 20.0)):
        trend = list_trends(seen(total(), plan(hours=hours)), seen(total(), plan(hours=hours + 9)))[None, A]
        assert trend.now is not None and trend.now.hourly == hourly
    ring = filled(SqlShape, sql_id=A, db_name="d", executions=1, elapsed_us=5)
    trend = list_trends(seen(ring, later=WEEK), seen(ring))[None, A]
    assert trend.now is not None and trend.now.hourly is None
    instant = kept(last_snap=1)
    trend = list_trends(seen(instant, later=WEEK), seen(kept(first_snap=0)))[None, A]
    assert trend.now is not None and (trend.now.average_us, trend.now.hourly) == (100.0, None)


def test_what_came_on_top_of_the_totals_of_a_plan_is_now() -> None:
    now = seen(total(executions=110, elapsed_us=11000, rows_read=300), plan(hours=5.0), later=timedelta(hours=10))
    trend = list_trends(now, seen(total(executions=100, elapsed_us=1000, rows_read=100), plan(hours=5.0)))[None, A]
    assert trend.now == Pace(average_us=1000.0, rows_read=20.0, hourly=1.0) and not trend.overlaps
    assert trend.before == Pace(average_us=10.0, rows_read=1.0, hourly=20.0) and trend.ratio == 100.0


@pytest.mark.parametrize(
    ("now", "overlaps"),
    [
        (seen(total(executions=20), plan(hours=-1.0), later=WEEK), False),
        (seen(total(executions=20), plan(hours=-1.0), cut="CachedPlan", later=WEEK), True),
        (seen(total(executions=20), plan(hours=0.0), later=WEEK), True),
        (seen(total(executions=20), plan(hours=4.0), later=WEEK), True),
        (seen(total(executions=20), plan(hours=None), later=WEEK), True),
        (seen(total(executions=20), later=WEEK), True),
        (seen(total(), plan(), later=WEEK), True),
    ],
    ids=["loaded later", "cut", "loaded at that moment", "loaded before", "unknown when", "no plan", "nothing came"],
)
def test_in_the_plan_cache_spans_overlap_unless_the_plan_was_made_later(now: Seen, overlaps: bool) -> None:
    trend = list_trends(now, seen(total(), plan()))[None, A]
    assert trend.overlaps is overlaps
    assert trend.now is not None and trend.now.average_us == 1000 / now.families[0].statement.load.executions


def test_what_the_repository_added_since_is_now() -> None:
    now = seen(kept(executions=60, elapsed_us=7200, rows_read=600, last_snap=49), later=WEEK)
    trend = list_trends(now, seen(kept()))[None, A]
    assert trend.now == Pace(average_us=200.0, rows_read=10.0, hourly=0.5) and not trend.overlaps


@pytest.mark.parametrize(("first", "overlaps"), [(25, True), (26, False)])
def test_spans_of_the_repository_overlap_in_a_snapshot_that_both_have(first: int, overlaps: bool) -> None:
    now = seen(kept(first_snap=first, last_snap=49), later=WEEK)
    assert list_trends(now, seen(kept()))[None, A].overlaps is overlaps


@pytest.mark.parametrize(("first", "overlaps"), [(None, True), (9, True), (10, False)])
def test_spans_of_the_audit_overlap_in_an_execution_that_both_may_have(first: int | None, overlaps: bool) -> None:
    parts = {"sql_id": A, "db_name": "d", "executions": 1, "elapsed_us": 5}
    now = seen(filled(SqlShape, **parts, first_us=first, last_us=20), later=WEEK)
    trend = list_trends(now, seen(filled(SqlShape, **parts, first_us=1, last_us=9)))[None, A]
    assert trend.record is Observes.AUDIT_RING and trend.overlaps is overlaps


def test_another_id_of_one_text_is_the_same_statement() -> None:
    trends = list_trends(seen(total(B), plan(B, "select a from t where id = ?")), seen(total(), plan()))
    assert trends[None, B].ratio == 1.0
    trends = list_trends(seen(total(B), plan(B, "SELECT b FROM t WHERE id = ?")), seen(total(), plan()))
    assert trends[None, B].ratio is None and trends[None, B].is_new


def test_tenants_that_send_one_text_have_each_its_own_trend() -> None:
    def of(tenant: int, elapsed_us: int, hours: float) -> tuple[SqlTotal, CachedPlan]:
        cached = replace(plan(hours=hours), tenant_id=tenant)
        return total(tenant_id=tenant, elapsed_us=elapsed_us), cached

    now = seen(*of(1002, 9000, 5.0), *of(1004, 2000, 2.0))
    trends = list_trends(now, seen(*of(1002, 3000, 5.0), *of(1004, 1000, 2.0)))
    assert {key: trend.ratio for key, trend in trends.items()} == {(1002, A): 3.0, (1004, A): 2.0}
    paces = {key: trend.now.hourly for key, trend in trends.items() if trend.now}
    assert paces == {(1002, A): 2.0, (1004, A): 5.0}, "each since its own plan was made"
    (other,) = list_trends(seen(*of(1002, 9000, 5.0)), seen(*of(1004, 1000, 2.0))).values()
    assert other.ratio is None and other.is_new


def test_in_no_common_record_nothing_is_compared() -> None:
    assert list_trends(seen(total()), seen(kept()))[None, A] == Trend()


GONE = Unavailable(UnavailableKind.PRIVILEGE, Text("taken away by the test"))
OTHER = plan(B, "SELECT b FROM t")


def without(row: type, found: Seen) -> Seen:
    """What an agent saw that did not know a source."""
    facts = {kind: rows for kind, rows in found.snapshot.facts.items() if kind is not row}
    return replace(found, snapshot=replace(found.snapshot, facts=facts))


@pytest.mark.parametrize(
    ("before", "is_new"),
    [
        (seen(kept(B), OTHER), True),
        (seen(kept(B), OTHER, cut="RepositoryShape"), None),
        (seen(kept(B), OTHER, cut="TableStatistics"), True),
        (seen(kept(B), OTHER, (SqlTotal, GONE)), None),
        (without(SqlTotal, seen(kept(B), OTHER)), None),
        (seen(kept(B)), None),
        (seen(kept(B), OTHER, kept("C" * 32, tenant_id=1002)), True),
        (seen(), None),
    ],
    ids=["whole", "cut", "another cut", "one not read", "one unknown", "no text", "no text elsewhere", "nothing seen"],
)
def test_a_statement_is_new_only_if_all_were_seen_before(before: Seen, is_new: bool | None) -> None:
    assert list_trends(seen(kept(), plan()), before)[None, A] == Trend(is_new=is_new)


def test_without_its_own_text_nobody_knows_whether_a_statement_is_new() -> None:
    assert list_trends(seen(kept()), seen(kept(B), OTHER))[None, A] == Trend(is_new=None)


@pytest.mark.parametrize("forced", [None, 0, 1])
def test_hints_that_left_with_the_plan_make_no_other_statement(forced: int | None) -> None:
    """The text is still known, from the repository for example."""
    now = seen(total(B), replace(plan(B), forced=forced))
    before = seen(
        total(), replace(plan(), forced=0), total("C" * 32, elapsed_us=500), replace(plan("C" * 32), forced=1)
    )
    assert list_trends(now, before)[None, B].ratio == (2.0 if forced == 1 else 1.0)
