"""What a check that passed measured, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.model.document import LadderEntry, ResultEntry
from agent.model.naming import tenant_name
from agent.model.terms import Unit
from agent.report.view.cards import format_judged
from agent.report.words import Words
from agent.support.i18n import count_digits

_BARE = re.compile(r"-?[\d,.]+")
_TIMES = frozenset({Unit.DAYS, Unit.HOURS, Unit.SECONDS, Unit.MILLISECONDS, Unit.MICROSECONDS})


def format_measured(result: ResultEntry, words: Words) -> str:
    """Return the value nearest to its limit with its resource, and of how many; "" where nothing was measured."""
    measured = result["measured"]
    if measured is None:
        return ""
    unit, rungs, value = Unit(result["unit"]), list_rungs(result["ladder"]), measured["value"]
    if unit in _TIMES and isinstance(value, int | float) and value < 0:
        return ""  # it is not due yet
    digits, place = count_digits(value, unit, rungs.values()), words.resource(measured)
    shown = _explain(format_judged(value, result["ladder"], unit, words, digits), result["ladder"], words)
    if measured["count"] > 1:
        text = "{value} at {resource}, of {count} the nearest to its limit"
        return words(text, value=shown, resource=place, count=measured["count"])
    if measured["resource"] == tenant_name(None):
        return shown
    return words("{value} ({resource})", value=shown, resource=place)


def _explain(shown: str, judge: LadderEntry, words: Words) -> str:
    """Add to a bare number what is expected: alone, the -1 or 0 of a setting says nothing."""
    if "expected" not in judge or not _BARE.fullmatch(shown):
        return shown
    return words("{value}, as expected: {expected}", value=shown, expected=words.expected(judge["expected"]))


def list_rungs(judge: LadderEntry) -> Mapping[str, float]:
    """Return the limits of a rule by severity; none of a rule without a ladder."""
    if "rungs" in judge:
        return judge["rungs"]
    return {}
