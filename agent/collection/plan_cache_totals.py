"""Lets the plan cache stand in for SQLSTAT in a version that has no such view, and says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from agent.facts import find_source_spec
from agent.facts.shape_load import sum_plans
from agent.facts.sql import CachedPlan, SqlTotal
from agent.model.snapshot import Problem, SourceRecord, Unavailable
from agent.model.terms import Text, UnavailableKind

_FALLBACK = Text(
    "This version has no {view}: what statements cost is taken from the plan cache, which names no database, counts no "
    "rows read, and forgets a statement with its plan."
).msgid


def stand_in_for_totals(
    facts: dict[type, tuple[Any, ...] | Unavailable], records: Sequence[SourceRecord]
) -> tuple[SourceRecord, ...]:
    """Put the sums of cached plans where SQLSTAT is not there, and return the records with where they come from."""
    totals, plans = facts.get(SqlTotal), facts.get(CachedPlan)
    missing = isinstance(totals, Unavailable) and totals.kind is UnavailableKind.NO_VIEW
    if not missing or not isinstance(plans, tuple):
        return tuple(records)
    of_plans = next(record for record in records if record.source == CachedPlan.__name__)
    facts[SqlTotal] = found = sum_plans(plans, cut=of_plans.truncated)
    own = replace(of_plans, source=SqlTotal.__name__, rows=len(found), duration_ms=0.0)
    return tuple(own if record.source == SqlTotal.__name__ else record for record in records)


def tell_stand_in(records: Sequence[SourceRecord]) -> Iterator[Problem]:
    """Yield what the report says where the plan cache stands in for SQLSTAT."""
    spec = find_source_spec(SqlTotal)
    if spec and any(
        record.source == spec.name and record.status == "ok" and record.view != spec.view for record in records
    ):
        yield Problem(Text(_FALLBACK, {"view": spec.view.partition(".")[2]}))
