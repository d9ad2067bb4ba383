"""Where remedies are tried, and what a trial may come to other than well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.model.terms import Text
from agent.twin.hints import force_plan
from agent.twin.matched import Match, Matched
from agent.twin.material import Material
from agent.twin.result import Verdict
from agent.twin.twin import Twin, TwinRefused
from agent.twin.what_if import WhatIf

_MOST_WORSE = 1.05  # of the cost: below it two estimates are one


@dataclass(frozen=True, slots=True)
class Scene:
    """A twin with its statements and the indexes that were made on it for trial."""

    twin: Twin
    what_if: WhatIf
    material: Material
    matched: Sequence[Matched]


class Failed(Exception):
    """A remedy is not verified: ``why``, and the statements whose plans cost more by it."""

    def __init__(self, why: Text, verdict: Verdict = Verdict.NOT_VERIFIABLE, dearer: tuple[str, ...] = ()) -> None:
        super().__init__(why.msgid)
        self.why = why
        self.verdict = verdict
        self.dearer = dearer


def count_costs(scene: Scene, statements: Sequence[Matched]) -> dict[str, int]:
    """Return the cost of each comparable statement by its SQL_ID, without those that the twin refuses as it is now."""
    costs = {}
    for one in statements:
        if one.is_comparable:
            forced = one.match is Match.FORCED
            text = force_plan(one.sql, one.outline) if forced else scene.what_if.write(one, ())
            try:
                costs[one.statement.sql_id] = scene.twin.explain(text, one.database).cost
            except TwinRefused:
                continue
    return costs


def require_no_dearer(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Raise Failed if a statement costs more than before, or is refused now."""
    dearer = tuple(one for one, cost in before.items() if one not in after or after[one] > _MOST_WORSE * cost)
    if dearer:
        why = Text("{count} of the dearest statements cost more by it, or are refused", {"count": len(dearer)})
        raise Failed(why, Verdict.REJECTED, dearer)
