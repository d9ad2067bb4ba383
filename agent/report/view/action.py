"""What to do, and with what: the line of a unit of work on page one, in the roadmap and in the spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from agent.model.document import FindingEntry, ResultEntry
from agent.model.naming import tenant_name
from agent.model.terms import Category
from agent.report.view.cards import PROSE_LENGTH, list_open_findings
from agent.report.view.headline import take_opening
from agent.report.view.purchase import list_parts
from agent.report.words import NAME_LENGTH, Words, make_printable

_PLACE_LENGTH = 60
_LIMIT_LENGTH = 60  # of a value that a sentence can hold


def describe_action(results: Sequence[ResultEntry], words: Words) -> str:
    """Return what to do first for these results, with the object or setting that it is done to.

    An order of several parts is told as such, a setting with the value that it needs; otherwise it is the opening of
    the first result's advice, and of the title where a check has none.
    """
    first = results[0]
    texts = first["texts"].get(words.language, first["texts"]["en"])
    findings = [found for result in results for found in list_open_findings(result)]
    parts = list_parts(findings, words)
    if len(parts) > 1:
        return words("Order a larger specification: {sizes}", sizes=words(", ").join(parts))
    if told := _describe_setting(first, words):
        return told
    advice = make_printable(texts["advice"] or texts["title"], PROSE_LENGTH)
    action, place = take_opening(advice, words, 0).rstrip("。."), name_place(findings, words)
    return words("{action} ({place})", action=action, place=place) if place and place not in action else action


def name_place(findings: Sequence[FindingEntry], words: Words) -> str:
    """Return the first object and how many others there are; "" where all concern the tenant as a whole."""
    placed = [finding for finding in findings if finding["resource"] != tenant_name(None)]
    if not placed:
        return ""
    first, others = words.resource(placed[0], _PLACE_LENGTH), len({finding["resource"] for finding in placed}) - 1
    return words("{resource} and {count} more", resource=first, count=others) if others else first


def _describe_setting(result: ResultEntry, words: Words) -> str:
    """Return the one setting of a check with what it is set to, "" for a check of another kind."""
    findings = list_open_findings(result)
    names = {str(finding["evidence"].get("setting") or "") for finding in findings}
    limits = {finding["limit"] for finding in findings}
    is_judged = result["category"] == Category.PARAMETERS and "expected" in result["ladder"]
    if not is_judged or len(names) != 1 or "" in names:
        return ""
    limit = limits.pop() if len(limits) == 1 else None
    told = words.expected(str(limit)) if limit is not None else ""
    if not told or len(told) > _LIMIT_LENGTH:
        return ""
    return words("Set {setting} to {limit}", setting=make_printable(names.pop(), NAME_LENGTH), limit=told)
