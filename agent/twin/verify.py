"""Judges a set of indexes: which statements gain for sure, which must keep their plan, and which indexes are left.

"Cheaper by cost" is no proof. A statement counts as one that gains if its estimated cost falls by half, if it also
falls with both plans forced and no early stop counted on, and if the tenant's own estimates for it were not far off.
What was found for one set need not hold for another, so each set that is left is judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.facts.outline_hints import OF_DIAGNOSIS, drop_hints
from agent.model.labels import N_
from agent.twin.candidates import Candidate
from agent.twin.hints import ROW_GOAL_OFF, drop_version, force_plan, prefer_index
from agent.twin.matched import Match, Matched
from agent.twin.plan_shape import PlanShape
from agent.twin.result import Effect, Pin, Verdict, Why
from agent.twin.twin import ShowProgress, Twin, TwinRefused
from agent.twin.what_if import Hidden, OutOfPlans, WhatIf

JUDGING = N_("statements judged")
_MOST_ROUNDS = 10
_UNCOMPARED = {
    Match.OTHER: Why.PLAN_NOT_REPRODUCED,
    Match.NOT_IN_CACHE: Why.NOT_IN_CACHE,
    Match.NOT_PARSED: Why.NOT_PARSED,
    Match.REFUSED: Why.REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """The limits of the proof. They belong to the method and were fixed by its benchmark, so no rule changes them."""

    most_ratio: float = 0.5
    most_forced_ratio: float = 0.8
    most_off: float = 10.0
    tie_ratio: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A set that is left, its effects, and the indexes that were dropped from it, each with the effects it had."""

    kept: tuple[Candidate, ...]
    effects: tuple[Effect, ...]
    dropped: Mapping[Candidate, tuple[Effect, ...]]


class Judge:
    """Judges effects on the twin."""

    def __init__(self, twin: Twin, what_if: WhatIf, guards: Guards | None = None) -> None:
        self._twin = twin
        self._what_if = what_if
        self._guards = guards or Guards()

    def judge_until_stable(
        self, matched: Sequence[Matched], chosen: Sequence[Candidate], progress: ShowProgress
    ) -> Judged:
        """Drop indexes without a proven beneficiary and judge again, until every one that is left has one."""
        kept = list(chosen)
        dropped: dict[Candidate, tuple[Effect, ...]] = {}
        effects: tuple[Effect, ...] = ()
        for _ in range(_MOST_ROUNDS):
            effects = tuple(self.judge_set(matched, kept, progress))
            proven = {name for each in effects if each.verdict is Verdict.VERIFIED for name in each.indexes}
            useless = [candidate for candidate in kept if candidate.name not in proven]
            if not useless:
                break
            dropped |= {lost: tuple(each for each in effects if lost.name in each.indexes) for lost in useless}
            kept = [candidate for candidate in kept if candidate.name in proven]
        ties = self.list_ties(matched, kept, effects)
        return Judged(kept=tuple(kept), effects=(*effects, *ties), dropped=dropped)

    def list_ties(
        self, matched: Sequence[Matched], chosen: Sequence[Candidate], effects: Iterable[Effect]
    ) -> Iterator[Effect]:
        """Yield the statements whose plan stays on the twin, and may change on the tenant all the same."""
        told = {(effect.sql_id, effect.tenant_id) for effect in effects}
        for one in matched:
            is_told = (one.statement.sql_id, one.statement.tenant_id) in told
            tie = self._find_tie(one, chosen) if one.is_comparable and not is_told else None
            if tie:
                yield tie

    def judge_set(
        self,
        matched: Sequence[Matched],
        chosen: Iterable[Candidate],
        progress: ShowProgress = lambda what, done, total: None,
        hidden: Hidden = frozenset(),
    ) -> Iterator[Effect]:
        """Yield the effect on each statement whose plan changes, and on those of its tables that cannot be told."""
        indexes = list(chosen)
        places = {candidate.place for candidate in indexes} | {(schema, table) for schema, table, _ in hidden}
        for done, one in enumerate(matched):
            progress(JUDGING, done, len(matched))
            if places.intersection(one.tables.values()) or self._what_if.is_set_anew:
                effect = self._judge(one, indexes, hidden)
                if effect:
                    yield effect
        progress(JUDGING, len(matched), len(matched))

    def _judge(self, one: Matched, chosen: Sequence[Candidate], hidden: Hidden) -> Effect | None:
        if not one.is_comparable or one.base is None:
            return _describe(one, Verdict.NOT_VERIFIABLE, _UNCOMPARED.get(one.match, Why.REFUSED))
        try:
            after = self._what_if.find_plan(one, chosen, hidden)
        except TwinRefused:
            return _describe(one, Verdict.NOT_VERIFIABLE, Why.REFUSED)
        except OutOfPlans:
            return _describe(one, Verdict.NOT_VERIFIABLE, Why.OUT_OF_PLANS)
        if after.operators == one.base.operators:
            return None
        before_outline, after_outline = self._write_outlines(one, chosen, hidden)
        verdict, why = self._weigh(one, after, before_outline, after_outline)
        names = tuple(sorted(candidate.name for candidate in self._what_if.list_used(after)))
        if hidden and not names and verdict is Verdict.VERIFIED:  # with less to choose from no plan gets cheaper
            verdict, why = Verdict.UNVERIFIED, Why.SMALL_GAIN
        pin = one.outline or drop_version(before_outline)
        return _describe(one, verdict, why, after=after, indexes=names, outline=pin)

    def _find_tie(self, one: Matched, chosen: Sequence[Candidate]) -> Effect | None:
        """Return the plan by an index that is not chosen, if it costs little more: the tenant may choose it."""
        assert one.base is not None
        best: tuple[PlanShape, Candidate] | None = None
        for alias, candidate in (
            (alias, each) for alias, place in one.tables.items() for each in chosen if each.place == place
        ):
            try:
                text = prefer_index(self._what_if.write(one, chosen), alias, candidate.name)
                plan = self._twin.explain(text, one.database)
            except TwinRefused:
                continue
            is_near = candidate.name in plan.indexes and plan.cost < self._guards.tie_ratio * one.base.cost
            if is_near and (best is None or plan.cost < best[0].cost):
                best = plan, candidate
        if best is None:
            return None
        outline = one.outline or drop_version(self._write_outlines(one, (), frozenset())[0])
        return _describe(one, Verdict.UNVERIFIED, Why.NEAR_TIE, after=best[0], indexes=(best[1].name,), outline=outline)

    def _write_outlines(self, one: Matched, chosen: Iterable[Candidate], hidden: Hidden) -> tuple[str, str]:
        """Return the hints that force the plan before and the one after; "" for one that cannot be had."""
        before = one.outline
        try:
            if one.match is Match.SAME and not self._what_if.is_set_anew:
                before = self._twin.write_outline(self._what_if.write(one, ()), one.database) or before
            return before, self._twin.write_outline(self._what_if.write(one, chosen, hidden), one.database)
        except TwinRefused:
            return before, ""

    def _weigh(self, one: Matched, after: PlanShape, before_outline: str, after_outline: str) -> tuple[Verdict, Why]:
        if after.cost >= self._guards.most_ratio * one.cost:
            return Verdict.UNVERIFIED, Why.SMALL_GAIN
        forced = self._compare_forced(one, before_outline, after_outline)
        if forced is None:
            return Verdict.UNVERIFIED, Why.NO_OUTLINE
        if forced >= self._guards.most_forced_ratio:
            return Verdict.REJECTED, Why.EARLY_STOP
        if one.off is not None and one.off >= self._guards.most_off:
            return Verdict.UNVERIFIED, Why.ESTIMATE_OFF
        return Verdict.VERIFIED, Why.NONE

    def _compare_forced(self, one: Matched, before_outline: str, after_outline: str) -> float | None:
        """Return the cost after over the cost before, both plans forced and planned as if to their end."""
        if not before_outline or not after_outline:
            return None
        try:
            before, after = (
                self._twin.explain(force_plan(one.sql, outline, ROW_GOAL_OFF), one.database)
                for outline in (before_outline, after_outline)
            )
        except TwinRefused:
            return None
        return after.cost / before.cost


