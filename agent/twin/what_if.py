"""Answers what a statement's plan would be with other indexes. All candidates stand on the twin; hints hide the others.

They were made with their tables where the twin took them so. Adding an index later takes a tenth of a second, dropping
one up to a second, and hiding one none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agent.model.labels import N_
from agent.twin.candidates import Candidate, list_hidden
from agent.twin.hints import hide_indexes, quote
from agent.twin.matched import Matched
from agent.twin.material import Name
from agent.twin.plan_shape import PlanShape
from agent.twin.twin import Refusal, ShowProgress, Twin, TwinRefused

MOST_PLANS = 2000  # of the search; matching and judging take up to a thousand more
MAKING = N_("indexes made on the twin")
_MOST_IN_ONE = 10
Indexes = frozenset[Candidate]
Hidden = frozenset[tuple[str, str, str]]  # schema, table, index


class OutOfPlans(Exception):
    """As many plans as may be were asked for."""


class WhatIf:
    """Plans of statements with some of the candidates, and without some of the indexes that there are."""

    def __init__(self, twin: Twin, most_plans: int = MOST_PLANS) -> None:
        self._twin = twin
        self._most = twin.explained + most_plans
        self._made: defaultdict[Name, list[Candidate]] = defaultdict(list)
        self._known: dict[tuple[str, int | None, Indexes, Hidden], PlanShape] = {}
        self._by_name: dict[str, Candidate] = {}
        self._keep(twin.candidates)
        self.is_set_anew = False  # settings differ from those by which the plans of the tenant were compared

    @property
    def made(self) -> tuple[Candidate, ...]:
        """The candidates that stand on the twin."""
        return tuple(candidate for found in self._made.values() for candidate in found)

    def make(
        self, candidates: Iterable[Candidate], progress: ShowProgress = lambda what, done, total: None
    ) -> list[Refusal]:
        """Make indexes, several of a table in one statement; return those that the twin refuses, and why."""
        by_table: defaultdict[Name, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            if candidate not in self._made[candidate.place]:
                by_table[candidate.place].append(candidate)
        groups = [
            found[start : start + _MOST_IN_ONE]
            for found in by_table.values()
            for start in range(0, len(found), _MOST_IN_ONE)
        ]
        refused: list[Refusal] = []
        for done, group in enumerate(groups):
            progress(MAKING, done, len(groups))
            refused += self._make_group(group)
        progress(MAKING, len(groups), len(groups))
        self._known.clear()
        return refused

    def _make_group(self, group: Sequence[Candidate]) -> Iterator[Refusal]:
        """Make indexes of one table in one statement; if the twin refuses that, one by one."""
        schema, table = group[0].place
        parts = (f"ADD {one.write_element()}" for one in group)
        try:
            self._twin.ask(f"ALTER TABLE {quote(schema)}.{quote(table)} {', '.join(parts)}")
        except TwinRefused as refused:
            if len(group) == 1:
                yield Refusal(what=group[0].tell(), reason=refused.reason)
                return
            for one in group:
                yield from self._make_group([one])
            return
        self._keep(group)

    def _keep(self, made: Iterable[Candidate]) -> None:
        for one in made:
            self._made[one.place].append(one)
            self._by_name[one.name] = one

    def find_plan(self, one: Matched, chosen: Iterable[Candidate], hidden: Hidden = frozenset()) -> PlanShape:
        """Return the plan of a statement with these candidates, and without the hidden indexes.

        Without a candidate of its tables, and with all its indexes, that is the tenant's plan. Raises TwinRefused,
        KernelError, and OutOfPlans beyond the limit.
        """
        places = frozenset(one.tables.values())
        relevant = frozenset(candidate for candidate in chosen if candidate.place in places)
        lost = frozenset(each for each in hidden if (each[0], each[1]) in places)
        if not relevant and not lost and one.base is not None and not self.is_set_anew:
            return one.base
        key = (one.statement.sql_id, one.statement.tenant_id, relevant, lost)
        if key not in self._known:
            self._known[key] = self._derive(one, relevant, lost) or self._explain(one, relevant, lost)
        plan = self._known[key]
        # A plan by none of them is no effect of theirs, even where the twin had to be forced to the tenant's.
        is_unmoved = not lost and not self.is_set_anew and not self.list_used(plan) & relevant
        return one.base if one.base is not None and is_unmoved else plan

    def _derive(self, one: Matched, relevant: Indexes, lost: Hidden) -> PlanShape | None:
        """Return the plan that is known with more candidates, of which it reads none that are not here, too.

        It was the cheapest of more plans, and so it is of these.
        """
        for (sql_id, tenant_id, more, same), plan in self._known.items():
            if (sql_id, tenant_id) == (one.statement.sql_id, one.statement.tenant_id) and same == lost:
                used = {self._by_name[name] for name in plan.indexes if name in self._by_name}
                if relevant <= more and used <= relevant:
                    return plan
        return None

    def _explain(self, one: Matched, relevant: Indexes, lost: Hidden) -> PlanShape:
        if self._twin.explained >= self._most:
            raise OutOfPlans
        return self._twin.explain(self.write(one, relevant, lost), one.database)

    def write(self, one: Matched, chosen: Iterable[Candidate], hidden: Hidden = frozenset()) -> str:
        """Return the statement as it is explained: with hints that hide all candidates but the chosen ones."""
        kept = set(chosen)
        away = list_hidden(one.tables, (each for each in self._list_own(one) if each not in kept))
        away += [
            (alias, index)
            for alias, place in one.tables.items()
            for schema, table, index in hidden
            if place == (schema, table)
        ]
        return hide_indexes(one.sql, away)

    def _list_own(self, one: Matched) -> Iterator[Candidate]:
        """Yield the candidates on the tables of a statement."""
        for place in set(one.tables.values()):
            yield from self._made.get(place, ())

    def list_used(self, plan: PlanShape) -> Indexes:
        """Return the candidates that a plan reads."""
        return frozenset(self._by_name[name] for name in plan.indexes if name in self._by_name)
