"""What a run has come to: its exit code, and what to say of an assessment that is not whole."""

from __future__ import annotations

from collections.abc import Iterator

from agent.engagement.subscription import MOST_ATTEMPTS, PeriodStatus
from agent.model.document import Document
from agent.model.terms import Scalar, Severity, Text, UnavailableKind
from agent.model.unread import EarlyEnd, find_early_end, list_stopped

FOUND, FAILED, PARTIAL = 1, 4, 5
_WHY = {
    UnavailableKind.LOST: Text(
        "The connection broke after {statements_count} statements; {unread_count} of {sources_count} sources were not "
        "read."
    ).msgid,
    UnavailableKind.CLOSED: Text(
        "The authorization held no longer after {statements_count} statements; {unread_count} of {sources_count} "
        "sources were not read."
    ).msgid,
    UnavailableKind.BUSY: Text(
        "The target stayed busy after {statements_count} statements; {unread_count} of {sources_count} sources were "
        "not read."
    ).msgid,
    UnavailableKind.BUDGET: Text(
        "The load budget was spent after {statements_count} statements; {unread_count} of {sources_count} sources were "
        "not read."
    ).msgid,
}


def list_shortfalls(document: Document, status: PeriodStatus | None, counts_from_pct: float) -> Iterator[Text]:
    """Yield what an assessment lacks: why reading ended early, what was cut short, and whether its period stays due.

    ``status`` is where the target stands after it; None where the assessment counts for no period.
    ``counts_from_pct`` is the coverage from which an assessment counts.
    """
    early = find_early_end(document)
    if early:
        yield describe_early_end(early)
    if stopped := list_stopped(document):
        text = (
            "These sources reached a limit before they were read completely: {names}. The report shows why, and "
            "what helps."
        )
        yield Text(text, {"names": ", ".join(stopped)})
    args: dict[str, Scalar] = {
        "number": status.current.number if status and status.current else 0,
        "coverage_pct": document["score"]["coverage_pct"],
        "least_pct": counts_from_pct,
    }
    if status and status.unwritten:
        yield Text("Period {number} stays due until its report is written.", args)
    elif status and status.undelivered:
        yield Text("Period {number} stays due until its report is delivered.", args)
    elif status and status.is_owed:
        text = "Period {number} stays due: the coverage of {coverage_pct} is below {least_pct}. Run assess again."
        yield Text(text, args)
    elif status and status.is_partial and status.counting and status.current:
        text = (
            "Period {number} is done with a partial assessment: after {attempts} attempts the best of them counts, "
            "{id} with a coverage of {best_pct}."
        )
        best: dict[str, Scalar] = {"id": status.counting.id, "best_pct": status.counting.coverage_pct}
        yield Text(text, {**args, **best, "attempts": MOST_ATTEMPTS})
    elif early and status and status.current:
        text = "Period {number} is done all the same: the coverage is {coverage_pct}. Run assess again for the rest."
        yield Text(text, args)
    elif early:
        yield Text("Run assess again for the rest.")


def describe_early_end(early: EarlyEnd) -> Text:
    """Return what to say of a run whose reading ended early."""
    args: dict[str, Scalar] = {
        "statements_count": early.statements,
        "unread_count": early.unread,
        "sources_count": early.sources,
    }
    return Text(_WHY[early.kind], args)


def choose_code(
    document: Document,
    *,
    limit: Severity | None,
    is_whole: bool = True,
    is_written: bool = True,
    in_history: bool = True,
    is_delivered: bool = True,
) -> int:
    """Return the exit code of one assessed target; ``limit`` is the least severity that makes it 1.

    ``is_whole``: it read enough to count; ``is_written``: every file that was asked for; ``in_history``: the history
    could be read and written; ``is_delivered``: the report has reached every destination that it should have by now.
    """
    if document["score"]["coverage_pct"] <= 0 or not is_written:
        return FAILED
    if not (is_whole and in_history and is_delivered) or find_early_end(document):
        return PARTIAL
    return FOUND if limit and _reaches(document, limit) else 0


def _reaches(document: Document, limit: Severity) -> bool:
    found = (
        Severity(finding["severity"])
        for result in document["results"]
        for finding in result["findings"]
        if not finding["muted"]
    )
    return any(severity.rank >= limit.rank for severity in found)
