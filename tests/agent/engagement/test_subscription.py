"""When an assessment is owed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.engagement.permitted import EACH_MOMENT, ClosedDays, Permission, Validity
from agent.engagement.subscription import (
    PeriodState,
    PeriodStatus,
    Subscription,
    find_current_period,
    list_periods,
)
from agent.engagement.subscription import judge_due as judge_due_from
from agent.model.assessment import AttemptEnd, PastAssessment, PastAttempt
from agent.model.authorization import SignedWindow
from agent.support.errors import ConfigError
from agent.support.i18n import render_text

COUNTS_FROM_PCT = 60.0
judge_due = partial(judge_due_from, counts_from_pct=COUNTS_FROM_PCT)
YEAR = Subscription(date(2026, 1, 31), 12, "Asia/Shanghai")
SHANGHAI = ZoneInfo("Asia/Shanghai")
STARTS = st.dates(date(1990, 1, 1), date(2200, 12, 31))
YEARS = st.integers(1, 10)


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def done(*times: datetime) -> list[PastAssessment]:
    """Assessments of these times that read enough and whose reports are written."""
    return [past(time) for time in times]


def past(
    time: datetime, coverage_pct: float = 90.0, is_complete: bool = False, unwritten: tuple[str, ...] = ()
) -> PastAssessment:
    return PastAssessment(
        id=f"{time:%Y%m%d}", as_of=time, coverage_pct=coverage_pct, is_complete=is_complete, unwritten=unwritten
    )


# periods


@pytest.mark.parametrize(
    ("start", "starts"),
    [
        (date(2026, 1, 1), [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]),
        (date(2026, 1, 31), [date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31)]),
        (date(2026, 11, 30), [date(2026, 11, 30), date(2027, 2, 28), date(2027, 5, 30), date(2027, 8, 30)]),
        (date(2027, 11, 30), [date(2027, 11, 30), date(2028, 2, 29), date(2028, 5, 30), date(2028, 8, 30)]),
    ],
)
def test_quarters_start_on_the_same_day_or_the_months_last(start: date, starts: list[date]) -> None:
    assert [period.start for period in list_periods(start, 12)] == starts


def test_a_leap_day_comes_back_every_four_years() -> None:
    firsts = [period.start for period in list_periods(date(2024, 2, 29), 60)][::4]
    assert firsts == [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


@given(STARTS, YEARS)
def test_periods_cut_the_subscription_without_gap_or_overlap(start: date, years: int) -> None:
    cut = list_periods(start, 12 * years)
    assert [period.number for period in cut] == list(range(1, 4 * years + 1))
    assert cut[0].start == start
    assert [period.end for period in cut[:-1]] == [period.start for period in cut[1:]]
    assert all(89 <= (period.end - period.start).days <= 92 for period in cut)
    end = cut[-1].end
    assert (end.year, end.month) == (start.year + years, start.month)
    assert end.day == start.day or (start.month, start.day, end.day) == (2, 29, 28)


@given(STARTS, YEARS)
def test_a_longer_subscription_begins_with_the_shorter_ones_periods(start: date, years: int) -> None:
    shorter = list_periods(start, 12 * years)
    assert list_periods(start, 12 * years + 12)[: len(shorter)] == shorter


@pytest.mark.parametrize("months", [0, -12, 3, 11, 13, 18])
def test_only_whole_years_are_sold(months: int) -> None:
    with pytest.raises(ConfigError) as error:
        list_periods(date(2026, 1, 1), months)
    assert str(months) in render_text(error.value.text, "en")


# is_due


def test_before_the_start_nothing_is_due() -> None:
    status = judge_due(YEAR, [], at("2026-01-30T23:59:59"))
    assert (status.state, status.due, status.current, status.overdue) == (PeriodState.NOT_STARTED, False, None, ())
    assert status.next == date(2026, 1, 31)


def test_the_first_is_due_on_the_first_day_and_until_the_last() -> None:
    for now in (at("2026-01-31T00:00:00"), at("2026-04-29T23:59:59")):
        status = judge_due(YEAR, [], now)
        assert (status.state, status.due, status.overdue) == (PeriodState.DUE, True, ())
        assert status.current is not None
        assert status.current.number == 1
        assert status.next == date(2026, 1, 31)


def test_once_done_the_next_quarter_is_next() -> None:
    time = at("2026-02-03T10:00:00")
    status = judge_due(YEAR, done(time), at("2026-04-29T23:59:59"))
    assert (status.state, status.due, status.last, status.next) == (PeriodState.DONE, False, time, date(2026, 4, 30))
    assert judge_due(YEAR, done(time), at("2026-04-30T00:00:00")).due


def test_a_missed_quarter_is_overdue_and_only_the_current_one_can_be_done() -> None:
    status = judge_due(YEAR, done(at("2026-05-01T10:00:00")), at("2026-11-01T09:00:00"))
    assert [period.number for period in status.overdue] == [1, 3]
    assert status.due
    assert status.current is not None
    assert status.current.number == 4
    both = done(at("2026-05-01T10:00:00"), at("2026-11-01T09:00:00"))
    status = judge_due(YEAR, both, at("2026-11-01T09:01:00"))
    assert [period.number for period in status.overdue] == [1, 3]
    assert (status.state, status.next) == (PeriodState.DONE, None)


def test_after_the_end_nothing_is_due_but_what_was_missed_is_told() -> None:
    assert judge_due(YEAR, [], at("2027-01-30T23:59:59")).due
    status = judge_due(YEAR, done(at("2026-02-01T00:00:00")), at("2027-01-31T00:00:00"))
    assert (status.state, status.due, status.current, status.next) == (PeriodState.ENDED, False, None, None)
    assert [period.number for period in status.overdue] == [2, 3, 4]


def test_assessments_outside_the_subscription_count_for_no_period() -> None:
    status = judge_due(YEAR, done(at("2026-01-30T23:59:59"), at("2025-02-01T00:00:00")), at("2026-02-01T00:00:00"))
    assert status.due
    assert status.last == at("2026-01-30T23:59:59")


def test_the_day_begins_in_the_subscriptions_time_zone() -> None:
    before, begins = datetime(2026, 4, 29, 15, 59, 59, tzinfo=UTC), datetime(2026, 4, 29, 16, tzinfo=UTC)
    first = done(at("2026-02-01T00:00:00"))
    assert not judge_due(YEAR, first, before).due
    assert judge_due(YEAR, first, begins).due
    assert not judge_due(Subscription(YEAR.start, 12, "UTC"), first, begins).due
    assert not judge_due(YEAR, [*first, *done(begins)], begins).due
    assert judge_due(YEAR, [*first, *done(before)], begins).due


def test_a_day_that_starts_at_one_o_clock() -> None:
    """In Santiago the clock of 6 September 2026 jumps from 24:00 to 01:00."""
    santiago = Subscription(date(2026, 6, 6), 12, "America/Santiago")
    first = done(at("2026-06-06T12:00:00", "America/Santiago"))
    begins = datetime(2026, 9, 6, 4, tzinfo=UTC)
    assert begins.astimezone(ZoneInfo("America/Santiago")).hour == 1
    assert judge_due(santiago, first, begins).due
    assert not judge_due(santiago, first, begins - timedelta(seconds=1)).due


def test_summer_time_moves_the_start_of_a_day_in_utc() -> None:
    berlin = Subscription(date(2026, 1, 15), 12, "Europe/Berlin")
    first = done(at("2026-01-15T12:00:00", "Europe/Berlin"))
    assert not judge_due(berlin, first, datetime(2026, 4, 14, 21, 59, tzinfo=UTC)).due
    assert judge_due(berlin, first, datetime(2026, 4, 14, 22, 0, tzinfo=UTC)).due


@pytest.mark.parametrize("name", ["Asia/Shangai", "Asia", "", "../etc/passwd", "+08:00"])
def test_an_unknown_time_zone_is_a_configuration_error(name: str) -> None:
    with pytest.raises(ConfigError) as error:
        judge_due(Subscription(date(2026, 1, 1), 12, name), [], at("2026-01-01T00:00:00"))
    assert name in render_text(error.value.text, "en")


def walk(subscription: Subscription, awake: list[bool]) -> tuple[list[datetime], PeriodStatus]:
    """A tick at noon of each day that the machine is awake; every tick starts from what history says."""
    times: list[datetime] = []
    noon = datetime(subscription.start.year, subscription.start.month, subscription.start.day, 12, tzinfo=SHANGHAI)
    for day, is_awake in enumerate(awake):
        now = noon + timedelta(days=day)
        if is_awake and judge_due(subscription, done(*times), now).due:
            times.append(now)
    return times, judge_due(subscription, done(*times), noon + timedelta(days=len(awake)))


def test_a_year_of_daily_ticks_assesses_on_each_first_day() -> None:
    times, status = walk(YEAR, [True] * 400)
    assert [time.date() for time in times] == [period.start for period in list_periods(YEAR.start, 12)]
    assert (status.state, status.overdue) == (PeriodState.ENDED, ())


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 120)), min_size=1, max_size=8))
def test_each_quarter_is_done_once_if_the_machine_was_awake_in_it(naps: list[tuple[int, int]]) -> None:
    awake = [state for up, down in naps for state in [True] * up + [False] * down][:365]
    times, status = walk(YEAR, awake)
    days = [YEAR.start + timedelta(days=day) for day, is_awake in enumerate(awake) if is_awake]
    cut = list_periods(YEAR.start, 12)
    wanted = [next((day for day in days if period.start <= day < period.end), None) for period in cut]
    assert [time.date() for time in times] == [day for day in wanted if day]
    today = YEAR.start + timedelta(days=len(awake))
    missed = [p for p, day in zip(cut, wanted, strict=True) if day is None and p.end <= today]
    assert list(status.overdue) == missed


@pytest.mark.parametrize("now", ["2026-01-01", "2026-01-31", "2026-02-01", "2026-10-31", "2026-11-01", "2027-02-01"])
def test_every_state_reads_well_in_both_languages(now: str) -> None:
    times = [at("2026-02-01T00:00:00"), at("2026-11-01T00:00:00")]
    moment = at(f"{now}T12:00:00")
    reads_well(judge_due(YEAR, done(*(time for time in times if time <= moment)), moment))


def reads_well(status: PeriodStatus) -> str:
    """The English text, if the Chinese one is another and neither has an empty place."""
    english, chinese = (render_text(status.text, language) for language in ("en", "zh-CN"))
    assert "{" not in english + chinese
    assert english != chinese
    return english


def test_the_current_period_is_that_of_the_day_in_the_zone() -> None:
    assert find_current_period(YEAR, at("2026-01-30T23:59:59")) is None
    found = [find_current_period(YEAR, at(text)) for text in ("2026-01-31T00:00:00", "2026-04-30T00:00:00")]
    assert [period.number if period else 0 for period in found] == [1, 2]


# what makes a period done

NOW = at("2026-03-01T00:00:00")
PDF = ("report.en.pdf",)


@pytest.mark.parametrize(
    ("tried", "is_period_done"),
    [
        (past(NOW, COUNTS_FROM_PCT), True),
        (past(NOW, COUNTS_FROM_PCT - 0.1), False),
        (past(NOW, 6.4), False),
        (past(NOW, 30.0, is_complete=True), True),
        (past(NOW, 30.0, is_complete=True, unwritten=PDF), False),
        (past(NOW, 95.0, unwritten=PDF), False),
        (past(NOW, 0.0, unwritten=PDF), False),
    ],
    ids=str,
)
def test_a_period_is_done_when_enough_was_read_and_all_is_written(tried: PastAssessment, is_period_done: bool) -> None:
    status = judge_due(YEAR, [tried], NOW)
    assert status.due is not is_period_done
    assert judge_due(YEAR, [tried], at("2027-03-01T00:00:00")).overdue[0].number == (2 if is_period_done else 1)
    reads_well(status)


def test_what_is_only_not_written_is_not_assessed_again() -> None:
    partial, whole = past(NOW - timedelta(days=2), 20.0), past(NOW - timedelta(days=1), 90.0, unwritten=PDF)
    status = judge_due(YEAR, [partial, whole], NOW)
    assert status.due and status.unwritten == whole
    said = reads_well(status)
    assert whole.id in said and "report.en.pdf" in said and "2026-04-29" in said
    later = judge_due(YEAR, [partial, whole, past(NOW, 10.0)], NOW)
    assert later.unwritten == whole, "an assessment that read too little takes nothing away"
    assert judge_due(YEAR, [partial, whole, past(NOW)], NOW).unwritten is None
    assert judge_due(YEAR, [partial, whole], at("2026-05-05T00:00:00")).unwritten is None, "another period"


def test_a_partial_assessment_says_that_the_period_stays_due() -> None:
    status = judge_due(YEAR, [past(NOW, 6.4)], NOW)
    said = reads_well(status)
    assert status.due and status.unwritten is None and "stays due" in said and "6.4%" in said


def test_what_is_not_delivered_leaves_the_period_due() -> None:
    subscription, now = Subscription(date(2026, 1, 1), 12, "UTC"), datetime(2026, 1, 20, tzinfo=UTC)
    past = PastAssessment(
        id="a1", as_of=datetime(2026, 1, 10, tzinfo=UTC), coverage_pct=90.0, undelivered=("group", "dba/1", "dba/2")
    )
    status = judge_due(subscription, [past], now)
    assert status.due and status.undelivered == past and status.unwritten is None
    assert "not delivered to: group, dba." in render_text(status.text, "en")
    both = dataclasses.replace(past, unwritten=("report.en.pdf",))
    status = judge_due(subscription, [both], now)
    assert status.unwritten == both and status.undelivered is None, "it is written first"
    done = dataclasses.replace(past, undelivered=())
    assert not judge_due(subscription, [done], now).due


# the third attempt, and what was missed


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_after_the_third_attempt_the_best_counts_as_a_partial_one(count: int) -> None:
    tried = [past(NOW + timedelta(hours=hour), pct) for hour, pct in enumerate((6.4, 40.0, 20.0, 40.0)[:count])]
    status = judge_due(YEAR, tried, NOW + timedelta(days=1))
    assert status.is_owed is (count < 3) and status.is_partial is (count >= 3)
    if count >= 3:
        assert status.counting == (tried[1] if count == 3 else tried[3]), "of two as good the newer one"
        assert "done with a partial one: 3 attempts" in reads_well(status)


def test_an_assessment_that_read_enough_counts_before_any_partial_one() -> None:
    tried = [past(NOW + timedelta(hours=hour), pct) for hour, pct in enumerate((6.4, 40.0, 20.0, 95.0))]
    status = judge_due(YEAR, tried, NOW + timedelta(days=1))
    assert status.counting == tried[3] and not status.is_partial


def test_three_that_read_nothing_make_no_period_done() -> None:
    tried = [past(NOW + timedelta(hours=hour), 0.0) for hour in range(3)]
    assert judge_due(YEAR, tried, NOW + timedelta(days=1)).due


def test_the_best_of_three_is_written_before_the_period_is_done() -> None:
    tried = [past(NOW + timedelta(hours=hour), 10.0 + hour, unwritten=PDF) for hour in range(3)]
    status = judge_due(YEAR, tried, NOW + timedelta(days=1))
    assert status.due and status.unwritten == tried[2]


NIGHT = Permission(validity=Validity(window=SignedWindow(opens="22:00", closes="23:00", timezone="Asia/Shanghai")))
AFTER = at("2026-05-05T12:00:00")  # the first period ended on 2026-04-29


def test_what_agreed_hours_close_is_owed_and_not_due() -> None:
    status = judge_due(YEAR, [], NOW, permission=NIGHT)
    assert status.is_owed and not status.due and status.waits
    assert status.opens == at("2026-03-01T22:00:00")
    unwritten = judge_due(YEAR, [past(NOW, 90.0, unwritten=PDF)], NOW, permission=NIGHT)
    assert unwritten.due, "a report is written at any hour"
    expired = judge_due(YEAR, [], NOW, permission=Permission(validity=Validity(not_after=NOW)))
    assert expired.due and not expired.waits and expired.hindrance and expired.opens is None


def missed(*attempts: tuple[float, AttemptEnd], permission: Permission = EACH_MOMENT) -> list[int]:
    """The numbers of the periods that were missed, with attempts so many days after the start of the first."""
    begin = at("2026-01-31T00:00:00")
    told = [PastAttempt(begin + timedelta(days=days), end) for days, end in attempts]
    status = judge_due(YEAR, [], AFTER, permission=permission, attempts=told)
    assert [period.number for period in status.overdue] == [1]
    return [period.number for period in status.missed]


AWAY, REFUSED, REACHED = AttemptEnd.UNREACHABLE, AttemptEnd.REFUSED, AttemptEnd.REACHED


def test_where_nobody_tried_the_time_counts_against_the_service() -> None:
    assert missed() == [1]
    assert missed((0.0, AWAY)) == [1], "one attempt in vain tells of a day, not of a quarter"


@pytest.mark.parametrize("end", [AWAY, REFUSED])
def test_what_was_never_possible_was_not_missed(end: AttemptEnd) -> None:
    assert missed(*((day, end) for day in range(90))) == []
    assert missed(*((day, end) for day in range(90) if day not in (40, 41, 42))) == [1], "three days of silence"
    assert missed(*((day, end) for day in range(90) if day != 40)) == [], "22 hours of silence are not enough"
    assert missed(*((day, REACHED if day == 40 else end) for day in range(90))) == [1], "it could be for a whole day"


def test_a_period_that_was_open_for_less_than_a_day_was_not_missed() -> None:
    weekly = SignedWindow(days=("sun",), opens="01:00", closes="03:00", timezone="Asia/Shanghai")
    assert missed(permission=Permission(collection=(weekly,))) == [1], "thirteen Sundays of two hours"
    closed = ClosedDays("x", date(2026, 2, 1), date(2026, 2, 21))
    assert missed(permission=Permission(timezone="Asia/Shanghai", collection=(weekly,), closed=(closed,))) == []