def _describe(
    one: Matched,
    verdict: Verdict,
    why: Why,
    *,
    after: PlanShape | None = None,
    indexes: tuple[str, ...] = (),
    outline: str = "",
) -> Effect:
    before, later = (one.cost if one.base else 0), (after.cost if after else 0)
    most = max(100 * (1 - later / before), 0.0) if before and after else 0.0
    load = one.statement.load
    return Effect(
        sql_id=one.statement.sql_id, tenant_id=one.statement.tenant_id, database=one.database, verdict=verdict,
        why=why, cost_before=before, cost_after=later, plan_before=one.base.write() if one.base else "",
        plan_after=after.write() if after else "", indexes=indexes, elapsed_us=load.elapsed_us,
        executions=load.executions, least_gain_pct=most / 2, most_gain_pct=most, outline_before=outline,
    )  # fmt: skip


def list_pins(effects: Iterable[Effect], index: str) -> Iterator[Pin]:
    """Yield the statements whose plans change by an index without a proof of gain: they are to keep their plans.

    An outline takes the place of all hints of its statement, so those that say which replica is read and when it times
    out are kept: without them the statement would do something else. Those for diagnosis are left out.
    """
    for effect in effects:
        is_changed = index in effect.indexes and effect.verdict in (Verdict.UNVERIFIED, Verdict.REJECTED)
        if is_changed and effect.outline_before:
            name = f"keep_{effect.sql_id[:16].lower()}"
            outline = drop_hints(effect.outline_before, OF_DIAGNOSIS)
            yield Pin(
                sql_id=effect.sql_id,
                database=effect.database,
                why=effect.why,
                sql=f"CREATE OUTLINE {name} ON '{effect.sql_id}' USING HINT {outline};",
                rollback=f"DROP OUTLINE {name};",
            )
