"""Each guard by itself, and what is left of a set when some of it has no proof."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.twin.candidates import Candidate
from agent.twin.hints import ROW_GOAL_OFF
from agent.twin.index_advisor import Advisor, Limits
from agent.twin.matched import Match
from agent.twin.plan_shape import PlanShape
from agent.twin.result import Effect, Verdict, Why
from agent.twin.verify import Judge, list_pins
from agent.twin.what_if import WhatIf
from tests.agent.twin.made import AnsweringTwin, make_matched, scan, with_match

ONE = Candidate("shop", "orders", ("customer_id",))


def judge(after: int, forced: int | None = None, off: float | None = None, match: Match = Match.SAME) -> list[Effect]:
    """Judge one index by which the plan costs ``after`` of 1000, and ``forced`` of 1000 without an early stop."""

    def answer(sql: str) -> PlanShape:
        hidden = f"NO_INDEX(`orders` `{ONE.name}`)" in sql
        if ROW_GOAL_OFF in sql:
            return scan(cost=1000) if "INDEX(none)" in sql else scan(ONE.name, cost=after if forced is None else forced)
        return scan(cost=1000) if hidden else scan(ONE.name, cost=after)

    twin = AnsweringTwin(answer).as_twin()
    what_if = WhatIf(twin)
    what_if.make([ONE])
    one, _ = make_matched(off=off)
    return list(Judge(twin, what_if).judge_set([with_match(one, match)], [ONE]))


@pytest.mark.parametrize(
    ("after", "forced", "off", "verdict", "why"),
    [
        (100, 100, None, Verdict.VERIFIED, Why.NONE),
        (499, 799, 9.9, Verdict.VERIFIED, Why.NONE),
        (500, 100, None, Verdict.UNVERIFIED, Why.SMALL_GAIN),
        (1500, 1500, None, Verdict.UNVERIFIED, Why.SMALL_GAIN),
        (10, 800, None, Verdict.REJECTED, Why.EARLY_STOP),
        (10, 47_600, None, Verdict.REJECTED, Why.EARLY_STOP),
        (10, 10, 10.0, Verdict.UNVERIFIED, Why.ESTIMATE_OFF),
    ],
)
def test_guards(after: int, forced: int, off: float | None, verdict: Verdict, why: Why) -> None:
    (effect,) = judge(after, forced, off)
    assert (effect.verdict, effect.why) == (verdict, why)
    assert (effect.cost_before, effect.cost_after) == (1000, after)
    assert effect.most_gain_pct == pytest.approx(max(100 - after / 10, 0.0))
    assert 0 <= effect.least_gain_pct <= effect.most_gain_pct


@pytest.mark.parametrize("match", [Match.OTHER, Match.NOT_IN_CACHE, Match.NOT_PARSED, Match.REFUSED])
def test_what_cannot_be_compared_is_not_verifiable_here(match: Match) -> None:
    (effect,) = judge(10, match=match)
    assert effect.verdict is Verdict.NOT_VERIFIABLE and effect.why is not Why.NONE and effect.indexes == ()


def test_a_plan_that_stays_has_no_effect() -> None:
    twin = AnsweringTwin(lambda sql: scan(cost=1000)).as_twin()
    what_if = WhatIf(twin)
    what_if.make([ONE])
    one, _ = make_matched()
    assert list(Judge(twin, what_if).judge_set([one], [ONE])) == []


def test_an_index_without_a_proof_is_dropped_with_the_reason() -> None:
    twin = AnsweringTwin(lambda sql: scan(cost=1000) if ONE.name in sql else scan(ONE.name, cost=900)).as_twin()
    what_if = WhatIf(twin)
    what_if.make([ONE])
    one, _ = make_matched()
    judged = Judge(twin, what_if).judge_until_stable([one], [ONE], lambda what, done, total: None)
    assert judged.kept == () and judged.effects == ()
    assert [effect.why for effect in judged.dropped[ONE]] == [Why.SMALL_GAIN]


@pytest.mark.parametrize(("preferred", "is_listed"), [(1499, True), (1500, False)])
def test_a_near_tie_is_listed_with_its_pin(preferred: int, is_listed: bool) -> None:
    def answer(sql: str) -> PlanShape:
        return scan(ONE.name, cost=preferred) if f" INDEX(`orders` `{ONE.name}`)" in sql else scan(cost=1000)

    twin = AnsweringTwin(answer).as_twin()
    what_if = WhatIf(twin)
    what_if.make([ONE])
    one, _ = make_matched()
    ties = list(Judge(twin, what_if).list_ties([one], [ONE], []))
    assert [(tie.verdict, tie.why, tie.indexes) for tie in ties] == (
        [(Verdict.UNVERIFIED, Why.NEAR_TIE, (ONE.name,))] if is_listed else []
    )
    assert len(list(list_pins(ties, ONE.name))) == is_listed
    assert list(Judge(twin, what_if).list_ties([one], [ONE], judge(900))) == [], "what is judged already"


def test_a_changed_plan_without_a_proof_is_pinned() -> None:
    effects = judge(900)
    (pin,) = list_pins(effects, ONE.name)
    assert pin.sql.startswith("CREATE OUTLINE keep_") and f"ON '{effects[0].sql_id}' USING HINT /*+ BEGIN" in pin.sql
    assert pin.rollback.startswith("DROP OUTLINE keep_")
    assert list(list_pins(judge(10), ONE.name)) == []
    hints = "/*+ BEGIN_OUTLINE_DATA FULL(orders) MONITOR QUERY_TIMEOUT(9) READ_CONSISTENCY( WEAK ) END_OUTLINE_DATA */"
    (kept,) = list_pins([replace(effects[0], outline_before=hints)], ONE.name)
    assert hints.replace(" MONITOR", "") in kept.sql, "an outline takes the place of all hints of its statement"
    assert list(list_pins(effects, "another")) == []


def test_the_advisor_takes_what_gains_and_no_more() -> None:
    twin = AnsweringTwin(lambda sql: scan(cost=1000) if ONE.name in sql else scan(ONE.name, cost=10)).as_twin()
    what_if = WhatIf(twin)
    longer = Candidate("shop", "orders", ("customer_id", "amount"))
    what_if.make([ONE, longer])
    one, material = make_matched()
    advisor = Advisor(what_if, material, [one], Limits())
    assert advisor.choose(lambda what, done, total: None) == [ONE]
    full = Advisor(what_if, material, [one], Limits(new_on_a_table=0))
    assert full.choose(lambda what, done, total: None) == []
    small = Advisor(what_if, material, [one], Limits(share_of_data=0.0))
    assert small.choose(lambda what, done, total: None) == []
