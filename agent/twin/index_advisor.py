"""Chooses a set of indexes for all statements together: the one that gains most by its size, again and again (Extend).

What a statement gains is counted in its own measured time; what an index costs the writes is taken off. No index is
chosen by the estimate alone: ``agent.twin.verify`` judges the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.facts.definition_text import TableShape, read_definition
from agent.model.labels import N_
from agent.twin.candidates import Candidate, estimate_bytes
from agent.twin.matched import Matched
from agent.twin.material import Material, Name
from agent.twin.plan_shape import PlanShape
from agent.twin.twin import ShowProgress, TwinRefused
from agent.twin.what_if import OutOfPlans, WhatIf
from agent.twin.writes import Writes

CHOOSING = N_("statements tried with indexes")
_ROUNDS = 3
_UNKNOWN_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many indexes a table may get, how many it may have then, and how large all of the new ones may be.

    ``most_ratio`` is the cost with an index over that without, below which a statement counts as one that gains.
    """

    new_on_a_table: int = 4
    all_on_a_table: int = 10
    share_of_data: float = 1.0
    most_ratio: float = 0.5


class Advisor:
    """Looks for the set. ``left_out`` are statements that the twin did not plan with the candidates."""

    def __init__(self, what_if: WhatIf, material: Material, matched: Sequence[Matched], limits: Limits) -> None:
        self._what_if = what_if
        self._material = material
        self._matched = [one for one in matched if one.is_comparable]
        self._limits = limits
        self._writes = Writes(matched)
        self._shapes: dict[Name, TableShape] = {
            place: read_definition(table.definition) for place, table in material.tables.items()
        }
        self.left_out: dict[str, str] = {}

    def choose(self, progress: ShowProgress) -> list[Candidate]:
        """Return indexes in the order in which they were chosen. Raises KernelError if the kernel ends."""
        pool = self._find_pool(progress)
        chosen: list[Candidate] = []
        gains: dict[Candidate, float] = {}
        stale = set(pool)
        while True:
            try:
                gains |= {candidate: self._count_gain(candidate, chosen) for candidate in sorted(stale)}
            except OutOfPlans:
                return chosen
            open_ = [each for each in sorted(pool) if each not in chosen and self._is_allowed(each, chosen)]
            best = max(open_, key=lambda each: gains[each] / self.measure(each), default=None)
            if best is None or gains[best] <= 0:
                return chosen
            chosen.append(best)
            touched = {place for one in self._matched if best.place in one.tables.values() for place in self._own(one)}
            stale = {each for each in pool if each not in chosen and each.place in touched}

    def measure(self, candidate: Candidate) -> int:
        """Return the size of an index in bytes; that of a middling one where the table was never counted."""
        return self.estimate_bytes(candidate) or _UNKNOWN_BYTES

    def estimate_bytes(self, candidate: Candidate) -> int | None:
        """Return the size of an index in bytes; None where the table was never counted."""
        return estimate_bytes(candidate, self._material.tables[candidate.place], self._shapes[candidate.place])

    def count_writes(self, candidate: Candidate) -> int:
        """Return the microseconds that an index costs the statements that write to its table."""
        return self._writes.count_us(candidate)

    def _own(self, one: Matched) -> set[Name]:
        return set(one.tables.values())

    def _find_pool(self, progress: ShowProgress) -> set[Candidate]:
        """Return the candidates that some plan reads if it has the choice, and those it reads if it has not these."""
        pool: set[Candidate] = set()
        for done, one in enumerate(self._matched):
            progress(CHOOSING, done, len(self._matched))
            left = {candidate for candidate in self._what_if.made if candidate.place in one.tables.values()}
            for _ in range(_ROUNDS):
                plan = self._find_plan(one, left)
                used = self._what_if.list_used(plan) & left if plan else frozenset()
                pool |= used
                left -= used
                if not used:
                    break
        progress(CHOOSING, len(self._matched), len(self._matched))
        return pool

    def _find_plan(self, one: Matched, chosen: Iterable[Candidate]) -> PlanShape | None:
        """Return a plan, or None for a statement that the twin does not plan."""
        try:
            return self._what_if.find_plan(one, chosen)
        except TwinRefused as refused:
            self.left_out[one.statement.sql_id] = refused.reason
        except OutOfPlans:
            pass
        return None

    def _count_gain(self, candidate: Candidate, chosen: Sequence[Candidate]) -> float:
        """Return the microseconds that all statements gain by one more index; 0 if none gains enough to be sure of."""
        gain, is_wanted = 0.0, False
        for one in self._matched:
            if candidate.place not in one.tables.values() or one.statement.sql_id in self.left_out:
                continue
            try:
                before, after = (self._what_if.find_plan(one, each) for each in (chosen, [*chosen, candidate]))
            except TwinRefused as refused:
                self.left_out[one.statement.sql_id] = refused.reason
                continue
            is_used = candidate in self._what_if.list_used(after)
            was = min(before.cost, one.cost)
            is_wanted = is_wanted or (is_used and after.cost < self._limits.most_ratio * was)
            if is_used:
                gain += one.statement.load.elapsed_us * (was - after.cost) / one.cost
        return gain - self.count_writes(candidate) if is_wanted else 0.0

    def _is_allowed(self, candidate: Candidate, chosen: Sequence[Candidate]) -> bool:
        """Whether the limits leave room, and no chosen index begins with the same columns."""
        own = [each for each in chosen if each.place == candidate.place]
        there = len(self._shapes[candidate.place].indexes)
        table = self._material.tables[candidate.place]
        data = (table.rows or 0) * table.row_bytes
        room = data * self._limits.share_of_data - sum(map(self.measure, own))
        return (
            len(own) < self._limits.new_on_a_table
            and there + len(own) < self._limits.all_on_a_table
            and (not data or self.measure(candidate) <= room)
            and not any(each.columns[: len(candidate.columns)] == candidate.columns for each in own)
        )
