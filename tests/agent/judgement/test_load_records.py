"""How much of the load each record shows, and what a finding that vanished took."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agent.facts import Observes
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import Counter, SqlTimeSample, sum_growth
from agent.facts.settings import Parameter, Variable
from agent.facts.sql import AuditReturn, CachedPlan, RepositoryShape, SqlShape, SqlTotal
from agent.judgement.assessed import is_known_gone
from agent.judgement.load_records import LoadRecord, describe_record, describe_span, estimate_time_rate, is_audit_off
from agent.model.result import CheckResult, Finding
from agent.model.terms import Outcome, Scalar, Severity, TenantKind, Text
from tests.harness import NOW, snapshot_of

HOUR_US = 3_600_000_000
NOW_US = int(NOW.timestamp() * 1_000_000)


def ring(hours: float, server: str | None = None, elapsed_us: int | None = 100) -> AuditReturn:
    return AuditReturn(
        svr_ip=server, ret_code=0, records=9, first_us=NOW_US - round(hours * HOUR_US), last_us=NOW_US, executions=9,
        planned=9, hard_parses=0, first_request=1, sql_id="", elapsed_us=elapsed_us,
    )  # fmt: skip


def shape(elapsed_us: int, sql_id: str = "A") -> SqlShape:
    names = (
        "max_elapsed_us", "queue_us", "plan_us", "execute_us", "lock_wait_us", "rows_returned", "max_rows_returned",
        "rows_affected", "rows_read", "disk_reads", "retries", "errors", "plan_misses", "full_scans", "remote_plans",
        "plans", "over_10ms", "over_100ms", "over_1s", "over_10s",
    )  # fmt: skip
    zeros: dict[str, Any] = dict.fromkeys(names, 0)
    return SqlShape(sql_id=sql_id, db_name="d", user_name="u", executions=1, elapsed_us=elapsed_us, **zeros)


def total(elapsed_us: int, sql_id: str = "A") -> SqlTotal:
    return SqlTotal(sql_id=sql_id, db_name="d", executions=1, elapsed_us=elapsed_us, rows_processed=0)


def plan(hours: float | None, sql_id: str = "A", elapsed_us: int = 1) -> CachedPlan:
    loaded = None if hours is None else NOW - timedelta(hours=hours)
    return CachedPlan(
        sql_id=sql_id, db_id=1, plan_id=1, plan_hash=1, statement="SELECT ?", executions=1, elapsed_time=elapsed_us,
        first_load_time=loaded,
    )  # fmt: skip


def kept(elapsed_us: int, sql_id: str = "A") -> RepositoryShape:
    names = ("rows_processed", "rows_read", "disk_reads", "retries", "wait_us", "remote_executions")
    return RepositoryShape(
        sql_id=sql_id, plan_hash=1, db_name="d", first_snap=1, last_snap=2, executions=1, elapsed_us=elapsed_us,
        **dict.fromkeys(names, 0),
    )  # fmt: skip


def snapshots(*hours_ago: float) -> list[WorkloadSnapshot]:
    return [
        WorkloadSnapshot(snap_id=number, end_interval_time=NOW - timedelta(hours=hours))
        for number, hours in enumerate(hours_ago, 1)
    ]


def samples(*values: int, tenant_id: int | None = None) -> list[SqlTimeSample]:
    return [SqlTimeSample(tenant_id=tenant_id, snap_id=number, sql_us=value) for number, value in enumerate(values, 1)]


def described(kind: Observes, facts: list[object], *rows: type, texts: bool = False) -> LoadRecord:
    return describe_record(kind, snapshot_of(facts), rows, texts)


def test_the_shortest_ring_of_any_server_counts() -> None:
    record = described(Observes.AUDIT_RING, [ring(5, "a"), ring(2, "b")], AuditReturn)
    assert (record.span_hours, record.load_pct, record.hidden_us_per_s) == (2, 100, 0)
    assert described(Observes.AUDIT_RING, [], AuditReturn).span_hours == 0


def test_of_shapes_the_ring_shows_the_share_that_was_read() -> None:
    record = described(Observes.AUDIT_RING, [ring(1, elapsed_us=200), shape(150)], AuditReturn, SqlShape)
    assert (record.load_pct, record.hidden_us_per_s) == (75, 50 / 3600)
    unknown = described(Observes.AUDIT_RING, [ring(1, elapsed_us=None), shape(150)], AuditReturn, SqlShape)
    assert unknown.load_pct is None
    both = [ring(1, elapsed_us=200), ring(1, "b", elapsed_us=None), shape(150)]
    assert described(Observes.AUDIT_RING, both, AuditReturn, SqlShape).load_pct == 75
    least = described(Observes.AUDIT_RING, [ring(1, elapsed_us=1), shape(1)], AuditReturn, SqlShape)
    assert (least.load_pct, least.reason.args) == (100, {"reach_s": 3600})


@pytest.mark.parametrize(
    ("setting", "off"),
    [
        (Parameter(scope="TENANT", name="enable_sql_audit", value="False"), True),
        (Parameter(scope="TENANT", name="enable_sql_audit", value="True"), False),
        (Variable(name="ob_enable_sql_audit", value="OFF"), True),
        (Variable(name="ob_enable_sql_audit", value="0"), True),
        (Variable(name="ob_enable_sql_audit", value=None), False),
        (Variable(name="ob_enable_sql_audit", value="what"), False),
        (Variable(name="autocommit", value="OFF"), False),
    ],
)
def test_an_audit_that_is_off_shows_nothing(setting: object, off: bool) -> None:
    assert is_audit_off(snapshot_of([setting])) is off
    record = described(Observes.AUDIT_RING, [ring(99), setting], AuditReturn)
    assert (record.span_hours, record.load_pct) == ((0, None) if off else (99, 100))


def test_the_plan_cache_shows_its_share_of_the_time_since_the_start() -> None:
    facts = [plan(30), plan(50, "B"), plan(None, "C"), total(60), total(20, "B"),
             Counter(con_id=1002, name="sql select time", value=70),
             Counter(con_id=1002, name="sql update time", value=30),
             Counter(con_id=1002, name="sql select count", value=999)]  # fmt: skip
    record = described(Observes.PLAN_CACHE, facts, SqlTotal)
    assert (record.span_hours, record.load_pct) == (50, 80)
    by_plan = described(Observes.PLAN_CACHE, facts, CachedPlan)
    assert by_plan.load_pct == 3
    assert described(Observes.PLAN_CACHE, [plan(30), total(9)], SqlTotal).load_pct is None
    with_texts = described(Observes.PLAN_CACHE, [*facts[:1], *facts[3:]], SqlTotal, texts=True)
    assert with_texts.load_pct == 60


def test_from_sys_the_plan_cache_is_compared_with_the_tenants_without_their_meta_tenants() -> None:
    times = {1: 50, 1001: 700, 1002: 30, 1004: 20}
    counters = [Counter(con_id=number, name="sql select time", value=value) for number, value in times.items()]
    snapshot = snapshot_of([plan(30), total(50), *counters], kind=TenantKind.SYS)
    assert describe_record(Observes.PLAN_CACHE, snapshot, (SqlTotal,), False).load_pct == 50


@pytest.mark.parametrize(("shown", "load_pct", "hidden"), [(99, 99, 1), (100, 100, 0), (130, 100, 0)])
def test_a_record_that_shows_all_hides_nothing(shown: int, load_pct: int, hidden: int) -> None:
    """Counters and plans are read one after the other, so a plan may show a little more than was counted."""
    facts = [plan(50), total(shown), Counter(con_id=1002, name="sql select time", value=100)]
    record = described(Observes.PLAN_CACHE, facts, SqlTotal)
    assert (record.load_pct, record.hidden_us_per_s) == (load_pct, hidden / (50 * 3600))


def test_a_plan_of_this_moment_covers_no_time() -> None:
    facts = [plan(0), total(5), Counter(con_id=1002, name="sql select time", value=100)]
    for some in (facts, [plan(None), *facts[1:]], [plan(-1), *facts[1:]]):
        record = described(Observes.PLAN_CACHE, some, SqlTotal)
        assert (record.span_hours, record.load_pct, record.hidden_us_per_s) == (0, None, 0)


def test_a_repository_of_a_day_ago_is_fresh_and_its_age_is_told_beyond() -> None:
    facts = [*snapshots(72, 24), *samples(0, 100), kept(50)]
    fresh, stale = (
        described(Observes.REPOSITORY, facts),
        described(Observes.REPOSITORY, [*snapshots(96, 48.5), *facts[2:]]),
    )
    assert (fresh.span_hours, fresh.load_pct) == (48, 50)
    assert (stale.span_hours, stale.load_pct, stale.reason.args["age_days"]) == (0, None, 2)


def test_the_repository_covers_the_time_between_its_snapshots() -> None:
    facts = [*snapshots(48, 24, 1), *samples(100, 150, 300), kept(150), kept(10, "B")]
    record = described(Observes.REPOSITORY, facts, RepositoryShape)
    assert (record.span_hours, record.load_pct) == (47, 80)
    with_texts = described(Observes.REPOSITORY, [*facts, plan(1, "B")], RepositoryShape, texts=True)
    assert with_texts.load_pct == 5


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [*snapshots(9), *samples(1), kept(1)],
        [*snapshots(48, 1), kept(1)],
        [*snapshots(48, 1), *samples(1, 2)],
        [*snapshots(48, 24.1), *samples(1, 2), kept(1)],
    ],
)
def test_a_repository_without_fresh_snapshots_of_statements_shows_nothing(facts: list[object]) -> None:
    record = described(Observes.REPOSITORY, facts, RepositoryShape)
    assert (record.span_hours, record.load_pct) == (0, None)
    stale = len(facts) == 5
    assert record.reason.msgid.startswith("The newest WR snapshot" if stale else "The WR holds no snapshots")
    assert record.remedy


def test_counters_that_fell_began_again() -> None:
    assert sum_growth(samples(100, 150, 20, 50)) == 50 + 20 + 30
    assert sum_growth([*samples(0, 5, tenant_id=1), *samples(9, 10, tenant_id=2)]) == 6
    assert sum_growth([]) == 0


def test_a_finding_says_how_much_time_its_record_covers() -> None:
    snapshot = snapshot_of([ring(2)])
    assert describe_span(Observes.AUDIT_RING.value, snapshot, ()) == {"seen_in_audit_s": 7200}
    assert describe_span("z1", snapshot, ()) == {}


@pytest.mark.parametrize(
    ("evidence", "rate"),
    [
        ({"seen_in_repository_s": 10.0, "executions_count": 20, "average_us": 3.0}, 6),
        ({"seen_in_audit_s": 0.0, "executions_count": 20, "average_us": 3.0}, None),
        ({"seen_in_audit_s": 0.5, "executions_count": 20, "average_us": 3.0}, 120),
        ({"seen_in_audit_s": 1.0, "executions_count": 20, "average_us": 3.0}, 60),
        ({"seen_in_audit_s": -0.5, "executions_count": 20, "average_us": 3.0}, None),
        ({"executions_count": 20, "average_us": 3.0}, None),
        ({"seen_in_audit_s": 9.0, "executions_count": None, "average_us": 3.0}, None),
    ],
)
def test_what_a_statement_took_for_each_second(evidence: dict[str, Scalar], rate: float | None) -> None:
    assert estimate_time_rate(evidence) == rate


@pytest.mark.parametrize(("hidden", "gone"), [(0.0, True), (5.0, True), (6.0, False), (7.0, False)])
def test_a_statement_is_gone_if_it_took_more_than_all_that_is_hidden(hidden: float, gone: bool) -> None:
    was = Finding(
        fingerprint="f", resource="SQL A", severity=Severity.LOW, risk_points=1, value=1, limit=1, text=Text("x"),
        evidence={"seen_in_audit_s": 10.0, "executions_count": 20, "average_us": 3.0},
    )  # fmt: skip
    now = CheckResult(code="SQL003", outcome=Outcome.PASS, hidden_us_per_s=hidden)
    assert is_known_gone(now, was) is gone
    seen_well = CheckResult(code="SQL003", outcome=Outcome.PASS, hidden_us_per_s=9, well=frozenset({"SQL A"}))
    assert is_known_gone(seen_well, was)
    assert not is_known_gone(None, was)
