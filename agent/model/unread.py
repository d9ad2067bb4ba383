"""What an assessment did not read although the customer allows it, as its document tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.model.document import Document, SourceEntry
from agent.model.snapshot import Snapshot
from agent.model.terms import Outcome, UnavailableKind

# What nobody can read here: the customer did not sign for it, or this version of the server does not have it.
_NOT_THERE = frozenset({"ok", UnavailableKind.NOT_GRANTED, UnavailableKind.NO_VIEW, UnavailableKind.NO_COLUMN})
# Reading ended before its end: another run reads what is missing.
_ENDED_EARLY = (UnavailableKind.LOST, UnavailableKind.CLOSED, UnavailableKind.BUSY, UnavailableKind.BUDGET)


@dataclass(frozen=True, slots=True)
class EarlyEnd:
    """Why reading ended early: after so many ``statements``, with so many of all ``sources`` left ``unread``."""

    kind: UnavailableKind
    statements: int
    unread: int
    sources: int


def list_unread(document: Document) -> tuple[SourceEntry, ...]:
    """Return the sources that the authorization grants and this server has, and that were not read."""
    return tuple(source for source in document["sources"] if source["status"] not in _NOT_THERE)


def list_stopped(document: Document) -> tuple[str, ...]:
    """Return the sources whose statement was ended at its time limit, or that were read for some tables only."""
    sources = document["sources"]
    return tuple(
        source["source"]
        for source in sources
        if source["status"] == UnavailableKind.TIMEOUT or (source["status"] == "ok" and source["reason"]["en"])
    )


def find_early_end(document: Document) -> EarlyEnd | None:
    """Return why reading ended before its end, or None if it did not. A broken connection comes before the others."""
    statuses = [(source["source"], source["status"]) for source in document["sources"]]
    return _find_early_end(statuses, [statement["source"] for statement in document["statements"]])


def find_early_end_of_snapshot(snapshot: Snapshot) -> EarlyEnd | None:
    """Return the same of a snapshot."""
    statuses = [(record.source, record.status) for record in snapshot.records]
    return _find_early_end(statuses, [sent.source for sent in snapshot.statements])


def _find_early_end(statuses: Sequence[tuple[str, str]], sent: Sequence[str]) -> EarlyEnd | None:
    for kind in _ENDED_EARLY:
        missing = {source for source, status in statuses if status == kind}
        if missing:
            first = next((place for place, source in enumerate(sent) if source in missing), len(sent))
            return EarlyEnd(kind, first, len(missing), len(statuses))
    return None


def list_waiting(document: Document, *kinds: UnavailableKind) -> tuple[str, ...]:
    """Return the codes of checks that are not assessed because a source is missing for one of these reasons.

    The reason of such a check is the one that its source has, and what unlocks it is the same for all of them.
    """
    reasons = {source["reason"]["en"] for source in document["sources"] if source["status"] in kinds}
    unknown = [result for result in document["results"] if result["outcome"] == Outcome.NOT_ASSESSED]
    unlocks = {result["unlock"]["en"] for result in unknown if result["reason"]["en"] in reasons} - {""}
    return tuple(
        result["code"] for result in unknown if result["reason"]["en"] in reasons or result["unlock"]["en"] in unlocks
    )
