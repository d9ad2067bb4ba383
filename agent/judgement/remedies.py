"""Finds checks whose findings one and the same statements mend: they cost once and are one unit of work. Pure.

The rules name groups of checks with one cause. This is about single objects: an index that is invalid and invisible is
dropped once, whatever the checks are that found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.model.result import CheckResult
from agent.model.terms import Outcome

_READING = ("SELECT", "SHOW", "EXPLAIN", "DESC")


def group_by_remedy(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the results with each check in the group of one whose statements mend all that it found.

    A check that the rules group already stays where it is. Statements that only read mend nothing.
    """
    mended = {result.code: statements for result in results if (statements := _list_statements(result))}
    by_code = {result.code: result for result in results}
    order = sorted(mended, key=lambda code: (-len(mended[code]), code))
    groups = {code: by_code[code].group for code in order}
    for place, code in enumerate(order):
        for other in order[place + 1 :]:
            if not groups[other] and mended[other] <= mended[code]:
                groups[code] = groups[other] = groups[code] or f"remedy of {code}"
    return tuple(replace(result, group=groups.get(result.code, result.group)) for result in results)


def _list_statements(result: CheckResult) -> frozenset[str]:
    """The statements that mend all that a check found; none if they mend only some of it."""
    if result.outcome is not Outcome.FINDING:
        return frozenset()
    of_each = [_keep_changing(finding.sql) for finding in result.findings if not finding.muted]
    return frozenset().union(*of_each) if all(of_each) else frozenset()


def _keep_changing(statements: Iterable[str]) -> frozenset[str]:
    return frozenset(text for text in statements if not text.lstrip().upper().startswith(_READING))
