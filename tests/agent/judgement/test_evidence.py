"""What a check must have seen to pass: at its least it is enough, and anything less is told with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.facts.backup import BackupJob
from agent.facts.cluster import Location, Server
from agent.facts.definitions import TableDefinition
from agent.facts.maintenance import WorkloadSnapshot
from agent.facts.resources import Counter, Memstore, SqlTimeSample
from agent.facts.settings import Uptime, Variable
from agent.facts.sql import AuditReturn, CachedPlan, SqlShape, SqlTotal
from agent.judgement.evidence import Sight, is_cut, measure_sight
from agent.model.rule import LeastEvidence
from agent.model.snapshot import Snapshot, SourceRecord, Unavailable
from agent.model.terms import Text, UnavailableKind
from agent.support.i18n import render_text
from tests.agent.facts.rows import filled
from tests.agent.judgement.test_load_records import kept, plan, samples, snapshots, total
from tests.agent.tiny import SPECS, memstore
from tests.harness import NOW, snapshot_of

ANYTHING = LeastEvidence()
SPEC = replace(SPECS["CAP901"], facts={"memstores": Memstore})


def location(server: str) -> Location:
    return Location(
        ls_id=1, svr_ip=server, svr_port=2882, zone="z1", role="LEADER", member_list=None, replica_type="FULL"
    )


def seen(
    least: LeastEvidence,
    snapshot: Snapshot,
    *rows: type,
    judged: Sequence[str] = (),
    unjudged: Sequence[str] = (),
    optional: frozenset[str] = frozenset(),
) -> Sight:
    spec = replace(SPEC, facts={row.__name__: row for row in rows or (Memstore,)}, optional=optional)
    return measure_sight(spec, least, snapshot, judged, unjudged)


def lack(sight: Sight) -> str:
    assert sight.lack is not None
    return render_text(sight.lack.reason, "en")


def cut(source: str) -> tuple[SourceRecord, ...]:
    return (SourceRecord(source=source, view="oceanbase.V", status="ok", rows=9, truncated=True),)


def test_everything_that_is_needed_was_read() -> None:
    assert seen(ANYTHING, snapshot_of([memstore("a", 1)])) == Sight()


@pytest.mark.parametrize(("rows", "enough"), [(0, False), (1, False), (2, True), (3, True)])
def test_so_many_rows_are_enough(rows: int, enough: bool) -> None:
    sight = seen(LeastEvidence(rows_count=2), snapshot_of([memstore(str(n), 1) for n in range(rows)]))
    assert (sight.lack is None) is enough and not sight.is_about_objects
    if sight.lack is not None:
        assert lack(sight) == f"GV$OB_MEMSTORE has {rows} rows; at least 2 are needed to judge."


def test_only_the_first_source_must_have_the_rows() -> None:
    facts = snapshot_of([memstore("a", 1)])
    assert seen(LeastEvidence(rows_count=1), facts, Memstore, Variable).lack is None
    assert seen(LeastEvidence(rows_count=1), facts, Variable, Memstore).lack is not None


def test_a_source_that_helps_need_not_be_whole() -> None:
    facts = replace(snapshot_of([memstore("a", 1)]), records=cut("Variable"))
    assert seen(ANYTHING, facts, Memstore, Variable).lack is not None
    assert seen(ANYTHING, facts, Memstore, Variable, optional=frozenset({"Variable"})).lack is None


@pytest.mark.parametrize(
    ("row", "source", "truncated", "is_so"),
    [
        (Memstore, "Memstore", True, True),
        (Memstore, "Memstore", False, False),
        (Memstore, "Variable", True, False),
        (SqlTotal, "SqlTotal", True, False),  # the dearest come first, and their share is asked for
        (AuditReturn, "AuditReturn", True, True),  # of the load, but in no such order
        (BackupJob, "BackupJob", True, True),  # in such an order, but nobody asks for a share of them
        (int, "int", True, False),
    ],
)
def test_a_source_is_cut_where_rows_that_may_matter_were_not_read(
    row: type, source: str, truncated: bool, is_so: bool
) -> None:
    record = replace(cut(source)[0], truncated=truncated)
    assert is_cut(row, replace(snapshot_of([]), records=(record,))) is is_so


def test_tables_that_could_not_be_shown_are_told_as_such() -> None:
    sight = seen(ANYTHING, replace(snapshot_of([]), records=cut("TableDefinition")), TableDefinition)
    assert lack(sight) == "Not all tables could be shown by SHOW CREATE TABLE; the rest is unknown."


def test_a_server_that_does_not_answer_is_named() -> None:
    everywhere = [location(f"10.0.0.{number}") for number in (3, 1, 2)]
    sight = seen(ANYTHING, snapshot_of([*everywhere, memstore("10.0.0.2", 1)]))
    assert lack(sight) == "10.0.0.1, 10.0.0.3 did not answer; the state there is unknown."
    assert sight.lack is not None and sight.lack.unlock is not None
    answered = snapshot_of([*everywhere, *(memstore(f"10.0.0.{number}", 1) for number in (1, 2, 3, 4))])
    assert seen(ANYTHING, answered) == Sight()
    assert seen(ANYTHING, snapshot_of(everywhere), Variable) == Sight(), "it asks no server for itself"
    embedded = replace(snapshot_of([*everywhere, memstore("10.0.0.2", 1)]), embedded=True)
    assert seen(ANYTHING, embedded) == Sight()


@pytest.mark.parametrize(
    ("judged", "unjudged", "least_pct", "words"),
    [
        ("abc", "", 100.0, ""),
        ("abc", "d", 75.0, ""),
        ("abc", "d", 75.1, "1 of 4 objects could not be judged for lack of data: d"),
        ("ab", "dc", 100.0, "2 of 4 objects could not be judged for lack of data: c, d"),
        ("", "ab", 50.0, "There is not enough data to judge."),
        ("", "ab", 0.0, ""),
        ("", "", 100.0, ""),
        ("z", "gfedcba", 90.0, "could not be judged for lack of data: a, b, c, d, e, …"),
        ("z", "edcba", 90.0, "could not be judged for lack of data: a, b, c, d, e"),
    ],
)
def test_so_large_a_share_of_the_resources_must_be_judged(
    judged: str, unjudged: str, least_pct: float, words: str
) -> None:
    facts = snapshot_of([memstore("a", 1)])
    sight = seen(LeastEvidence(judged_pct=least_pct), facts, judged=list(judged), unjudged=list(unjudged))
    assert sight.is_about_objects is bool(words)
    assert lack(sight).endswith(words) if words else sight.lack is None


def load(hours: float, shown: int, taken: int = 1000) -> list[object]:
    """What the plan cache shows: the time since its oldest plan, and so much of the time that statements took."""
    return [plan(hours), total(shown), Counter(con_id=1002, name="sql select time", value=taken)]


@pytest.mark.parametrize(
    ("hours", "shown", "words"),
    [
        (24, 800, ""),
        (23.5, 800, "plan cache: it shows 23.5 h of the load, and 24 h are needed."),
        (24, 799, "plan cache: it shows 79.9% of the time that statements took, and 80% are needed."),
        (24.5, 1000, ""),
    ],
)
def test_a_record_must_cover_so_long_and_so_much(hours: float, shown: int, words: str) -> None:
    least = LeastEvidence(span_hours=24.0, load_pct=80.0)
    sight = seen(least, snapshot_of(load(hours, shown)), SqlTotal)
    assert sight.hidden_us_per_s == pytest.approx((1000 - shown) / (hours * 3600))
    assert not sight.is_about_objects
    if not words:
        assert sight.lack is None
        return
    assert sight.lack is not None
    args = sight.lack.reason.args
    assert render_text(sight.lack.reason, "en").lower().startswith(words.partition(":")[0])
    if "load" in words.partition(":")[2].split(",")[0]:
        assert (args["span_s"], args["least_s"]) == (hours * 3600, 24 * 3600)
    else:
        assert (round(float(str(args["load_pct"])), 6), args["least_pct"]) == (79.9, 80.0)
    assert sight.lack.unlock is not None, "what would change it"


def test_only_what_is_asked_of_the_load_counts() -> None:
    short, little = snapshot_of(load(1, 1000)), snapshot_of(load(99, 1))
    assert seen(LeastEvidence(load_pct=80.0), short, SqlTotal).lack is None
    assert seen(LeastEvidence(span_hours=24.0), little, SqlTotal).lack is None
    assert seen(LeastEvidence(span_hours=24.0), short, SqlTotal).lack is not None
    assert seen(LeastEvidence(load_pct=80.0), little, SqlTotal).lack is not None
    assert seen(ANYTHING, little, SqlTotal) == Sight(), "a check that does not ask for it hides nothing"


def test_a_share_that_nobody_knows_is_not_enough() -> None:
    unknown = snapshot_of([plan(48), total(5)])
    assert seen(LeastEvidence(load_pct=1.0), unknown, SqlTotal).lack is not None


def repository(hours: float, shown: int, taken: int = 1000) -> list[object]:
    return [*snapshots(hours + 1, 1), *samples(0, taken), kept(shown)]


def test_one_record_that_shows_enough_is_enough_and_what_all_hide_is_hidden() -> None:
    """A text tells of its statement in every record, so a check that needs texts may go by the repository."""
    least = LeastEvidence(span_hours=24.0, load_pct=80.0)
    both = snapshot_of([*load(48, 900), *repository(100, 990)])
    sight = seen(least, both, SqlTotal, CachedPlan)
    assert sight.lack is None
    assert sight.hidden_us_per_s == pytest.approx(10 / (100 * 3600))
    one = snapshot_of([*load(2, 900), *repository(100, 990)])
    assert seen(least, one, SqlTotal, CachedPlan).lack is None
    none = seen(least, snapshot_of([*load(2, 900), *repository(5, 990)]), SqlTotal, CachedPlan)
    assert none.lack is not None and none.lack.reason.args["span_s"] == 5 * 3600, "the best of them is told"


def test_of_records_of_one_length_the_one_that_shows_more_is_told() -> None:
    least = LeastEvidence(span_hours=24.0, load_pct=99.0)
    sight = seen(least, snapshot_of([*load(48, 300), *repository(48, 700)]), SqlTotal, CachedPlan)
    assert sight.lack is not None and sight.lack.reason.args["load_pct"] == 70.0


def test_of_records_of_one_length_one_that_shows_little_is_told_before_one_whose_share_nobody_knows() -> None:
    least, unknown = LeastEvidence(span_hours=24.0, load_pct=99.0), [plan(48), total(900)]
    sight = seen(least, snapshot_of([*unknown, *repository(48, 5)]), SqlTotal, CachedPlan)
    assert sight.lack is not None and sight.lack.reason.args["load_pct"] == 0.5


def test_a_record_that_could_not_be_read_is_told_with_its_own_reason() -> None:
    missing = Unavailable(UnavailableKind.TIMEOUT, Text("It took too long."), Text("Try again."))
    facts = snapshot_of([memstore("a", 1)])
    unread = replace(facts, facts={**facts.facts, SqlTotal: missing})
    sight = seen(LeastEvidence(span_hours=1.0), unread, SqlTotal)
    assert sight.explains_all and sight.lack is not None
    assert (sight.lack.reason, sight.lack.unlock) == (missing.reason, missing.remedy)
    assert not seen(ANYTHING, unread, SqlTotal).explains_all, "a check that is not about the load does not need it"
    others = replace(facts, facts={**facts.facts, Variable: missing, SqlTimeSample: missing, WorkloadSnapshot: missing})
    assert not seen(LeastEvidence(span_hours=1.0), others, SqlTotal, Variable).explains_all


def test_a_repository_of_yesterday_is_none() -> None:
    least, facts = LeastEvidence(span_hours=24.0), [*load(2, 900), *repository(100, 990)]
    stale = replace(snapshot_of(facts), as_of=snapshot_of(facts).as_of + timedelta(days=2))
    sight = seen(least, stale, SqlTotal, CachedPlan)
    assert sight.lack is None, "the plans are older now"
    assert sight.hidden_us_per_s == pytest.approx(100 / (50 * 3600)), "and they alone say what is hidden"


def test_plans_that_only_give_texts_are_no_record() -> None:
    least, facts, texts = LeastEvidence(span_hours=24.0), snapshot_of(load(48, 900)), frozenset({"CachedPlan"})
    assert seen(least, facts, SqlShape, CachedPlan).lack is None
    assert seen(least, facts, SqlShape, CachedPlan, optional=texts).lack is not None
    assert seen(least, facts, CachedPlan, optional=texts).lack is None, "there is no other"


def up(seconds: float) -> Uptime:
    return Uptime(name="Uptime", value=str(int(seconds)))


def started(hours_ago: float) -> Server:
    return filled(Server, zone="z", status="ACTIVE", start_service_time=NOW - timedelta(hours=hours_ago))


@pytest.mark.parametrize(
    ("rows", "span_hours", "told"),
    [
        ([up(600)], 1.0, "The server has been up for only 10 min; at least 1 h of load is needed"),
        ([started(0.5)], 24.0, "The server has been up for only 30 min; at least 1 day of load is needed"),
        ([up(7200), started(48.0)], 24.0, "The server has been up for only 2 h"),
        ([up(3600)], 1.0, ""),
        ([up(90 * 86400)], 24.0, ""),
        ([Uptime(name="Uptime", value="many")], 24.0, ""),
        ([], 24.0, ""),
    ],
)
def test_a_server_started_just_now_is_the_named_cause(rows: list[Any], span_hours: float, told: str) -> None:
    """A larger record would show no more, so nobody is asked for one."""
    facts = snapshot_of([*load(0.01, 900), *rows])
    sight = seen(LeastEvidence(span_hours=span_hours), facts, SqlTotal, CachedPlan)
    assert sight.explains_all is bool(told)
    assert lack(sight).startswith(told or "plan cache")
    assert ("more memory" in str(sight.lack and sight.lack.unlock)) is not bool(told)


def test_a_restart_does_not_explain_what_a_long_record_leaves_out() -> None:
    least = LeastEvidence(span_hours=24.0, load_pct=99.0)
    sight = seen(least, snapshot_of([*load(48, 700), up(60)]), SqlTotal, CachedPlan)
    assert not sight.explains_all and "of the statement time is shown" in lack(sight)
    assert (
        seen(LeastEvidence(span_hours=24.0), snapshot_of([*load(48, 700), up(60)]), SqlTotal, CachedPlan).lack is None
    )


def test_a_longer_record_that_shows_too_little_is_no_better_than_a_shorter_one_that_is_enough() -> None:
    least = LeastEvidence(span_hours=24.0, load_pct=80.0)
    sight = seen(least, snapshot_of([*load(48, 990), *repository(100, 300)]), SqlTotal, CachedPlan)
    assert sight.lack is None and sight.hidden_us_per_s == pytest.approx(10 / (48 * 3600))
    both = seen(least, snapshot_of([*load(48, 999), *repository(100, 900)]), SqlTotal, CachedPlan)
    assert both.hidden_us_per_s == pytest.approx(1 / (48 * 3600)), "of those that are enough the one that hides least"
