"""Lists earlier findings that count on because they could not be looked for again. Pure.

Of a joined finding only those signs are carried that were neither found again nor are known to be gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from agent.judgement.assessed import CARRY_LIMIT, NOT_ANSWERED, is_known_gone
from agent.judgement.joining import join_signs
from agent.model.comparison import Earlier
from agent.model.result import Carried, CheckResult, Sign, list_signs


def list_carried(results: Collection[CheckResult], earlier: Earlier | None) -> Mapping[str, tuple[Carried, ...]]:
    """Return the carried findings of each check that has some, the longest carried first.

    After ``CARRY_LIMIT`` assessments their points no longer count. If the check is not assessed at all, the entry stays
    without points and withholds the grade. If it is assessed in part, the resource is taken to be gone.
    """
    if earlier is None:
        return {}
    by_code = {result.code: result for result in results}
    found = {
        (sign.code, sign.finding.resource)
        for result in results
        for finding in result.findings
        for sign in list_signs(result.code, finding)
    }
    carried: defaultdict[str, dict[str, Carried]] = defaultdict(dict)
    for code, entry in _list_entries(earlier):
        left = [
            sign
            for sign in list_signs(code, entry.finding)
            if (sign.code, sign.finding.resource) not in found and _counts_on(by_code.get(sign.code), sign, entry.runs)
        ]
        if left:
            finding = join_signs(left)
            carried[left[0].code].setdefault(finding.fingerprint, Carried(finding, entry.since, entry.runs))
    return {code: tuple(entries.values()) for code, entries in carried.items()}


def _list_entries(earlier: Earlier) -> Iterator[tuple[str, Carried]]:
    """Yield each finding that the earlier assessment left behind, with its check; the longest carried first."""
    kept = [(code, entry) for code, scored in earlier.scored.items() for entry in scored.carried]
    for code, entry in sorted(kept, key=lambda item: -item[1].runs):
        yield code, Carried(entry.finding, entry.since, entry.runs + 1)
    for code, result in earlier.results.items():
        for finding in result.findings:
            yield code, Carried(finding, earlier.id, 1)


def _counts_on(result: CheckResult | None, sign: Sign, runs: int) -> bool:
    if result is None or is_known_gone(result, sign.finding):
        return False
    return runs <= CARRY_LIMIT or result.outcome in NOT_ANSWERED
